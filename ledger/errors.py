"""The error family of `ledger`: five ways to say no, each with a stable `code` (docs/errors.md).

HTTP status and exit codes are chosen at the edge, never here. A message says what was expected, what came and
what to do next; it never holds a secret or personal data.
"""


class LedgerError(Exception):
    """Base of all errors of this package."""

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class InvalidInput(LedgerError):
    """Yours to fix: the input breaks a rule. `field` names the place."""


class NotAllowed(LedgerError):
    """The permission table or a policy says no."""


class NotFound(LedgerError):
    """There is no such thing, or none that this principal may see."""


class Conflict(LedgerError):
    """Someone was first: the state moved on, or the key was used before."""


class VerificationFailed(LedgerError):
    """Stored or presented material does not verify."""


class Unavailable(LedgerError):
    """Try later, or have the operator repair what the message names."""
