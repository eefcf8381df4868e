"""Whether an uploaded PDF may become an agreement: complete, in one reading only, unsigned, and without anything that acts.

Promises: the bytes are parsed only in a child process with caps on memory, processor time, file writing and wall clock, which
gets neither our environment nor our working folder; whatever happens there, the answer is an Inspection or DocumentRefused.
Leaves to others: what the pages say and how they look. Rules and codes: docs/pdf-rules.md
"""

import hashlib
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn, cast

from signing.canonical import Json, decode
from signing.errors import DocumentRefused, InvalidEncoding

CHILD = Path(__file__).with_name("inspect_child.py")

_MAX_VERDICT_BYTES = 1024
EXIT_OUT_OF_MEMORY = (
    3  # inspect_child.EXIT_OUT_OF_MEMORY; a test compares them, for importing the child would load its parser here
)
_OVER_LIMIT = {-signal.SIGKILL, -signal.SIGXCPU, EXIT_OUT_OF_MEMORY}
_VERDICT_FIELDS = {"code", "detail", "pages"}

REASONS = {
    "pdf.empty": "expected a PDF, got no bytes",
    "pdf.not-a-pdf": "expected a file that begins with %PDF-1.0 to %PDF-2.0",
    "pdf.too-large": "expected a smaller file",
    "pdf.trailing-data": "expected nothing before %PDF and nothing after the last %%EOF",
    "pdf.encrypted": "expected a PDF without a password or permissions: save it again without protection",
    "pdf.malformed": "expected a PDF that needs no repair: print or export it to PDF again",
    "pdf.no-pages": "expected at least one page",
    "pdf.too-many-pages": "expected fewer pages",
    "pdf.already-signed": "expected an unsigned PDF: upload the version from before it was signed",
    "pdf.active-content": "expected no scripts, programs, media, XFA or actions beyond links: print it to PDF again",
    "pdf.too-slow": "expected a PDF that can be read within the limits of time and memory: print it to PDF again",
    "pdf.not-inspected": "the inspector could not run, so nothing is known about the file: try again, then tell the operator",
}


@dataclass(frozen=True)
class Limits:
    max_bytes: int = 25 * 1024 * 1024
    max_pages: int = 500
    seconds: int = 20
    memory_bytes: int = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Inspection:
    pages: int
    sha256: bytes
    byte_length: int


_DEFAULT_LIMITS = Limits()


def inspect(data: bytes, limits: Limits = _DEFAULT_LIMITS) -> Inspection:
    """Return pages, digest and length of a PDF that passed every rule; raise DocumentRefused with one of `REASONS`."""
    if not data:
        _refuse("pdf.empty")
    if len(data) > limits.max_bytes:
        _refuse("pdf.too-large", f"at most {limits.max_bytes} bytes, got {len(data)}")
    pages = read_verdict(*run_child(_command(limits), data, seconds=limits.seconds))
    return Inspection(pages=pages, sha256=hashlib.sha256(data).digest(), byte_length=len(data))


def _command(limits: Limits) -> list[str]:
    # -I: no PYTHON* variables, no user packages, no import from the working or the script's folder; -B: it may write no file.
    interpreter = [sys.executable, "-I", "-B", str(CHILD)]
    return [*interpreter, str(limits.memory_bytes), str(limits.seconds), str(limits.max_pages)]


def run_child(command: list[str], data: bytes, *, seconds: int) -> tuple[int, bytes]:
    """Return how the child ended and what it wrote: at most a little more than a verdict, after at most `seconds`."""
    try:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and file, integers as arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise DocumentRefused("pdf.not-inspected", f"{REASONS['pdf.not-inspected']} ({error.strerror})") from error
    with child:
        return _supervise(child, data, seconds)


def _supervise(child: subprocess.Popen[bytes], data: bytes, seconds: int) -> tuple[int, bytes]:
    alarm = threading.Timer(seconds, child.kill)
    alarm.daemon = True
    alarm.start()
    try:
        written = _exchange(child, data)
        if len(written) > _MAX_VERDICT_BYTES:
            child.kill()
        return child.wait(), written
    finally:
        alarm.cancel()
        child.kill()  # whatever interrupted us; nothing happens to a child that has ended


def _exchange(child: subprocess.Popen[bytes], data: bytes) -> bytes:
    """Write all, then read a little. The child reads all of its input before it writes, so neither waits for the other."""
    to_child, from_child = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
    with suppress(BrokenPipeError):  # it ended early: its exit status says why
        to_child.write(data)
    with suppress(BrokenPipeError):
        to_child.close()
    return from_child.read(_MAX_VERDICT_BYTES + 1)


def read_verdict(status: int, written: bytes) -> int:
    """Return the pages of a PDF that passed; trust nothing that the child wrote beyond its form."""
    if status in _OVER_LIMIT:
        _refuse("pdf.too-slow")
    if status < 0:
        _refuse("pdf.malformed", "the parser crashed on it")
    verdict = _parse(written) if status == 0 else None
    if verdict is None:
        _refuse("pdf.not-inspected", f"exit status {status}")
    code, detail, pages = verdict
    if code:
        _refuse(code, detail)
    return pages


def _parse(written: bytes) -> tuple[str, str, int] | None:
    try:
        value: Json = decode(written)
    except InvalidEncoding:
        return None
    if not isinstance(value, dict) or value.keys() != _VERDICT_FIELDS:
        return None
    code, detail, pages = value["code"], value["detail"], value["pages"]
    if (
        not isinstance(code, str)
        or not isinstance(detail, str)
        or not isinstance(pages, int)
        or isinstance(pages, bool)
    ):
        return None
    if code not in REASONS and not (code == "" and pages > 0):
        return None
    return code, detail, pages


def _refuse(code: str, detail: str = "") -> NoReturn:
    raise DocumentRefused(code, f"{REASONS[code]} ({detail})" if detail else REASONS[code])
