"""Inclusion proofs as text (C2SP tlog-proof v1), for tools of other people that read our log.

Promises: one spelling per proof. Leaves to others: every check (receipt.py, or the reader's own tool): a parsed proof is a claim.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.core.log.checkpoint import MAX_SIZE
from ledger.core.log.hashing import HASH_BYTES
from ledger.core.log.note import MAX_NOTE_BYTES, decode_base64, encode_base64
from ledger.core.log.proofs import MAX_PATH
from ledger.errors import InvalidInput, VerificationFailed

HEADER = "c2sp.org/tlog-proof@v1"
MAX_EXTRA = 16_384  # an entry of 8 KB and its openings
MAX_PROOF_CHARACTERS = MAX_NOTE_BYTES + 32_768

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")
_EXTRA = "extra "


@dataclass(frozen=True)
class ProofText:
    """A parsed proof. `extra` is authenticated by nothing."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None


def format_proof(index: int, path: Sequence[bytes], checkpoint_note: bytes, extra: bytes | None = None) -> str:
    """Return the text of a proof; raise InvalidInput("proof.malformed") for parts that would not be read back the same."""
    lines = [HEADER]
    if extra is not None:
        lines.append(_EXTRA + encode_base64(extra))
    lines += [f"index {index}", *map(encode_base64, path), "", checkpoint_note.decode(errors="replace")]
    text = "\n".join(lines)
    if _read_back(text) != ProofText(index, tuple(path), checkpoint_note, extra):
        raise InvalidInput("proof.malformed", f"expected an index, at most {MAX_PATH} hashes and a note in UTF-8")
    return text


def parse_proof(text: str) -> ProofText:
    """Return the parts of a proof; raise VerificationFailed("proof.malformed")."""
    if len(text) > MAX_PROOF_CHARACTERS:
        raise VerificationFailed(
            "proof.malformed", f"expected at most {MAX_PROOF_CHARACTERS} characters, got {len(text)}"
        )
    head, blank, note = text.partition("\n\n")
    header, *lines = head.split("\n")
    if header != HEADER or not blank or not note:
        raise VerificationFailed("proof.malformed", f"expected {HEADER!r}, proof lines, an empty line and a checkpoint")
    extra = _extra(lines.pop(0)) if lines and lines[0].startswith(_EXTRA) else None
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if index is None or int(index[1]) >= MAX_SIZE:
        raise VerificationFailed("proof.malformed", "expected a line with the index, without leading zeros")
    return ProofText(int(index[1]), _path(lines[1:]), note.encode(), extra)


def _read_back(text: str) -> ProofText | None:
    try:
        return parse_proof(text)
    except VerificationFailed:
        return None


def _extra(line: str) -> bytes:
    extra = decode_base64(line.removeprefix(_EXTRA), "proof.malformed")
    if len(extra) > MAX_EXTRA:
        raise VerificationFailed(
            "proof.malformed", f"expected at most {MAX_EXTRA} bytes of extra data, got {len(extra)}"
        )
    return extra


def _path(lines: Sequence[str]) -> tuple[bytes, ...]:
    path = tuple(decode_base64(line, "proof.malformed") for line in lines)
    if len(path) > MAX_PATH or any(len(item) != HASH_BYTES for item in path):
        raise VerificationFailed("proof.malformed", f"expected at most {MAX_PATH} hashes of {HASH_BYTES} bytes")
    return path
