"""Domain tags for everything that is signed or hashed, and the shape of a signature.

Promises: bytes of one kind can never be taken for bytes of another, nor one list of parts for another.
Leaves to others: which kinds exist, and what the payload means.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from typing import Self

from signing.algorithms import Suite, parse_hex, parse_suite
from signing.canonical import Json
from signing.errors import InvalidEncoding
from signing.webauthn import Assertion

_SIGNATURE_FIELDS = {"suite", "key_id", "value"}
_SIGNATURE_BYTES = {Suite.ED25519: 64, Suite.SECP256K1: 64, Suite.EIP712: 65, Suite.P256: 64}
KEY_ID = re.compile(rf"({'|'.join(Suite)}):[0-9a-f]{{32}}")


def tagged_bytes(kind: str, payload: bytes) -> bytes:
    """Return the bytes that are signed for a payload of this kind: its tag on a line of its own, then the payload."""
    return b"tally/" + kind.encode() + b"/v1\n" + payload


def tagged_hash(kind: str, *parts: bytes) -> bytes:
    """Return SHA-256 over the tag and the parts, each prefixed by its length as 8 bytes big endian."""
    hashed = [_tag(kind)]
    for part in parts:
        hashed += (len(part).to_bytes(8, "big"), part)
    return hashlib.sha256(b"".join(hashed)).digest()


@cache
def _tag(kind: str) -> bytes:
    tag = b"tally/" + kind.encode() + b"/v1"
    return len(tag).to_bytes(8, "big") + tag


@dataclass(frozen=True)
class Signature:
    """A signature and the id of the key that claims to have made it; `value` has the length of its suite, or is a packed assertion."""

    suite: Suite
    key_id: str
    value: bytes

    def __post_init__(self) -> None:
        if not KEY_ID.fullmatch(self.key_id) or self.key_id.partition(":")[0] != self.suite:
            raise InvalidEncoding("signature.malformed", f"expected a key id of {self.suite}, got {self.key_id[:60]!r}")
        if self.suite is Suite.WEBAUTHN:
            Assertion.unpack(self.value)
            return
        expected = _SIGNATURE_BYTES.get(self.suite, 0)  # a key of a seal signs files, and nothing in this form
        if not expected or len(self.value) != expected:
            raise InvalidEncoding(
                "signature.malformed", f"expected {expected} bytes for {self.suite}, got {len(self.value)}"
            )

    def to_json(self) -> dict[str, Json]:
        return {"suite": str(self.suite), "key_id": self.key_id, "value": self.value.hex()}

    @classmethod
    def from_json(cls, value: Json) -> Self:
        if not isinstance(value, dict) or value.keys() != _SIGNATURE_FIELDS:
            raise InvalidEncoding(
                "signature.malformed", "expected a signature: an object of exactly suite, key_id and value"
            )
        key_id = value["key_id"]
        if not isinstance(key_id, str):
            raise InvalidEncoding("signature.malformed", "expected key_id to be text")
        return cls(
            suite=parse_suite(value["suite"]),
            key_id=key_id,
            value=parse_hex(value["value"], code="signature.malformed"),
        )
