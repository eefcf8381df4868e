"""A refusal told to a person: what happened, what to do next, and the stable code (docs/errors.md)."""

import re
from dataclasses import dataclass
from http import HTTPStatus

_KINDS = {
    "verification.needs-file": "needs-file",
    "verification.needs-receipt": "needs-receipt",
    "trust": "trust",
    "receipt": "receipt",
    "evidence": "receipt",
    "entry": "receipt",
    "checkpoint": "receipt",
    "note": "receipt",
    "commitment": "receipt",
    "chain-proof": "receipt",
}
_STATUSES = frozenset({401, 403, 404, 405, 413, 422, 503})
_OF_SIGNERS = frozenset({403, 404, 413, 422, 503})  # where a signer is told something else than staff and programs
_STAFF = re.compile(r"/staff(?:/|$)|/blacklist/check$")
_SIGNER = re.compile(r"/sign(?:/at/[0-9a-f-]{36}|/|$)")


@dataclass(frozen=True)
class Problem:
    """A refusal; `kind` picks the words, `detail` is the technical sentence in English, `path` is where it was met."""

    status: int
    code: str
    detail: str
    path: str = ""

    @property
    def back(self) -> str | None:
        """Where a signer goes on, who always finds the step of this moment there, or staff; None for everybody else."""
        if _STAFF.match(self.path):
            return "/staff"
        found = _SIGNER.match(self.path)
        return found[0] if found and found[0].startswith("/sign/at/") else None

    @property
    def kind(self) -> str:
        if _SIGNER.match(self.path):
            return self._kind_for_signer
        if _STAFF.match(self.path) and self.status == HTTPStatus.NOT_FOUND:
            return "staff-404"
        known = _KINDS.get(self.code) or _KINDS.get(self.code.split(".", 1)[0])
        return known or (str(self.status) if self.status in _STATUSES else "other")

    @property
    def _kind_for_signer(self) -> str:
        if self.code == "session.ended" or self.status == HTTPStatus.UNAUTHORIZED:
            return "sign-session"
        return f"sign-{self.status}" if self.status in _OF_SIGNERS else "sign-other"
