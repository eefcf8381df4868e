"""The receipts of the keys that signed an agreement: whether each was enrolled and in force (docs/formats/evidence-package.md)."""

from dataclasses import replace

from ledger.core.agreements.states import State
from ledger.core.evidence.package import MAX_KEY_RECEIPTS
from ledger.core.log.keys import SUBJECT_KIND
from ledger.services.agreements.view import AgreementView
from ledger.services.evidence.issue_receipts import Found
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import seal_keys
from ledger.storage.log import EntryRow, entries_of_subject
from ledger.storage.vault_fields import fields_of_entry
from signing.statement import parse_statement

_KEY_OPENINGS = frozenset(
    {"certificate"}
)  # whose key it is, and how its owner is found, are the owner's and the lender's


def keys_of(tx: Connection, view: AgreementView, newest: Found) -> list[Found]:
    """Return the registry entries of the keys that signed, under the newest checkpoint of the others."""
    return [_of_key(tx, newest, entry) for entry in _key_entries(tx, view, newest)]


def _key_entries(tx: Connection, view: AgreementView, newest: Found) -> list[EntryRow]:
    """Return the registry entries of the keys that signed and of those that seal, as far as the newest checkpoint covers them."""
    key_ids = {parse_statement(signature.statement).key_id for signature in view.signatures}
    if view.state is State.COMPLETE:
        key_ids |= {row.key_id for row in seal_keys(tx, view.row.institution_id)}
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
