"""Make the evidence package of one agreement: the receipts of all its entries, of the keys that signed, and of its approval (docs/formats/evidence-package.md)."""

from collections.abc import Iterable

from ledger.core.agreements.states import State
from ledger.core.evidence.package import MAX_RECEIPTS, Package
from ledger.core.log.permissions import Action
from ledger.core.log.receipt import Receipt
from ledger.errors import Unavailable
from ledger.services.agreements.view import load_agreement
from ledger.services.context import Act, Stores
from ledger.services.evidence.approval_receipts import approvals_of
from ledger.services.evidence.issue_receipts import Asked, Found, Look, Making
from ledger.services.evidence.key_receipts import keys_of
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject, subject_head


def issue_evidence(stores: Stores, act: Act, agreement_id: str) -> Package:
    """Return the package; raise NotFound, NotAllowed, Unavailable("entry.pending") while an entry has no checkpoint yet.

    The keys' receipts stand under the newest checkpoint of the others, so that they reach past every signature.
    """
    found, keys, approvals = stores.database.read(lambda tx: _look(tx, stores, act, agreement_id))
    return Package(
        agreement_id,
        _receipts(stores, found),
        keys=_receipts(stores, keys),
        approvals=_receipts(stores, approvals),
    )


def _receipts(stores: Stores, found: Iterable[Found]) -> tuple[Receipt, ...]:
    making = Making(stores)
    return tuple(making.receipt(item) for item in found)


def _look(tx: Connection, stores: Stores, act: Act, agreement_id: str) -> tuple[list[Found], list[Found], list[Found]]:
    view = load_agreement(tx, act.principal, agreement_id, Action.RECEIPT_READ)
    entries = entries_of_subject(tx, view.log.id, "agreement", agreement_id)[:MAX_RECEIPTS]
    head = subject_head(tx, view.log.id, "agreement", agreement_id)
    beginning = 1 if view.state is State.SEALING else 0  # that sealing began may be missing: it is a machine's note
    if head is None or not len(entries) <= head.n <= len(entries) + beginning:
        raise Unavailable("entry.pending", "an entry of this agreement waits for its checkpoint; ask again in a second")
    look = Look(tx)
    found = [look.at(Asked(act.principal, entry.entry_id)) for entry in entries]
    newest = max(found, key=lambda item: item.checkpoint.size)
    return found, keys_of(tx, view, newest), approvals_of(tx, stores, act, view, newest)
