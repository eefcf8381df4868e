"""Judges one uploaded PDF: every rule is tried, and every reason that applies is named.

Promises: whatever the parsers throw becomes a reason.
Leaves to others: the words shown to people (signing.pdf.reasons), and what a page says.
"""

from collections.abc import Iterable
from itertools import chain
from typing import TypeAlias

import pikepdf

from signing.pdf.child.active import check_objects
from signing.pdf.child.bombs import check_sizes
from signing.pdf.child.drawing import check_drawing
from signing.pdf.child.fields import check_fields
from signing.pdf.child.findings import TOO_MUCH, Findings, Refused
from signing.pdf.child.frame import check_frame
from signing.pdf.child.hidden import check_hidden
from signing.pdf.child.hybrid import check_hybrid
from signing.pdf.child.loops import check_loops
from signing.pdf.child.open_strictly import check_syntax, open_strictly, without_source
from signing.pdf.child.page_boxes import check_boxes
from signing.pdf.child.page_tree import pages_of
from signing.pdf.child.reach import reachable
from signing.pdf.child.sealable import check_sealable
from signing.pdf.child.second_reader import check_second_reader

_FOLLOWING = frozenset({"pdf.two-readings", "pdf.cannot-be-sealed"})
_COMPARED_WHOLE = 2_000  # objects: half a second

Verdict: TypeAlias = dict[str, object]


def judge_upload(data: bytes, *, max_pages: int) -> Verdict:
    """Return the verdict on these bytes: all reasons, and the number of pages of a file that has none."""
    findings = Findings()
    pages = 0
    try:
        pages = _judge(data, max_pages, findings)
    except Refused as refused:
        findings.add(refused.code, refused.detail)
    except (MemoryError, OSError):  # no fault of the file: nothing was left to load or to open
        raise
    except Exception as error:  # noqa: BLE001 - outermost edge of this process: no error of a parser may pass a file
        findings.add("pdf.malformed", without_source(error))
    reasons = sorted(findings.as_list(), key=lambda reason: reason[0] in _FOLLOWING)  # the main one has a cause
    return {"reasons": reasons, "pages": 0 if findings.found else pages}


def _judge(data: bytes, max_pages: int, findings: Findings) -> int:
    check_frame(data, findings)
    if "pdf.not-a-pdf" in findings.found:
        return 0
    with open_strictly(data) as pdf:
        check_objects(pdf, findings)
        pages = _pages(pdf, max_pages, findings)
        shapes = check_boxes(pages, findings)
        check_sizes(pdf, findings)
        if pages and not findings.codes() & TOO_MUCH:
            check_drawing(pages, findings)
            check_hidden(pdf, pages, findings)
            check_fields(pdf, pages, findings)
            check_loops(pdf, findings)
            check_hybrid(data, pdf, max_pages, findings)
            check_second_reader(data, _compared(pdf, pages), shapes, findings)
            check_sealable(data, pdf, pages, findings)
            check_syntax(pdf, findings)  # the last one: on its way it repairs what it has read
    return len(pages)


def _pages(pdf: pikepdf.Pdf, max_pages: int, findings: Findings) -> list[pikepdf.Object]:
    try:
        return pages_of(pdf, max_pages)
    except Refused as refused:
        findings.add(refused.code, refused.detail)
        return []


def _compared(pdf: pikepdf.Pdf, pages: list[pikepdf.Object]) -> Iterable[pikepdf.Object]:
    """Return what the second parser is asked about: everything, in a large file what pages and forms show."""
    everything = list(pdf.objects)
    return everything if len(everything) <= _COMPARED_WHOLE else chain((pdf.Root,), reachable(pdf, pages))
