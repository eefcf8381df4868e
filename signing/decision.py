"""The decision statement: the exact bytes that somebody signs who decides on a loan application (DESIGN section 6).

Promises: one byte form per decision (`tally/decision/v1`, then RFC 8785 JSON), strict parsing, the digest that serves as challenge
of a passkey, and the typed data that a wallet shows. It binds what was decided on (content and terms by their hashes, the amount),
what was said, under which policy, and what its signer had seen of the record.
Leaves to others: whether the decider may decide, whether it expired, whether its nonce is new.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from signing.canonical import Json, encode
from signing.envelope import tagged_bytes
from signing.errors import InvalidEncoding
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

MAX_CONDITIONS = 10

KIND = "decision"
_FIELDS = {
    "amount",
    "application",
    "chain_id",
    "checkpoint",
    "conditions",
    "content_sha256",
    "decider",
    "expires_at",
    "head",
    "in_place_of",
    "key_id",
    "log",
    "nonce",
    "policy_sha256",
    "reason",
    "role",
    "terms_sha256",
    "verdict",
}


@dataclass(frozen=True, kw_only=True)
class DecisionStatement:
    """What one decider says about one version of one application; `in_place_of` names whose role was delegated, or is None."""

    application: str
    content_sha256: bytes
    terms_sha256: bytes
    currency: str
    amount_minor: str
    verdict: str
    conditions: tuple[str, ...]
    policy_sha256: bytes
    decider: str
    role: str
    in_place_of: str | None
    key_id: str
    head: Head
    checkpoint: SeenCheckpoint
    chain_id: int
    log: str
    nonce: bytes
    expires_at: str
    reason: str | None = None  # why it was declined, returned or withdrawn from

    def __post_init__(self) -> None:
        for name in ("application", "currency", "amount_minor", "verdict", "decider", "role", "log"):
            check_text(name, getattr(self, name))
        for name in ("content_sha256", "terms_sha256", "policy_sha256", "nonce"):
            check_hash(name, getattr(self, name))
        for name in ("in_place_of", "reason"):
            if getattr(self, name) is not None:
                check_text(name, getattr(self, name))
        if len(self.conditions) > MAX_CONDITIONS:
            raise InvalidEncoding("statement.malformed", f"expected at most {MAX_CONDITIONS} conditions")
        for condition in self.conditions:
            check_text("conditions", condition)
        check_count("chain_id", self.chain_id)
        check_key_id(self.key_id)
        check_instant(self.expires_at)

    def to_bytes(self) -> bytes:
        return self._bytes

    @cached_property
    def _bytes(self) -> bytes:
        return tagged_bytes(KIND, encode(self._to_json()))

    @property
    def digest(self) -> bytes:
        """Return SHA-256 of `to_bytes`: the challenge of a passkey."""
        return hashlib.sha256(self.to_bytes()).digest()

    def typed_data(self) -> tuple[Domain, str, tuple[Field, ...]]:
        """Return what a wallet signs: readable facts, and the digest that binds all the others."""
        fields = (
            Field("application", "string", self.application),
            Field("decider", "string", self.decider),
            Field("role", "string", self.role),
            Field("verdict", "string", self.verdict),
            Field("amount", "string", f"{self.currency} {self.amount_minor} minor units"),
            Field("content", "bytes32", self.content_sha256),
            Field("expiresAt", "string", self.expires_at),
            Field("statement", "bytes32", self.digest),
        )
        return Domain("Tallystick", "1", self.chain_id, None), "Decision", fields

    def _to_json(self) -> dict[str, Json]:
        return {
            "amount": {"currency": self.currency, "minor": self.amount_minor},
            "application": self.application,
            "chain_id": self.chain_id,
            "checkpoint": {"root": self.checkpoint.root.hex(), "size": self.checkpoint.size},
            "conditions": list(self.conditions),
            "content_sha256": self.content_sha256.hex(),
            "decider": self.decider,
            "expires_at": self.expires_at,
            "head": {"leaf": self.head.leaf.hex(), "n": self.head.n},
            "in_place_of": self.in_place_of,
            "key_id": self.key_id,
            "log": self.log,
            "nonce": self.nonce.hex(),
            "policy_sha256": self.policy_sha256.hex(),
            "reason": self.reason,
            "role": self.role,
            "terms_sha256": self.terms_sha256.hex(),
            "verdict": self.verdict,
        }

    @classmethod
    def _from_json(cls, value: Json) -> Self:
        fields = Reader("decision", value, _FIELDS)
        head = Reader("head", fields.values["head"], {"leaf", "n"})
        checkpoint = Reader("checkpoint", fields.values["checkpoint"], {"root", "size"})
        amount = Reader("amount", fields.values["amount"], {"currency", "minor"})
        return cls(
            application=fields.text("application"),
            content_sha256=fields.octets("content_sha256"),
            terms_sha256=fields.octets("terms_sha256"),
            currency=amount.text("currency"),
            amount_minor=amount.text("minor"),
            verdict=fields.text("verdict"),
            conditions=fields.texts("conditions"),
            policy_sha256=fields.octets("policy_sha256"),
            decider=fields.text("decider"),
            role=fields.text("role"),
            in_place_of=None if fields.values["in_place_of"] is None else fields.text("in_place_of"),
            key_id=fields.text("key_id"),
            head=Head(n=head.count("n"), leaf=head.octets("leaf")),
            checkpoint=SeenCheckpoint(size=checkpoint.count("size"), root=checkpoint.octets("root")),
            chain_id=fields.count("chain_id"),
            log=fields.text("log"),
            nonce=fields.octets("nonce"),
            expires_at=fields.text("expires_at"),
            reason=None if fields.values["reason"] is None else fields.text("reason"),
        )


def parse_decision(data: bytes) -> DecisionStatement:
    """Return the decision of these exact bytes; raise InvalidEncoding for any other spelling, field, length or version."""
    statement = DecisionStatement._from_json(payload_of(KIND, data))  # noqa: SLF001 - the parser and its class are one thing
    vars(statement)["_bytes"] = (
        data  # there is one spelling, and these are it: not to be written again to check a signature
    )
    return statement
