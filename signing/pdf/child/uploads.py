"""Judges one uploaded PDF: every rule is tried, and every reason that applies is named.

Promises: whatever the parsers throw becomes a reason.
Leaves to others: the words shown to people (signing.pdf.reasons), and what a page says.
"""

from typing import TypeAlias

import pikepdf

from signing.pdf.child.active import check_objects
from signing.pdf.child.findings import Findings, Refused
from signing.pdf.child.frame import check_frame
from signing.pdf.child.open_strictly import check_syntax, open_strictly, without_source
from signing.pdf.child.page_tree import pages_of

Verdict: TypeAlias = dict[str, object]


def judge_upload(data: bytes, *, max_pages: int) -> Verdict:
    """Return the verdict on these bytes: all reasons, and the number of pages of a file that has none."""
    findings = Findings()
    pages = 0
    try:
        pages = _judge(data, max_pages, findings)
    except Refused as refused:
        findings.add(refused.code, refused.detail)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - outermost edge of this process: no error of a parser may pass a file
        findings.add("pdf.malformed", without_source(error))
    return {"reasons": findings.as_list(), "pages": 0 if findings.found else pages}


def _judge(data: bytes, max_pages: int, findings: Findings) -> int:
    check_frame(data, findings)
    if "pdf.not-a-pdf" in findings.found:
        return 0
    with open_strictly(data) as pdf:
        check_objects(pdf, findings)
        pages = _count(pdf, max_pages, findings)
        if pages:
            check_syntax(pdf, findings)
    return pages


def _count(pdf: pikepdf.Pdf, max_pages: int, findings: Findings) -> int:
    try:
        return len(pages_of(pdf, max_pages))
    except Refused as refused:
        findings.add(refused.code, refused.detail)
        return 0
