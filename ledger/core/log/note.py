"""Signed notes and their keys (C2SP signed-note), Ed25519 only (signature type 0x01).

Promises: a note is split, signed and checked as exact bytes; a signature of a known key that does not verify refuses the
whole note; unknown keys are ignored, but at least one known key must verify.
Leaves to others: what the text says (checkpoint.py) and which keys are known (the trust policy).
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from ledger.errors import InvalidInput, VerificationFailed
from signing.algorithms import PublicKey, Suite, check_ed25519
from signing.errors import InvalidEncoding
from signing.errors import VerificationFailed as SignatureRefused

ED25519 = 0x01
KEY_HASH_BYTES = 4
MAX_NOTE_BYTES = 100_000  # C2SP asks for 16 signatures at least, and the post-quantum ones take 5 kB each
MAX_SIGNATURES = 32

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+\x00-\x20]{1,255}")
_VERIFIER_KEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(.+)", re.DOTALL)
_DASH = "— "


@dataclass(frozen=True)
class VerifierKey:
    """A public key under the name by which notes cite it."""

    name: str
    algorithm: int
    raw: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInput("key.malformed", f"expected a key name without spaces or plus, got {self.name[:80]!r}")
        if self.algorithm != ED25519:
            raise InvalidInput(
                "key.unsupported", f"expected an Ed25519 key (type {ED25519}), got type {self.algorithm}"
            )
        try:
            PublicKey(Suite.ED25519, self.raw)
        except InvalidEncoding as error:
            raise InvalidInput("key.malformed", error.message) from error

    @property
    def key_hash(self) -> bytes:
        """The first four bytes of the SHA-256 of name, newline, type and key: a hint, not an identity."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.raw).digest()[:KEY_HASH_BYTES]

    def encode(self) -> str:
        """Return "<name>+<hash>+<base64 of type and key>"."""
        return f"{self.name}+{self.key_hash.hex()}+{encode_base64(bytes([self.algorithm]) + self.raw)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key of its text; raise InvalidInput("key.malformed" | "key.unsupported")."""
        match = _VERIFIER_KEY.fullmatch(text)
        material = match and _base64(match[3])
        if not match or not material:
            raise InvalidInput("key.malformed", f"expected <name>+<8 hex digits>+<base64>, got {text[:80]!r}")
        key = cls(match[1], material[0], material[1:])
        if key.key_hash.hex() != match[2]:
            raise InvalidInput(
                "key.malformed", f"expected the key hash {key.key_hash.hex()} of this key, got {match[2]}"
            )
        return key


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: who is said to have signed, and the signature."""

    name: str
    key_hash: bytes
    value: bytes


@dataclass(frozen=True)
class Note:
    """A text, with its final newline, and the signatures under it. Not verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]


def parse_note(data: bytes) -> Note:
    """Return the parts of a signed note; raise VerificationFailed("note.malformed" | "note.too-large")."""
    if len(data) > MAX_NOTE_BYTES:
        raise VerificationFailed(
            "note.too-large", f"expected a note of at most {MAX_NOTE_BYTES} bytes, got {len(data)}"
        )
    text, blank, lines = _decode(data).rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise VerificationFailed(
            "note.malformed", "expected a text, an empty line and signature lines, each ended by a newline"
        )
    signatures = lines[:-1].split("\n")
    if len(signatures) > MAX_SIGNATURES:
        raise VerificationFailed(
            "note.too-large", f"expected at most {MAX_SIGNATURES} signatures, got {len(signatures)}"
        )
    return Note(text + "\n", tuple(_parse_signature(line) for line in signatures))


def format_note(note: Note) -> bytes:
    """Return the bytes of a note; what `parse_note` would refuse is refused here too."""
    lines = [f"{_DASH}{item.name} {encode_base64(item.key_hash + item.value)}\n" for item in note.signatures]
    data = (note.text + "\n" + "".join(lines)).encode()
    if parse_note(data) != note:
        raise VerificationFailed("note.malformed", "this text and these signatures would be read back as another note")
    return data


def sign_note(text: str, key: VerifierKey, sign: Callable[[bytes], bytes]) -> NoteSignature:
    """Return the signature line of `key` over the text, checked at once, so that a wrong signer is found where it signs."""
    signature = NoteSignature(key.name, key.key_hash, sign(text.encode()))
    _check_signature(text, signature, key)
    return signature


def verify_note(note: Note, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return the keys that signed the note, in the order of its lines; raise VerificationFailed if none of ours did.

    Codes: "note.bad-signature" (a known key's line does not verify), "note.no-known-key".
    """
    known = {(key.name, key.key_hash): key for key in keys}
    verified: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_hash))
        if key is not None:
            _check_signature(note.text, signature, key)
            verified.append(key)
    if not verified:
        raise VerificationFailed(
            "note.no-known-key", f"expected a signature of one of {', '.join(key.name for key in keys)}, got none"
        )
    return tuple(dict.fromkeys(verified))


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648 section 4)."""
    return b64encode(data).decode()


def decode_base64(text: str, code: str) -> bytes:
    """Return the bytes of base64 in its one spelling; raise VerificationFailed(code)."""
    data = _base64(text)
    if data is None:
        raise VerificationFailed(code, f"expected standard base64 with padding, got {text[:60]!r}")
    return data


def _base64(text: str) -> bytes | None:
    try:
        data = b64decode(text.encode(), validate=True)
    except ValueError:
        return None
    return (
        data if encode_base64(data) == text else None
    )  # unused bits must be zero, or one signature has many spellings


def _decode(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise VerificationFailed("note.malformed", f"expected UTF-8: {error}") from error
    if _CONTROL.search(text):
        raise VerificationFailed("note.malformed", "expected no control characters other than newline")
    return text


def _parse_signature(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _NAME.fullmatch(name):
        raise VerificationFailed("note.malformed", f"expected a signature line — <name> <base64>, got {line[:80]!r}")
    blob = decode_base64(encoded, "note.malformed")
    if len(blob) <= KEY_HASH_BYTES:
        raise VerificationFailed("note.malformed", f"expected a key hash and a signature, got {len(blob)} bytes")
    return NoteSignature(name, blob[:KEY_HASH_BYTES], blob[KEY_HASH_BYTES:])


def _check_signature(text: str, signature: NoteSignature, key: VerifierKey) -> None:
    try:
        check_ed25519(key.raw, text.encode(), signature.value)
    except SignatureRefused as error:
        raise VerificationFailed(
            "note.bad-signature", f"the signature of the known key {key.name} is not of this text: {error.message}"
        ) from error
