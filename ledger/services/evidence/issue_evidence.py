"""Make the evidence package of one agreement: the receipts of all its entries, and of the keys that signed (docs/formats/evidence-package.md)."""

from collections.abc import Iterable
from dataclasses import replace

from ledger.core.agreements.states import State
from ledger.core.evidence.package import MAX_KEY_RECEIPTS, MAX_RECEIPTS, Package
from ledger.core.log.keys import SUBJECT_KIND
from ledger.core.log.permissions import Action
from ledger.core.log.receipt import Receipt
from ledger.errors import Unavailable
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores
from ledger.services.evidence.issue_receipts import Asked, Found, Look, Making
from ledger.storage.database import Connection
from ledger.storage.log import EntryRow, entries_of_subject, subject_head
from ledger.storage.vault_fields import fields_of_entry
from signing.statement import parse_statement

_KEY_OPENINGS = frozenset(
    {"certificate"}
)  # whose key it is, and how its owner is found, are the owner's and the lender's


def issue_evidence(stores: Stores, act: Act, agreement_id: str) -> Package:
    """Return the package; raise NotFound, NotAllowed, Unavailable("entry.pending") while an entry has no checkpoint yet.

    The keys' receipts stand under the newest checkpoint of the others, so that they reach past every signature.
    """
    found, keys = stores.database.read(lambda tx: _look(tx, act, agreement_id))
    return Package(agreement_id, _receipts(stores, found), keys=_receipts(stores, keys))


def _receipts(stores: Stores, found: Iterable[Found]) -> tuple[Receipt, ...]:
    making = Making(stores)
    return tuple(making.receipt(item) for item in found)


def _look(tx: Connection, act: Act, agreement_id: str) -> tuple[list[Found], list[Found]]:
    view = load_agreement(tx, act.principal, agreement_id, Action.RECEIPT_READ)
    entries = entries_of_subject(tx, view.log.id, "agreement", agreement_id)[:MAX_RECEIPTS]
    head = subject_head(tx, view.log.id, "agreement", agreement_id)
    beginning = 1 if view.state is State.SEALING else 0  # that sealing began may be missing: it is a machine's note
    if head is None or not len(entries) <= head.n <= len(entries) + beginning:
        raise Unavailable("entry.pending", "an entry of this agreement waits for its checkpoint; ask again in a second")
    look = Look(tx)
    found = [look.at(Asked(act.principal, entry.entry_id)) for entry in entries]
    newest = max(found, key=lambda item: item.checkpoint.size)
    return found, [_of_key(tx, newest, entry) for entry in _key_entries(tx, view, newest)]


def _key_entries(tx: Connection, view: AgreementView, newest: Found) -> list[EntryRow]:
    """Return the registry entries of the keys that signed, as far as the newest checkpoint covers them."""
    key_ids = {parse_statement(signature.statement).key_id for signature in view.signatures}
    entries = [
        entry
        for key_id in sorted(key_ids)
        for entry in entries_of_subject(tx, view.log.id, SUBJECT_KIND, key_id)
        if entry.idx < newest.checkpoint.size
    ]
    return entries[:MAX_KEY_RECEIPTS]


def _of_key(tx: Connection, newest: Found, entry: EntryRow) -> Found:
    sealed = [row for row in fields_of_entry(tx, entry.entry_id) if row.field in _KEY_OPENINGS]
    return replace(newest, entry=entry, sealed=sealed)
