"""The evidence that goes into a sealed file: receipts of the agreement's entries up to its last signature, commitments only (DESIGN 5)."""

from ledger.core.evidence.document_answer import FileFacts
from ledger.core.evidence.package import MAX_RECEIPTS, Package
from ledger.core.evidence.sealed_file import SealedEvidence
from ledger.core.log.note import VerifierKey
from ledger.core.log.proofs import inclusion_path
from ledger.core.log.receipt import Receipt, verify_receipt
from ledger.errors import Unavailable
from ledger.services.agreements.view import AgreementView
from ledger.services.context import Stores
from ledger.services.log.anchor_fact import anchor_fact
from ledger.services.log.tree import tree_reader
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject
from ledger.storage.logs import checkpoint_of_size, latest_checkpoint


def evidence_for_seal(stores: Stores, view: AgreementView, *, local_time_stamps: bool) -> bytes:
    """Return the bytes to attach; raise Unavailable("entry.pending") while an entry has no checkpoint yet."""
    bare = stores.database.read(lambda tx: _bare(tx, view))
    key = VerifierKey.parse(view.log.public_key)
    receipts = []
    for receipt, size in bare:
        path = inclusion_path(receipt.index, size, tree_reader(stores, view.log.id, size).node)
        complete = Receipt(**{**vars(receipt), "path": tuple(path)})
        verify_receipt(complete, key)
        receipts.append(complete)
    evidence = SealedEvidence(
        contract=FileFacts(view.document.sha256, view.document.byte_length),
        local_time_stamps=local_time_stamps,
        package=Package(view.row.id, tuple(receipts)),
    )
    return evidence.to_bytes()


def _bare(tx: Connection, view: AgreementView) -> list[tuple[Receipt, int]]:
    """Return the receipts without their paths, which lie in tiles, each with the size of its tree."""
    entries = entries_of_subject(tx, view.log.id, "agreement", view.row.id)[:MAX_RECEIPTS]
    signed = {signature.entry_id for signature in view.signatures}
    last = max((entry.n for entry in entries if entry.entry_id in signed), default=0)
    if not signed <= {entry.entry_id for entry in entries}:
        raise _pending()
    found = []
    for entry in entries[:last]:
        anchor = anchor_fact(tx, view.log, entry.idx)
        checkpoint = checkpoint_of_size(tx, view.log.id, anchor.size) if anchor else latest_checkpoint(tx, view.log.id)
        if checkpoint is None or checkpoint.size <= entry.idx:
            raise _pending()
        receipt = Receipt(
            entry=entry.data,
            index=entry.idx,
            path=(),
            checkpoint=checkpoint.note,
            evm_signature=checkpoint.evm_signature,
            anchor=anchor,
            self_operated=True,
        )
        found.append((receipt, checkpoint.size))
    return found


def _pending() -> Unavailable:
    return Unavailable("entry.pending", "an entry of this agreement waits for its checkpoint; ask again in a second")
