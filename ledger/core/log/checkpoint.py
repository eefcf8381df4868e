"""Checkpoints (C2SP tlog-checkpoint): origin, size and root of a tree as the text of a signed note.

Promises: no extension lines (what they say no monitor would see), one spelling per checkpoint, and a checkpoint is only
handed out after the log's own key verified it. The key's name is the log's origin.
Leaves to others: whether one checkpoint grew out of another (proofs.py) and witnesses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ledger.core.log.hashing import EMPTY_ROOT, HASH_BYTES, same_digest
from ledger.core.log.note import (
    Note,
    VerifierKey,
    decode_base64,
    encode_base64,
    format_note,
    parse_note,
    sign_note,
    verify_note,
)
from ledger.errors import VerificationFailed

MAX_SIZE = 2**53 - 1  # an index must be an exact number in JSON and in a browser
MAX_ORIGIN = 255

_ORIGIN = re.compile(r"[^\s+\x00-\x20]{1,255}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_LINES = 3


@dataclass(frozen=True)
class Checkpoint:
    """The tree of the log `origin` at `size` leaves."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not _ORIGIN.fullmatch(self.origin):
            raise VerificationFailed(
                "checkpoint.malformed", f"expected an origin of 1 to {MAX_ORIGIN} characters without space or plus"
            )
        if not 0 <= self.size <= MAX_SIZE:
            raise VerificationFailed("checkpoint.malformed", f"expected a size of 0 to {MAX_SIZE}, got {self.size}")
        if len(self.root) != HASH_BYTES:
            raise VerificationFailed(
                "checkpoint.malformed", f"expected a root of {HASH_BYTES} bytes, got {len(self.root)}"
            )
        if self.size == 0 and not same_digest(EMPTY_ROOT, self.root):
            raise VerificationFailed(
                "checkpoint.malformed", f"expected the root of no leaves at size 0, got {self.root.hex()}"
            )

    def body(self) -> bytes:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n".encode()


def parse_checkpoint(body: bytes) -> Checkpoint:
    """Return the checkpoint of a note text that is already verified; raise VerificationFailed("checkpoint.malformed")."""
    lines = _text(body).split("\n")
    if len(lines) != _LINES + 1 or lines[-1] or not _SIZE.fullmatch(lines[1]):
        raise VerificationFailed(
            "checkpoint.malformed", f"expected the lines origin, size and root and no more, got {len(lines) - 1} lines"
        )
    return Checkpoint(lines[0], int(lines[1]), decode_base64(lines[2], "checkpoint.malformed"))


def sign_checkpoint(checkpoint: Checkpoint, key: VerifierKey, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the checkpoint as a note signed by the log's key."""
    _check_origin(checkpoint, key)
    text = checkpoint.body().decode()
    return format_note(Note(text, (sign_note(text, key, sign),)))


def open_checkpoint(note: bytes, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint of a note that the log's key signed; raise VerificationFailed(note.* or checkpoint.*)."""
    parsed = parse_note(note)
    verify_note(parsed, (key,))
    checkpoint = parse_checkpoint(parsed.text.encode())
    _check_origin(checkpoint, key)
    return checkpoint


def _check_origin(checkpoint: Checkpoint, key: VerifierKey) -> None:
    if checkpoint.origin != key.name:
        raise VerificationFailed(
            "checkpoint.other-log", f"expected a checkpoint of {key.name}, got one of {checkpoint.origin}"
        )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise VerificationFailed("checkpoint.malformed", f"expected UTF-8: {error}") from error
