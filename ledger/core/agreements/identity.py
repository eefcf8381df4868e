"""Identity papers and what came of checking them (DESIGN section 5).

Promises: a result says who vouches and how strongly; the local way, where the lender's own staff look at papers, never claims
more than the lender's word. Leaves to others: looking, and keeping the papers.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.errors import InvalidInput
from signing.canonical import Json

MAX_FILES = 3  # front, back, and the person with the paper
MAX_FILE_BYTES = 5 * 1024 * 1024
LOCAL_PROVIDER = "lender-staff"

_SIGNS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}


class Paper(StrEnum):
    """What was handed in."""

    ID_CARD = "id-card"
    PASSPORT = "passport"
    LICENCE = "licence"


class Grade(StrEnum):
    """How much a result is worth to somebody who does not trust the lender."""

    LENDERS_WORD = "lenders-word"
    INDEPENDENT = "independent"  # a provider outside the lender signed the result


class Result(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True)
class PaperFile:
    """One picture or PDF; its type is told by its first bytes, not by its sender."""

    media_type: str
    data: bytes


def check_files(files: tuple[bytes, ...]) -> tuple[PaperFile, ...]:
    """Return the files with their types; raise InvalidInput("identity.files") for none, too many, too large or another type."""
    if not 1 <= len(files) <= MAX_FILES:
        raise _bad(f"expected 1 to {MAX_FILES} files")
    if any(not data or len(data) > MAX_FILE_BYTES for data in files):
        raise _bad(f"expected files of at most {MAX_FILE_BYTES // 1024 // 1024} MiB")
    return tuple(PaperFile(_type_of(data), data) for data in files)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of a check: by whom, on what, how much it is worth."""

    signer_id: str
    result: Result
    provider: str
    grade: Grade
    paper: Paper
    papers_sha256: bytes
    checked_by: str
    reason: str | None

    def to_json(self) -> dict[str, Json]:
        return {
            "signer": self.signer_id,
            "result": self.result.value,
            "provider": self.provider,
            "grade": self.grade.value,
            "paper": self.paper.value,
            "papers_sha256": self.papers_sha256.hex(),
            "checked_by": self.checked_by,
            "reason": self.reason,
        }


def _type_of(data: bytes) -> str:
    for start, media_type in _SIGNS.items():
        if data.startswith(start):
            return media_type
    raise _bad("expected JPEG or PNG pictures, or PDF")


def _bad(why: str) -> InvalidInput:
    return InvalidInput("identity.files", f"the papers were not understood: {why}", field="files")
