"""Opens a PDF without any repair: a file that needs one is read in different ways by different readers.

Promises: what cannot be opened so is a reason; nothing is written into what was read; encryption, even with an empty password, is one.
"""

import re
from io import BytesIO

import pikepdf

from signing.pdf.child.findings import Findings, Refused

# Both leave every object where the file says it is; tools that write them are common.
_HARMLESS_WARNINGS = ("is not one plus the highest object number", "xref entry for the xref stream itself is missing")
_ASKS_FOR_RANDOM = "random numbers"  # only decryption does, and a process that can open no device has none


def open_strictly(data: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=False)
    except pikepdf.PasswordError as error:
        raise Refused("pdf.encrypted") from error
    except (pikepdf.PdfError, RuntimeError) as error:
        if _ASKS_FOR_RANDOM in str(error):
            raise Refused("pdf.encrypted", "opens with an empty password") from error
        raise Refused("pdf.malformed", without_source(error)) from error
    if pdf.is_encrypted:
        raise Refused("pdf.encrypted", "opens with an empty password")
    return pdf


def check_repairs(pdf: pikepdf.Pdf, findings: Findings) -> None:
    """Find whatever the parser had to forgive so far."""
    for problem in map(without_source, pdf.get_warnings()):
        if not any(part in problem for part in _HARMLESS_WARNINGS):
            findings.add("pdf.malformed", problem)


def check_syntax(pdf: pikepdf.Pdf, findings: Findings) -> None:
    """Read every stream and every page's operators; find whatever the parser had to forgive."""
    for problem in map(without_source, pdf.check_pdf_syntax()):
        if not any(part in problem for part in _HARMLESS_WARNINGS):
            findings.add("pdf.malformed", problem)
    check_repairs(pdf, findings)


def without_source(problem: object) -> str:
    """Return the parser's words without its name for the bytes, which is a memory address."""
    return re.sub(r"stream <[^>]*>:? ?", "", str(problem))
