"""Make the evidence package of one agreement: the receipts of all its entries in one file (docs/formats/evidence-package.md)."""

from ledger.core.evidence.package import MAX_RECEIPTS, Package
from ledger.core.log.permissions import Action
from ledger.errors import Unavailable
from ledger.services.agreements.view import load_agreement
from ledger.services.context import Act, Stores
from ledger.services.evidence.issue_receipt import issue_receipt
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject, subject_head


def issue_evidence(stores: Stores, act: Act, agreement_id: str) -> Package:
    """Return the package; raise NotFound, NotAllowed, Unavailable("entry.pending") while an entry has no checkpoint yet."""
    entry_ids = stores.database.read(lambda tx: _entries(tx, act, agreement_id))
    return Package(agreement_id, tuple(issue_receipt(stores, act, entry_id) for entry_id in entry_ids))


def _entries(tx: Connection, act: Act, agreement_id: str) -> list[str]:
    view = load_agreement(tx, act.principal, agreement_id, Action.RECEIPT_READ)
    entries = entries_of_subject(tx, view.log.id, "agreement", agreement_id)[:MAX_RECEIPTS]
    head = subject_head(tx, view.log.id, "agreement", agreement_id)
    if head is None or head.n != len(entries):
        raise Unavailable("entry.pending", "an entry of this agreement waits for its checkpoint; ask again in a second")
    return [entry.entry_id for entry in entries]
