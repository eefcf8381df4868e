"""Whether a file with two cross-reference tables in one (hybrid) shows the same pages to old and to new readers.

Promises: reads the file a second time as a reader that does not know cross-reference streams, and compares everything that pages
draw and fields show. Word writes such files; what differs there is what old readers do not know anyway.
Leaves to others: everything else about the file.
"""

from hashlib import sha256

import pikepdf

from signing.pdf.child.findings import Findings, Refused
from signing.pdf.child.open_strictly import open_strictly
from signing.pdf.child.page_tree import pages_of
from signing.pdf.child.reach import reachable

_POINTER, _MASKED = b"/XRefStm", b"/XRefOld"


def check_hybrid(data: bytes, pdf: pikepdf.Pdf, max_pages: int, findings: Findings) -> None:
    """Find a hybrid file whose pages are not the same for a reader that sees its table only."""
    if _POINTER not in data:
        return
    try:
        with open_strictly(data.replace(_POINTER, _MASKED)) as old:
            same = shown(old, pages_of(old, max_pages)) == shown(pdf, pages_of(pdf, max_pages))
    except Refused as refused:
        findings.add("pdf.two-readings", f"without its second cross-reference table: {refused.detail}")
        return
    if not same:
        findings.add("pdf.two-readings", "old readers see other pages (hybrid cross-references)")


def shown(pdf: pikepdf.Pdf, pages: list[pikepdf.Object]) -> list[bytes]:
    """Return a digest of each thing that pages draw and forms show, in an order that is the same for the same file."""
    return [_digest(value) for value in reachable(pdf, pages)]


def _digest(value: pikepdf.Object) -> bytes:
    if isinstance(value, pikepdf.Stream):
        return sha256(value.stream_dict.unparse() + value.read_raw_bytes()).digest()
    return sha256(value.unparse(resolved=True)).digest()
