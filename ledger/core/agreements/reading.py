"""Proof that a person opened and read: the code printed inside the PDF, and what the page says it showed (DESIGN section 5).

Promises: a wrong code is refused a few times and then no more; a reading of other bytes, or one that did not reach the last
page, is none. Leaves to others: that the page tells the truth (an operator's page could lie; answer 10 says so).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.core.log.hashing import same_digest
from ledger.errors import Conflict, InvalidInput, NotAllowed
from signing.canonical import Json

MAX_FAILURES = 10  # wrong reading codes in one browser session
MAX_SECONDS = 86_400  # of one page: a day
_READING_CODE = re.compile(r"[A-Z0-9]{4,12}")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the page showed: the SHA-256 of the bytes it drew, and for each page how many seconds it was in view."""

    document_sha256: bytes
    page_seconds: tuple[int, ...]

    def to_json(self) -> dict[str, Json]:
        return {"sha256": self.document_sha256.hex(), "page_seconds": list(self.page_seconds)}


def check_reading_code(code: str) -> str:
    """Return a reading code as it is printed; raise InvalidInput("reading-code.malformed")."""
    if not _READING_CODE.fullmatch(code):
        raise InvalidInput(
            "reading-code.malformed", "expected 4 to 12 capital letters and digits", field="reading_code"
        )
    return code


def check_told_code(printed: str, told: str, failures: int) -> None:
    """Raise unless the person told the code inside the PDF; spaces, dashes, case and full-width letters (of Chinese keyboards) do not matter.

    Codes: NotAllowed "reading-code.locked", "reading-code.wrong".
    """
    if failures >= MAX_FAILURES:
        raise NotAllowed("reading-code.locked", "too many wrong codes in this browser; ask for a new link")
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", told)).upper()
    if not same_digest(printed.encode(), plain.encode("utf-8", "replace")):
        raise NotAllowed(
            "reading-code.wrong", "this is not the code printed in the contract; open the PDF and look for it there"
        )


def check_reading(reading: Reading, document_sha256: bytes, pages: int) -> None:
    """Raise unless the page drew these very bytes, to the last page.

    Codes: Conflict "reading.other-document"; InvalidInput "reading.malformed", "reading.incomplete".
    """
    if not same_digest(reading.document_sha256, document_sha256):
        raise Conflict(
            "reading.other-document", "the page showed another document than is on record; load the page again"
        )
    if len(reading.page_seconds) != pages or not _are_times(reading.page_seconds):
        raise InvalidInput("reading.malformed", f"expected a time in whole seconds for each of {pages} pages")
    if not reading.page_seconds[-1]:
        raise InvalidInput("reading.incomplete", "the last page was not shown; read to the end")


def _are_times(seconds: Sequence[int]) -> bool:
    return all(0 <= item <= MAX_SECONDS for item in seconds)
