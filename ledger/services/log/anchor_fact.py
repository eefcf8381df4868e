"""What a receipt says about the chain: the anchor that covers an entry, with its proof once it is final."""

from ledger.core.log.receipt_chain import AnchorFact, AnchorState, ChainProof
from ledger.storage.anchors import anchor_covering, proof_of
from ledger.storage.chain_setup import chain_of_installation
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow
from signing.canonical import decode


def anchor_fact(tx: Connection, log: LogRow, index: int) -> AnchorFact | None:
    """Return the best anchor of the entry at `index`, whose size is that of the checkpoint the receipt must carry.

    None while no anchor that covers it is in a block: never sent, on its way, or taken back by a reorg.
    """
    row, binding = anchor_covering(tx, log.id, index + 1), chain_of_installation(tx)
    if row is None or binding is None or log.registry_log_id is None:
        return None
    proof = proof_of(tx, row.id)
    return AnchorFact(
        chain_id=binding.chain_id,
        registry=binding.registry,
        log_id=log.registry_log_id,
        size=row.size,
        transaction=row.transaction_hash,
        block_number=row.block_number or 0,
        block_hash=row.block_hash or b"",
        state=AnchorState(row.state),
        proof=None if proof is None else ChainProof.from_json(decode(proof.proof)),
    )
