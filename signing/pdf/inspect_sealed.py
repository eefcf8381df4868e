"""Whether a sealed PDF holds: by strict rules, by the evidence inside it, at a given time, without any network.

Promises: the bytes are parsed only in a process of their own (signing.pdf.sandbox); whatever happens there, the answer is a
SealInspection with every reason that applies. It has two answers that are never merged: whether the signature is valid, and (for
the caller, by the digest) whether the bytes are those that were anchored.
Leaves to others: whom to trust, the time, newer revocation lists, and what the evidence attached to the file says.
Rules and codes: docs/pdf-rules.md
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from signing.canonical import Json, decode
from signing.errors import DocumentRefused, InvalidEncoding
from signing.pdf.inspect import Limits, refuse_unfinished
from signing.pdf.reasons import Reason
from signing.pdf.sandbox import run
from signing.pdf.seal_inspection import AnotherForm, Answer, Revocation, SealInspection, Signed, read_answer

__all__ = ["SEALED_LIMITS", "Answer", "Revocation", "SealInspection", "SealTrust", "Signed", "inspect_sealed"]

SEALED_LIMITS = Limits(max_bytes=50 * 1024 * 1024, seconds=30)  # an upload, its evidence, and time stamps for decades


@dataclass(frozen=True, kw_only=True)
class SealTrust:
    """Whom the caller believes (DER): roots for seals, roots for time stamps (the same ones when empty), newer revocation lists."""

    roots: tuple[bytes, ...]
    time_stamp_roots: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()


def inspect_sealed(
    data: bytes, trust: SealTrust, *, at: datetime, limits: Limits = SEALED_LIMITS, document: bytes | None = None
) -> SealInspection:
    """Return the verdict at the time `at`; `document` is the SHA-256 of the R0 that the file must begin with, where known."""
    bare = SealInspection(reasons=(), sha256=hashlib.sha256(data).digest(), byte_length=len(data))
    if not data:
        return _refused(bare, "pdf.empty")
    if len(data) > limits.max_bytes:
        return _refused(bare, "pdf.too-large", f"at most {limits.max_bytes} bytes, got {len(data)}")
    try:
        ended = run("sealed", _question(trust, at, limits, document), data, limits.caps)
        refuse_unfinished(ended)
        return read_answer(bare, decode(ended.written))
    except DocumentRefused as refused:
        return _refused(bare, refused.code)
    except OSError as error:
        return _refused(bare, "pdf.not-inspected", str(error.strerror))
    except (InvalidEncoding, AnotherForm):
        return _refused(bare, "pdf.not-inspected", "an answer in another form")


def _refused(bare: SealInspection, code: str, detail: str = "") -> SealInspection:
    return replace(bare, reasons=(Reason(code, detail),))


def _question(trust: SealTrust, at: datetime, limits: Limits, document: bytes | None) -> dict[str, Json]:
    return {
        "roots": [one.hex() for one in trust.roots],
        "time_stamp_roots": [one.hex() for one in trust.time_stamp_roots or trust.roots],
        "revocation_lists": [one.hex() for one in trust.revocation_lists],
        "at": at.isoformat(),
        "max_pages": limits.max_pages,
        "document": document.hex() if document is not None else None,
    }
