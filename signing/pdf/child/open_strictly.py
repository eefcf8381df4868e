"""Opens a PDF without any repair: a file that needs one is read in different ways by different readers.

Promises: what cannot be opened so is a reason; nothing is written into what was read; encryption, even with an empty password, is one.
No other program is started, which pikepdf would do to decode JBIG2 pictures.
"""

import re
from io import BytesIO, StringIO

import pikepdf
from pikepdf.jbig2 import JBIG2DecoderInterface, set_decoder

from signing.pdf.child.findings import Findings, Refused

# All leave every object where the file says it is, or is not; tools that write them are common.
_HARMLESS_WARNINGS = ("xref entry for the xref stream itself is missing", "object has offset 0")
_COUNT = re.compile(r"reported number of objects \((\d+)\) is not one plus the highest object number \((\d+)\)")
# Random numbers are asked for only to decrypt, and a process that can open no device has none.
_WANTS_RANDOMNESS = "random numbers"
_SPEAKS_OF_ENCRYPTION = (_WANTS_RANDOMNESS, "ncryption", "/Encrypt")


class _NoDecoder(JBIG2DecoderInterface):
    """A decoder of JBIG2 that decodes nothing; PDFium draws such pictures, and their size is judged by their header."""

    def check_available(self) -> None:
        """Say nothing, which means that it can be used."""

    def decode_jbig2(self, jbig2: bytes, jbig2_globals: bytes) -> bytes:
        del jbig2, jbig2_globals
        return b""


set_decoder(_NoDecoder())


def open_strictly(data: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=False)
    except pikepdf.PasswordError as error:
        raise Refused("pdf.encrypted") from error
    except (pikepdf.PdfError, RuntimeError) as error:
        if any(word in str(error) for word in _SPEAKS_OF_ENCRYPTION):
            raise Refused("pdf.encrypted", "" if _WANTS_RANDOMNESS in str(error) else without_source(error)) from error
        raise Refused("pdf.malformed", without_source(error)) from error
    if pdf.is_encrypted:
        raise Refused("pdf.encrypted", "opens with an empty password")
    return pdf


def check_repairs(pdf: pikepdf.Pdf, findings: Findings) -> None:
    """Find whatever the parser had to forgive so far."""
    for problem in map(without_source, pdf.get_warnings()):
        if not _is_harmless(problem):
            findings.add("pdf.malformed", problem)


def check_syntax(pdf: pikepdf.Pdf, findings: Findings) -> None:
    """Read every stream and every page's operators; find whatever the parser had to forgive.

    Not the hints of a linearised file: only a reader that has not received all of it goes by them, and they are often wrong.
    """
    check_repairs(pdf, findings)
    hints = _hints(pdf)
    for problem in (*pdf.check_pdf_syntax(), *pdf.get_warnings()):
        if problem.removeprefix("WARNING: ") not in hints and not _is_harmless(without_source(problem)):
            findings.add("pdf.malformed", without_source(problem))


def _hints(pdf: pikepdf.Pdf) -> frozenset[str]:
    if not pdf.is_linearized:
        return frozenset()
    pdf.check_linearization(StringIO())
    return frozenset(pdf.get_warnings())


def _is_harmless(problem: str) -> bool:
    counted = _COUNT.search(problem)  # too high is harmless, too low hides objects from some readers
    return bool(counted and int(counted[1]) > int(counted[2])) or any(part in problem for part in _HARMLESS_WARNINGS)


def without_source(problem: object) -> str:
    """Return the parser's words without its name for the bytes, which is a memory address."""
    return re.sub(r"stream <[^>]*>:? ?", "", str(problem))
