"""A small log with fixed entries, and receipts out of it, for tests and for the examples in docs/formats."""

from hashlib import sha256

from ledger.core.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.core.log.compact_range import EMPTY, extend
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.proofs import inclusion_path
from ledger.core.log.receipt import Receipt
from ledger.core.log.receipt_chain import AnchorFact, AnchorState, ChainProof, Cosignature
from support.entries import drafted
from support.fixed_keys import ORIGIN, private_key, verifier_key
from support.trees import reader_of

INDEX = 4
SIZE = 7

CHAIN_PROOF = ChainProof(
    header_rlp=b"\xf9", account_proof=(b"a", b"b"), storage_proofs=((b"c",), ()), code_hash=bytes(32)
)
ANCHOR = AnchorFact(
    chain_id=31337,
    registry=bytes(20),
    log_id=sha256(b"log id").digest(),
    size=SIZE,
    transaction=sha256(b"transaction").digest(),
    block_number=12,
    block_hash=sha256(b"block").digest(),
    state=AnchorState.MINED,
    proof=CHAIN_PROOF,
)
COSIGNATURE = Cosignature("eip712:" + "ab" * 16, bytes(65))


def receipt(**changes: object) -> Receipt:
    """Return the receipt of entry 4 of 7, with all of its openings and nothing beyond the log."""
    entry, openings = drafted()
    data = entry.to_bytes()
    leaves = [leaf_hash(data if number == INDEX else b"entry %d" % number) for number in range(SIZE)]
    checkpoint = Checkpoint(ORIGIN, SIZE, extend(EMPTY, leaves).root())
    parts: dict[str, object] = {
        "entry": data,
        "index": INDEX,
        "path": tuple(inclusion_path(INDEX, SIZE, reader_of(leaves))),
        "checkpoint": sign_checkpoint(checkpoint, verifier_key(), private_key(ORIGIN).sign),
        "openings": openings,
    }
    return Receipt(**(parts | changes))  # type: ignore[arg-type]  # tests give wrong parts on purpose
