"""Proof of a final anchor that needs no node: header, account and two slots, verified before it is stored (ADR 0072).

Promises: what is stored passes `core.evidence.chain_proof` with the log's own size and root. Leaves to others: whether the
block is final (`anchor_track`), whether its header belongs to the chain (the verifier's trust policy).
"""

from dataclasses import dataclass

from ledger.chain import registry as contract
from ledger.chain.client import ChainClient
from ledger.core.evidence.chain_proof import Registry, prove_head
from ledger.core.log.receipt_chain import ChainProof
from ledger.errors import LedgerError, NotFound, Unavailable, VerificationFailed
from ledger.services.log.bind_chain import BindingRow
from ledger.storage.anchors import AnchorRow
from signing.canonical import encode


@dataclass(frozen=True)
class Place:
    """The registry, and a log in it."""

    binding: BindingRow
    log_id: bytes

    def head(self, client: ChainClient, block: int | None = None) -> contract.Head:
        """Return the log's head in a block, or in the newest one."""
        return contract.head(client, self.binding.registry, self.log_id, block="latest" if block is None else block)


def prove_anchor(client: ChainClient, place: Place, anchor: AnchorRow, blocks: tuple[int, ...]) -> ChainProof | None:
    """Return the proof in the first of these final blocks that still holds exactly this checkpoint; None if none does.

    A node that has pruned the state of an older block is asked for a later one. Raises Unavailable where no block could be
    asked at all, VerificationFailed where the node's proof does not hold.
    """
    trouble: LedgerError | None = None
    for number in blocks:
        try:
            if _holds(client, place, anchor, number):
                return _proof(client, place, anchor, number)
        except (Unavailable, NotFound) as error:
            trouble = error
        else:
            trouble = None
    if trouble is not None:
        raise trouble
    return None


def proof_bytes(proof: ChainProof) -> bytes:
    """Return the stored form."""
    return encode(proof.to_json())


def _holds(client: ChainClient, place: Place, anchor: AnchorRow, number: int) -> bool:
    head = place.head(client, number)
    return (head.size, head.root) == (anchor.size, anchor.root)


def _proof(client: ChainClient, place: Place, anchor: AnchorRow, number: int) -> ChainProof:
    header = client.header_rlp(client.block(number).hash)
    state = client.proof(place.binding.registry, contract.head_slots(place.log_id), number)
    proof = ChainProof(
        header_rlp=header,
        account_proof=state.account_nodes,
        storage_proofs=(state.slots[0].nodes, state.slots[1].nodes),
        code_hash=place.binding.code_hash,
    )
    registry = Registry(place.binding.registry, place.binding.code_hash, place.log_id)
    head = prove_head(proof.header_rlp, proof.account_proof, proof.storage_proofs, registry)
    if (head.size, head.root, head.header.number) != (anchor.size, anchor.root, number):
        raise VerificationFailed(
            "chain.other-head",
            f"expected the proof of {anchor.size} entries in block {number}, got {head.size} in {head.header.number}",
        )
    return proof
