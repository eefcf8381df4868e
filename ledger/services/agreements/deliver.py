"""Record that a party received the sealed file: once in the agreement's own history, each time in the access log (DESIGN 5 and 9)."""

from ledger.core.agreements.ceremony import move
from ledger.core.agreements.states import Move
from ledger.core.log.entry import read_trusted_entry
from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform, record_key
from ledger.services.agreements.read_document import note_reading
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores, Written
from ledger.services.opening import unseal_opening
from ledger.services.recording import record
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import Json

_DELIVERED = f"agreement.{Move.DELIVERED}"


def deliver(stores: Stores, act: Act, agreement_id: str, *, version: int) -> Written | None:
    """Queue `agreement.delivered` the first time this signer fetched the file; return None when they had it before.

    Call it once the file was opened for its reader. Raises NotAllowed, Conflict("agreement.wrong-state").
    """
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.COPY_FETCH))
    key = record_key(stores, view)
    stores.database.write(lambda tx: note_reading(tx, stores, act, view, key))
    if stores.database.read(lambda tx: _has_it(tx, key.key, view, act.principal.id)):
        return None

    def work(tx: Connection, doing: Doing) -> Written:
        move(ceremony_of(doing.view), Move.DELIVERED)
        private: dict[str, Json] = {"signer": act.principal.id, "version": version}
        return record(tx, stores, act, doing.event(Move.DELIVERED, private)).written(agreement_id)

    return perform(stores, act, agreement_id, Action.COPY_FETCH, work)


def _has_it(tx: Connection, key: bytes, view: AgreementView, signer_id: str) -> bool:
    entries = entries_of_subject(tx, view.log.id, "agreement", view.row.id)
    delivered = [entry.entry_id for entry in entries if read_trusted_entry(entry.data).type == _DELIVERED]
    fields = (row for entry_id in delivered for row in fields_of_entry(tx, entry_id) if row.field == "signer")
    return any(unseal_opening(key, row).value == signer_id for row in fields)
