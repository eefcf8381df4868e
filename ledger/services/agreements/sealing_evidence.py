"""The evidence that goes into a sealed file: receipts of the agreement's entries up to its last signature, commitments only (DESIGN 5)."""

from dataclasses import dataclass, replace

from ledger.core.evidence.document_answer import FileFacts
from ledger.core.evidence.package import MAX_KEY_RECEIPTS, MAX_RECEIPTS, Package
from ledger.core.evidence.sealed_file import SealedEvidence
from ledger.core.log.keys import SUBJECT_KIND
from ledger.core.log.note import VerifierKey
from ledger.core.log.proofs import inclusion_path
from ledger.core.log.receipt import Receipt, verify_receipt
from ledger.errors import Unavailable
from ledger.services.agreements.view import AgreementView
from ledger.services.context import Stores
from ledger.services.log.anchor_fact import anchor_fact
from ledger.services.log.tree import tree_reader
from ledger.storage.database import Connection
from ledger.storage.log import EntryRow, entries_of_subject
from ledger.storage.logs import checkpoint_of_size, latest_checkpoint
from signing.statement import parse_statement


def evidence_for_seal(stores: Stores, view: AgreementView, *, local_time_stamps: bool) -> bytes:
    """Return the bytes to attach; raise Unavailable("entry.pending") while an entry has no checkpoint yet."""
    entries, keys = stores.database.read(lambda tx: _look(tx, view))
    package = Package(view.row.id, _completed(stores, view, entries), keys=_completed(stores, view, keys))
    contract = FileFacts(view.document.sha256, view.document.byte_length)
    return SealedEvidence(contract=contract, local_time_stamps=local_time_stamps, package=package).to_bytes()


@dataclass(frozen=True)
class _Bare:
    """A receipt without its path, which lies in tiles, and the size of its tree."""

    receipt: Receipt
    size: int


def _completed(stores: Stores, view: AgreementView, bare: list[_Bare]) -> tuple[Receipt, ...]:
    key = VerifierKey.parse(view.log.public_key)
    receipts = []
    for item in bare:
        path = inclusion_path(item.receipt.index, item.size, tree_reader(stores, view.log.id, item.size).node)
        receipt = replace(item.receipt, path=tuple(path))
        verify_receipt(receipt, key)
        receipts.append(receipt)
    return tuple(receipts)


def _look(tx: Connection, view: AgreementView) -> tuple[list[_Bare], list[_Bare]]:
    """Return the entries up to the last signature, and those of the registry about the keys that signed."""
    entries = entries_of_subject(tx, view.log.id, "agreement", view.row.id)[:MAX_RECEIPTS]
    signed = {signature.entry_id for signature in view.signatures}
    if not signed <= {entry.entry_id for entry in entries}:
        raise _pending()
    last = max(entry.n for entry in entries if entry.entry_id in signed)
    key_ids = sorted({parse_statement(signature.statement).key_id for signature in view.signatures})
    keys = [entry for key_id in key_ids for entry in entries_of_subject(tx, view.log.id, SUBJECT_KIND, key_id)]
    newest = latest_checkpoint(tx, view.log.id)
    known = [entry for entry in keys if newest is not None and entry.idx < newest.size]
    return [_bare(tx, view, item) for item in entries[:last]], [
        _bare(tx, view, item) for item in known[:MAX_KEY_RECEIPTS]
    ]


def _bare(tx: Connection, view: AgreementView, entry: EntryRow) -> _Bare:
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
    return _Bare(receipt, checkpoint.size)


def _pending() -> Unavailable:
    return Unavailable("entry.pending", "an entry of this agreement waits for its checkpoint; ask again in a second")
