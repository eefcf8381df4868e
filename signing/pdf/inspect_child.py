"""The program that reads one untrusted PDF: run by `signing.pdf.inspect` in a process of its own, never in the service's.

Promises: reads the PDF from standard input and writes one line of canonical JSON, {"code", "detail", "pages"}; code is "" for
a PDF that passed. Stays within the limits given as arguments (memory bytes, processor seconds, pages).
Leaves to others: the wall clock, the words shown to people (inspect), and what a page says.
It imports nothing of this project, so that it starts from a source tree and from a wheel alike.
"""

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import NoReturn, TypeAlias

import pikepdf

Verdict: TypeAlias = dict[str, str | int]
Container: TypeAlias = pikepdf.Object

EXIT_OUT_OF_MEMORY = 3

_MAX_DETAIL = 160
_HEADER = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[\r\n\t %]")
_LAST_LINES = re.compile(rb"startxref\s+[0-9]+\s+%%EOF[\r\n \t]{0,16}\Z")
_TAIL_BYTES = 1024  # where readers look for the last startxref
# Both leave every object where the file says it is; tools that write them are common.
_HARMLESS_WARNINGS = ("is not one plus the highest object number", "xref entry for the xref stream itself is missing")
# Every action of ISO 32000-2 table 201 but those that only move the view or open a web address after a question.
_ACTIVE_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        "GoTo3DView",
        "GoToE",
        "GoToR",
        "Hide",
        "ImportData",
        "JavaScript",
        "Launch",
        "Movie",
        "Rendition",
        "ResetForm",
        "RichMediaExecute",
        "SetOCGState",
        "Sound",
        "SubmitForm",
    )
)
_ACTIVE_ANNOTATIONS = frozenset({"/3D", "/Movie", "/RichMedia", "/Screen", "/Sound"})
_ACTIVE_KEYS = frozenset({"/JS", "/XFA"})
_SIGNED_TYPES = frozenset({"/Sig", "/DocTimeStamp"})
_EXECUTABLE_NAME = re.compile(
    r"\.(?:app|bat|cmd|com|cpl|dll|dmg|exe|hta|iso|jar|js|jse|lnk|msi|pif|ps1|reg|scr|sh|vbe|vbs|wsf)[\s.]*\Z",
    re.IGNORECASE,
)
_EXECUTABLE_STARTS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
)


class Refused(Exception):
    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def judge(data: bytes, *, max_pages: int) -> Verdict:
    """Return the verdict on these bytes, whatever the parser throws."""
    try:
        check_frame(data)
        with open_strictly(data) as pdf:
            check_objects(pdf)
            pages = count_pages(pdf, max_pages)
            check_syntax(pdf)
    except Refused as refused:
        return {"code": refused.code, "detail": refused.detail, "pages": 0}
    except Exception as error:  # noqa: BLE001 - outermost edge of this process: no error of the parser may pass a file
        return {"code": code_of(error), "detail": _without_source(error), "pages": 0}
    return {"code": "", "detail": "", "pages": pages}


def code_of(error: Exception) -> str:
    """Return the reason for what the parser threw: out of memory is the file's size, anything else its form."""
    return "pdf.too-slow" if isinstance(error, MemoryError) else "pdf.malformed"


def check_frame(data: bytes) -> None:
    """Refuse bytes around the PDF and ends that two readers could understand differently."""
    if not _HEADER.match(data):
        if _HEADER.search(data[:_TAIL_BYTES]):
            raise Refused("pdf.trailing-data", "bytes before %PDF")
        raise Refused("pdf.not-a-pdf")
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refused("pdf.malformed", "no %%EOF: the file is not complete")
    if data[end + 5 :].strip(b"\r\n \t") or len(data) - end > _TAIL_BYTES:
        raise Refused("pdf.trailing-data", "bytes after the last %%EOF")
    _check_one_startxref(data[max(0, end - _TAIL_BYTES) :])


def _check_one_startxref(tail: bytes) -> None:
    revision = tail[: tail.rfind(b"%%EOF")]
    revision = revision[revision.rfind(b"%%EOF") + 1 :]
    if not _LAST_LINES.search(tail) or revision.count(b"startxref") != 1:
        raise Refused("pdf.malformed", "expected one startxref, a number and %%EOF at the end")


