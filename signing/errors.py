"""The one error family of `signing`: every way a key, a signature, a statement or a PDF can be refused.

Each error carries a stable `code` (documented in docs/errors.md) and a message that says what was expected and what came.
A message never holds a secret or personal data.
"""


class SigningError(Exception):
    """Base of all errors of this package."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class InvalidEncoding(SigningError):
    """Bytes that are not in the one canonical form their format asks for."""


class VerificationFailed(SigningError):
    """A signature, digest or proof that does not hold."""


class KeyUnavailable(SigningError):
    """A private key that is missing, locked, malformed or made for another purpose."""


class DocumentRefused(SigningError):
    """A PDF that a rule of `signing.pdf` refuses; `codes` holds every reason that applies, the main one first."""

    def __init__(self, code: str, message: str, also: tuple[str, ...] = ()) -> None:
        super().__init__(code, message)
        self.codes = (code, *also)


class ServiceUnavailable(SigningError):
    """Something that a signature needs from outside (a time stamp, a certificate's status) and that is not to be had now."""
