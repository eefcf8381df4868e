"""A refusal told to a person: what happened, what to do next, and the stable code (docs/errors.md)."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Problem:
    """A refusal; `kind` picks the words, `detail` is the technical sentence in English."""

    status: int
    code: str
    detail: str

    @property
    def kind(self) -> str:
        known = _KINDS.get(self.code) or _KINDS.get(self.code.split(".", 1)[0])
        return known or (str(self.status) if self.status in _STATUSES else "other")