def open_strictly(data: bytes) -> pikepdf.Pdf:
    """Open without any repair: a file that needs one is read in different ways by different readers."""
    try:
        pdf = pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Refused("pdf.encrypted") from error
    if pdf.is_encrypted:
        raise Refused("pdf.encrypted", "opens with an empty password")
    return pdf


def check_objects(pdf: pikepdf.Pdf) -> None:
    """Refuse signatures and active content in any object, whether a page refers to it or not."""
    for container in _containers(pdf):
        if isinstance(container, pikepdf.Dictionary | pikepdf.Stream):
            _check_dictionary(container)


def count_pages(pdf: pikepdf.Pdf, max_pages: int) -> int:
    pages = len(pdf.pages)
    if pages == 0:
        raise Refused("pdf.no-pages")
    if pages > max_pages:
        raise Refused("pdf.too-many-pages", f"{pages} pages")
    return pages


def check_syntax(pdf: pikepdf.Pdf) -> None:
    """Read every stream and every page's operators; refuse whatever the parser had to forgive."""
    problems = [*pdf.get_warnings(), *pdf.check_pdf_syntax()]
    for problem in map(_without_source, problems):
        if not any(part in problem for part in _HARMLESS_WARNINGS):
            raise Refused("pdf.malformed", problem)


def _containers(pdf: pikepdf.Pdf) -> Iterator[Container]:
    """Yield every dictionary, array and stream: each indirect object and what is written inside it, without recursion."""
    for top in pdf.objects:
        waiting = [top]
        while waiting:
            current = waiting.pop()
            yield current
            waiting.extend(
                value for value in _children(current) if isinstance(value, pikepdf.Object) and not value.is_indirect
            )


def _children(value: Container) -> Iterator[object]:
    if isinstance(value, pikepdf.Array):
        yield from value
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        for key in value.keys():  # noqa: SIM118 - iterating a PDF dictionary itself is not the same for a stream
            yield value[key]


def _check_dictionary(value: Container) -> None:
    keys = frozenset(value.keys())
    kind, action = _name(value, "/Type"), _name(value, "/S")
    if "/ByteRange" in keys or kind in _SIGNED_TYPES:
        raise Refused("pdf.already-signed")
    if action in _ACTIVE_ACTIONS:
        _refuse_active(action)
    if _name(value, "/Subtype") in _ACTIVE_ANNOTATIONS and "/Rect" in keys:
        _refuse_active(_name(value, "/Subtype"))
    for key in keys & _ACTIVE_KEYS:
        _refuse_active(key)
    if isinstance(value, pikepdf.Stream) and "/F" in keys:
        _refuse_active("stream in another file")
    if "/EF" in keys:
        _check_attachment(value)


def _check_attachment(spec: Container) -> None:
    for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix"):
        if key in spec and _EXECUTABLE_NAME.search(str(spec[key])):
            _refuse_active("attached program, by its name")
    for stream in _children(spec["/EF"]):
        if isinstance(stream, pikepdf.Stream) and stream.read_bytes().startswith(_EXECUTABLE_STARTS):
            _refuse_active("attached program, by its first bytes")


def _without_source(problem: object) -> str:
    """Return the parser's words without its name for the bytes, which is a memory address."""
    return re.sub(r"stream <[^>]*>:? ?", "", str(problem))


def _refuse_active(what: str) -> NoReturn:
    raise Refused("pdf.active-content", what)


def _name(value: Container, key: str) -> str:
    found = value.get(key)
    return str(found) if isinstance(found, pikepdf.Name) else ""


def printable(text: str) -> str:
    """Return a short line of plain ASCII: what a hostile file wrote must not write into a terminal or a log."""
    return "".join(character if " " <= character <= "~" else "?" for character in text[:_MAX_DETAIL])


def _limit(memory_bytes: int, seconds: int) -> None:  # pragma: no cover - would cap the tests themselves
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:  # pragma: no cover - lives in the child process only; tests reach it through inspect()
    memory_bytes, seconds, max_pages = (int(argument) for argument in sys.argv[1:])
    _limit(memory_bytes, seconds)
    try:
        verdict = judge(sys.stdin.buffer.read(), max_pages=max_pages)
        verdict["detail"] = printable(str(verdict["detail"]))
        sys.stdout.write(json.dumps(verdict, sort_keys=True, separators=(",", ":")))
        sys.stdout.flush()
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)
    os._exit(0)  # nothing to tidy: freeing a large tree of objects takes longer than ending


if __name__ == "__main__":  # pragma: no cover
    main()
