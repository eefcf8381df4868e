"""The first and last bytes of a PDF: nothing around it, and one end that every reader finds.

Promises: reads bytes only, no parser.
"""

import re

from signing.pdf.child.findings import Findings

_HEADER = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[\r\n\t %]")
_LAST_LINES = re.compile(rb"startxref\s+[0-9]+\s+%%EOF[\r\n \t]{0,16}\Z")
_TAIL_BYTES = 1024  # where readers look for the header and for the last startxref


def check_frame(data: bytes, findings: Findings) -> None:
    """Find bytes around the PDF, and ends that two readers could understand differently."""
    if not _HEADER.match(data):
        if _HEADER.search(data[:_TAIL_BYTES]):
            findings.add("pdf.trailing-data", "bytes before %PDF")
        else:
            findings.add("pdf.not-a-pdf")
            return
    end = data.rfind(b"%%EOF")
    if end < 0:
        findings.add("pdf.malformed", "no %%EOF: the file is not complete")
    elif data[end + 5 :].strip(b"\r\n \t") or len(data) - end > _TAIL_BYTES:
        findings.add("pdf.trailing-data", "bytes after the last %%EOF: added, or the rest was cut off")
    else:
        _check_one_startxref(data[max(0, end - _TAIL_BYTES) :], findings)


def _check_one_startxref(tail: bytes, findings: Findings) -> None:
    revision = tail[: tail.rfind(b"%%EOF")]
    revision = revision[revision.rfind(b"%%EOF") + 1 :]
    if not _LAST_LINES.search(tail) or revision.count(b"startxref") != 1:
        findings.add("pdf.malformed", "expected one startxref, a number and %%EOF at the end")
