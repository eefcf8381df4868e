"""Whether an uploaded PDF may become an agreement: complete, in one reading only, unsigned, and without anything that acts.

Promises: the bytes are parsed only in a process of their own (signing.pdf.sandbox); whatever happens there, the answer is an
Inspection or DocumentRefused, and the refusal holds every reason that was found.
Leaves to others: what the pages say and how they look. Rules and codes: docs/pdf-rules.md
"""

import hashlib
from dataclasses import dataclass
from typing import NoReturn

from signing.canonical import Json, decode
from signing.errors import DocumentRefused, InvalidEncoding
from signing.pdf.reasons import REASONS, Reason
from signing.pdf.sandbox import Caps, Ended, run

_VERDICT_FIELDS = {"reasons", "pages"}


@dataclass(frozen=True)
class Limits:
    max_bytes: int = 25 * 1024 * 1024
    max_pages: int = 500
    seconds: int = 20
    memory_bytes: int = 1024 * 1024 * 1024

    @property
    def caps(self) -> Caps:
        return Caps(seconds=self.seconds, memory_bytes=self.memory_bytes)


@dataclass(frozen=True)
class Inspection:
    pages: int
    sha256: bytes
    byte_length: int


_DEFAULT_LIMITS = Limits()


def inspect(data: bytes, limits: Limits = _DEFAULT_LIMITS) -> Inspection:
    """Return pages, digest and length of a PDF that passed every rule; raise DocumentRefused with the reasons otherwise."""
    if not data:
        _refuse(Reason("pdf.empty", ""))
    if len(data) > limits.max_bytes:
        _refuse(Reason("pdf.too-large", f"at most {limits.max_bytes} bytes, got {len(data)}"))
    try:
        ended = run("upload", {"max_pages": limits.max_pages}, data, limits.caps)
    except OSError as error:
        raise DocumentRefused("pdf.not-inspected", f"{REASONS['pdf.not-inspected']} ({error.strerror})") from error
    return Inspection(pages=read_verdict(ended), sha256=hashlib.sha256(data).digest(), byte_length=len(data))


def read_verdict(ended: Ended) -> int:
    """Return the pages of a PDF that passed; trust nothing that the process wrote beyond its form."""
    refuse_unfinished(ended)
    verdict = _parse(ended.written)
    if verdict is None:
        _refuse(Reason("pdf.not-inspected", "an answer in another form"))
    reasons, pages = verdict
    if reasons:
        _refuse(*reasons)
    return pages


def refuse_unfinished(ended: Ended) -> None:
    """Raise DocumentRefused unless the process ended by itself, with an answer."""
    if ended.over_limit:
        _refuse(Reason("pdf.too-slow", ""))
    if ended.crashed:
        _refuse(Reason("pdf.malformed", "the parser crashed on it"))
    if ended.status != 0:
        _refuse(Reason("pdf.not-inspected", f"exit status {ended.status}"))


def parse_reasons(value: Json, known: frozenset[str]) -> tuple[Reason, ...] | None:
    """Return reasons as the process writes them, a list of [code, detail]; None when it is anything else."""
    if not isinstance(value, list):
        return None
    found = []
    for pair in value:
        match pair:
            case [str(code), str(detail)] if code in known:
                found.append(Reason(code, detail))
            case _:
                return None
    return tuple(found)


def _parse(written: bytes) -> tuple[tuple[Reason, ...], int] | None:
    try:
        value: Json = decode(written)
    except InvalidEncoding:
        return None
    if not isinstance(value, dict) or value.keys() != _VERDICT_FIELDS:
        return None
    reasons, pages = parse_reasons(value["reasons"], frozenset(REASONS)), value["pages"]
    if reasons is None or not isinstance(pages, int) or isinstance(pages, bool) or bool(reasons) == (pages > 0):
        return None
    return reasons, pages


def _refuse(*reasons: Reason) -> NoReturn:
    raise DocumentRefused(
        reasons[0].code,
        "; also: ".join(reason.message for reason in reasons),
        tuple(reason.code for reason in reasons[1:]),
    )
