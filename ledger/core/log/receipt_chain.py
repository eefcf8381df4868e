"""What a receipt claims beyond the log: cosignatures, and the anchor of its checkpoint on a chain.

Promises: shape only. Nothing here is verified: core/evidence checks it against the verifier's trust policy.
Leaves to others: RLP and trie proofs (evidence/chain_proof.py), signature recovery (signing).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from ledger.core.log.receipt_fields import Limits, Reader, check_bytes, check_items, check_number, refuse
from signing.canonical import Json

_ANCHOR_FIELDS = {
    "chain_id",
    "registry",
    "log_id",
    "size",
    "transaction",
    "block_number",
    "block_hash",
    "state",
    "proof",
}
_PROOF_FIELDS = {"header_rlp", "account_proof", "storage_proofs", "code_hash"}
_SLOTS = 2  # CheckpointRegistry keeps a log's head in two fixed slots


class AnchorState(StrEnum):
    """How far the chain has got with the anchor."""

    MINED = "mined"
    FINAL = "final"


@dataclass(frozen=True)
class Cosignature:
    """One cosigner's EIP-712 signature over the checkpoint (r, s, v), and the id of the key that it claims."""

    key_id: str
    value: bytes

    def __post_init__(self) -> None:
        if not 1 <= len(self.key_id) <= Limits.KEY_ID:
            refuse("key_id", f"expected 1 to {Limits.KEY_ID} characters, got {len(self.key_id)}")
        check_bytes("value", self.value, exactly=Limits.EVM_SIGNATURE)

    def to_json(self) -> dict[str, Json]:
        return {"key_id": self.key_id, "value": self.value.hex()}

    @classmethod
    def from_json(cls, value: Json) -> Self:
        read = Reader.of(value, {"key_id", "value"}, "cosignatures")
        return cls(read.text("key_id"), read.hex("value"))


@dataclass(frozen=True, kw_only=True)
class ChainProof:
    """The state of the registry in one block: header, account proof, a proof for each of the two slots, code hash."""

    header_rlp: bytes
    account_proof: tuple[bytes, ...]
    storage_proofs: tuple[tuple[bytes, ...], tuple[bytes, ...]]
    code_hash: bytes

    def __post_init__(self) -> None:
        check_bytes("header_rlp", self.header_rlp, most=Limits.HEADER)
        check_bytes("code_hash", self.code_hash, exactly=Limits.HASH)
        for nodes in (self.account_proof, *self.storage_proofs):
            check_items("proof", nodes, most=Limits.PROOF_NODES)
            for node in nodes:
                check_bytes("proof", node, most=Limits.PROOF_NODE)

    def to_json(self) -> dict[str, Json]:
        return {
            "header_rlp": self.header_rlp.hex(),
            "account_proof": [node.hex() for node in self.account_proof],
            "storage_proofs": [[node.hex() for node in nodes] for nodes in self.storage_proofs],
            "code_hash": self.code_hash.hex(),
        }

    @classmethod
    def from_json(cls, value: Json) -> Self:
        read = Reader.of(value, _PROOF_FIELDS, "proof")
        slots = read.items("storage_proofs", most=_SLOTS)
        if len(slots) != _SLOTS:
            refuse("storage_proofs", f"expected {_SLOTS} proofs, got {len(slots)}")
        first, second = (
            Reader({"storage_proofs": slot}).hexes("storage_proofs", most=Limits.PROOF_NODES) for slot in slots
        )
        return cls(
            header_rlp=read.hex("header_rlp"),
            account_proof=read.hexes("account_proof", most=Limits.PROOF_NODES),
            storage_proofs=(first, second),
            code_hash=read.hex("code_hash"),
        )


@dataclass(frozen=True, kw_only=True)
class AnchorFact:
    """Where on which chain the receipt's own checkpoint is said to be."""

    chain_id: int
    registry: bytes
    log_id: bytes
    size: int
    transaction: bytes
    block_number: int
    block_hash: bytes
    state: AnchorState
    proof: ChainProof | None = None

    def __post_init__(self) -> None:
        check_bytes("registry", self.registry, exactly=Limits.ADDRESS)
        for name, value in (
            ("log_id", self.log_id),
            ("transaction", self.transaction),
            ("block_hash", self.block_hash),
        ):
            check_bytes(name, value, exactly=Limits.HASH)
        for name, number in (("chain_id", self.chain_id), ("size", self.size), ("block_number", self.block_number)):
            check_number(name, number)

    def to_json(self) -> dict[str, Json]:
        return {
            "chain_id": self.chain_id,
            "registry": self.registry.hex(),
            "log_id": self.log_id.hex(),
            "size": self.size,
            "transaction": self.transaction.hex(),
            "block_number": self.block_number,
            "block_hash": self.block_hash.hex(),
            "state": str(self.state),
            "proof": None if self.proof is None else self.proof.to_json(),
        }

    @classmethod
    def from_json(cls, value: Json) -> Self:
        read = Reader.of(value, _ANCHOR_FIELDS, "anchor")
        state, proof = read.text("state"), read.fields["proof"]
        if state not in set(AnchorState):
            refuse("state", f"expected {' or '.join(AnchorState)}, got {state[:40]!r}")
        return cls(
            chain_id=read.number("chain_id"),
            registry=read.hex("registry"),
            log_id=read.hex("log_id"),
            size=read.number("size"),
            transaction=read.hex("transaction"),
            block_number=read.number("block_number"),
            block_hash=read.hex("block_hash"),
            state=AnchorState(state),
            proof=None if proof is None else ChainProof.from_json(proof),
        )
