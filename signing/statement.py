"""The statement: the exact bytes that a person signs (what, which bytes, who, when, after what).

Promises: one byte form per statement (`tally/statement/v1`, then RFC 8785 JSON), strict parsing, the digest that serves as
challenge of a passkey, and the typed data that a wallet shows.
Leaves to others: whether the facts in it are true, whether it expired, whether its nonce is new.
"""

import hashlib
from dataclasses import dataclass
from typing import Self

from signing.canonical import Json, encode
from signing.envelope import tagged_bytes
from signing.statement_parts import (
    Head,
    Reader,
    SeenCheckpoint,
    check_count,
    check_hash,
    check_instant,
    check_key_id,
    check_text,
    payload_of,
)
from signing.typed_data import Domain, Field

_KIND = "statement"
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
            check_text(name, getattr(self, name))
        for name in ("document_sha256", "terms_sha256", "consent_sha256", "nonce"):
            check_hash(name, getattr(self, name))
        for name in ("document_bytes", "chain_id"):
            check_count(name, getattr(self, name))
        check_key_id(self.key_id)
        check_instant(self.expires_at)

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
        fields = Reader("statement", value, _FIELDS)
        head = Reader("head", fields.values["head"], {"leaf", "n"})
        checkpoint = Reader("checkpoint", fields.values["checkpoint"], {"root", "size"})
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
    return Statement._from_json(payload_of(_KIND, data))  # noqa: SLF001 - the parser and its class are one thing
