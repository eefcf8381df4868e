"""The statement: the exact bytes that a person signs (what, which bytes, who, when, after what).

Promises: one byte form per statement (`tally/statement/v1`, then RFC 8785 JSON), strict parsing, the digest that serves as
challenge of a passkey, and the typed data that a wallet shows.
Leaves to others: whether the facts in it are true, whether it expired, whether its nonce is new.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from signing.algorithms import parse_hex
from signing.canonical import MAX_SAFE_INTEGER, Json, decode, encode
from signing.envelope import KEY_ID, tagged_bytes
from signing.errors import InvalidEncoding
from signing.typed_data import Domain, Field

MAX_STATEMENT_BYTES = 4096  # the longest possible one has five texts of 200 characters and some 900 bytes besides
MAX_TEXT_CHARACTERS = 200

_KIND = "statement"
_PREFIX = tagged_bytes(_KIND, b"")
_HASH_BYTES = 32
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)  # text that a wallet could show otherwise than it is
_FIELDS = {
    "agreement",
    "chain_id",
    "checkpoint",
    "consent_sha256",
    "document_bytes",
    "document_sha256",
    "expires_at",
    "head",
    "key_id",
    "log",
    "nonce",
    "role",
    "signer",
    "terms_sha256",
}


@dataclass(frozen=True)
class Head:
    """The newest entry of the subject as its signer saw it: its number and leaf hash."""

    n: int
    leaf: bytes

    def __post_init__(self) -> None:
        _check_count("head.n", self.n)
        _check_hash("head.leaf", self.leaf)


@dataclass(frozen=True)
class SeenCheckpoint:
    size: int
    root: bytes

    def __post_init__(self) -> None:
        _check_count("checkpoint.size", self.size)
        _check_hash("checkpoint.root", self.root)


@dataclass(frozen=True, kw_only=True)
class Statement:
    agreement: str
    document_sha256: bytes
    document_bytes: int
    terms_sha256: bytes
    consent_sha256: bytes
    signer: str
    role: str
    key_id: str
    head: Head
    checkpoint: SeenCheckpoint
    chain_id: int
    log: str
    nonce: bytes
    expires_at: str

    def __post_init__(self) -> None:
        for name in ("agreement", "signer", "role", "log"):
            _check_text(name, getattr(self, name))
        for name in ("document_sha256", "terms_sha256", "consent_sha256", "nonce"):
            _check_hash(name, getattr(self, name))
        for name in ("document_bytes", "chain_id"):
            _check_count(name, getattr(self, name))
        if not KEY_ID.fullmatch(self.key_id):
            raise _malformed("key_id", "the id of a key, such as ed25519: and 32 hex digits")
        _check_instant(self.expires_at)

    def to_bytes(self) -> bytes:
        return tagged_bytes(_KIND, encode(self._to_json()))

    @property
    def digest(self) -> bytes:
        """Return SHA-256 of `to_bytes`: the challenge of a passkey."""
        return hashlib.sha256(self.to_bytes()).digest()

    def typed_data(self) -> tuple[Domain, str, tuple[Field, ...]]:
        """Return what a wallet signs: readable facts, and the digest that binds all the others."""
        fields = (
            Field("agreement", "string", self.agreement),
            Field("signer", "string", self.signer),
            Field("role", "string", self.role),
            Field("document", "bytes32", self.document_sha256),
            Field("terms", "bytes32", self.terms_sha256),
            Field("expiresAt", "string", self.expires_at),
            Field("statement", "bytes32", self.digest),
        )
        return Domain("Tallystick", "1", self.chain_id, None), "Statement", fields

    def _to_json(self) -> dict[str, Json]:
        return {
            "agreement": self.agreement,
            "chain_id": self.chain_id,
            "checkpoint": {"root": self.checkpoint.root.hex(), "size": self.checkpoint.size},
            "consent_sha256": self.consent_sha256.hex(),
            "document_bytes": self.document_bytes,
            "document_sha256": self.document_sha256.hex(),
            "expires_at": self.expires_at,
            "head": {"leaf": self.head.leaf.hex(), "n": self.head.n},
            "key_id": self.key_id,
            "log": self.log,
            "nonce": self.nonce.hex(),
            "role": self.role,
            "signer": self.signer,
            "terms_sha256": self.terms_sha256.hex(),
        }

    @classmethod
    def _from_json(cls, value: Json) -> Self:
        fields = _Reader("statement", value, _FIELDS)
        head = _Reader("head", fields.values["head"], {"leaf", "n"})
        checkpoint = _Reader("checkpoint", fields.values["checkpoint"], {"root", "size"})
        return cls(
            agreement=fields.text("agreement"),
            chain_id=fields.count("chain_id"),
            checkpoint=SeenCheckpoint(size=checkpoint.count("size"), root=checkpoint.octets("root")),
            consent_sha256=fields.octets("consent_sha256"),
            document_bytes=fields.count("document_bytes"),
            document_sha256=fields.octets("document_sha256"),
            expires_at=fields.text("expires_at"),
            head=Head(n=head.count("n"), leaf=head.octets("leaf")),
            key_id=fields.text("key_id"),
            log=fields.text("log"),
            nonce=fields.octets("nonce"),
            role=fields.text("role"),
            signer=fields.text("signer"),
            terms_sha256=fields.octets("terms_sha256"),
        )


def parse_statement(data: bytes) -> Statement:
    """Return the statement of these exact bytes; raise InvalidEncoding for any other spelling, field, length or version."""
    if len(data) > MAX_STATEMENT_BYTES:
        raise InvalidEncoding("statement.too-large", f"expected at most {MAX_STATEMENT_BYTES} bytes, got {len(data)}")
    if not data.startswith(_PREFIX):
        raise InvalidEncoding(
            "statement.unknown-version", f"expected bytes that begin with {_PREFIX.decode().strip()} and a new line"
        )
    return Statement._from_json(decode(data[len(_PREFIX) :]))  # noqa: SLF001 - the parser and its class are one thing


class _Reader:
    """Strict access to the members of one JSON object."""

    def __init__(self, where: str, value: Json, names: set[str]) -> None:
        if not isinstance(value, dict) or value.keys() != names:
            raise _malformed(where, f"an object of exactly {', '.join(sorted(names))}")
        self.values: Mapping[str, Json] = value

    def text(self, name: str) -> str:
        value = self.values[name]
        if not isinstance(value, str):
            raise _malformed(name, "text")
        return value

    def count(self, name: str) -> int:
        value = self.values[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise _malformed(name, "an integer")
        return value

    def octets(self, name: str) -> bytes:
        return parse_hex(self.values[name], code="statement.malformed")


def _check_text(name: str, value: str) -> None:
    if not 0 < len(value) <= MAX_TEXT_CHARACTERS or _CONTROL.search(value) or value != value.strip():
        raise _malformed(
            name, f"1 to {MAX_TEXT_CHARACTERS} characters of plain text without control characters or space at the ends"
        )


def _check_hash(name: str, value: bytes) -> None:
    if len(value) != _HASH_BYTES:
        raise _malformed(name, f"{_HASH_BYTES} bytes")


def _check_count(name: str, value: int) -> None:
    if not 1 <= value <= MAX_SAFE_INTEGER:
        raise _malformed(name, f"an integer from 1 to {MAX_SAFE_INTEGER}")


def _check_instant(value: str) -> None:
    try:
        if not _INSTANT.fullmatch(value):
            raise ValueError  # noqa: TRY301 - one refusal for a wrong shape and for a date that does not exist
        datetime.fromisoformat(value)
    except ValueError as error:
        raise _malformed("expires_at", "a UTC time such as 2026-11-23T15:04:05.123Z") from error


def _malformed(name: str, expected: str) -> InvalidEncoding:
    return InvalidEncoding("statement.malformed", f"expected {name} to be {expected}")
