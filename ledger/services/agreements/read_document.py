"""Read the bytes of an agreement's document; the reading itself is an entry in the access log (DESIGN sections 3 and 9)."""

from ledger.core.log.permissions import Action
from ledger.errors import Unavailable
from ledger.services.agreements.acting import role_of
from ledger.services.agreements.stored_document import open_document
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.logs import log_of_institution


def read_document(stores: Stores, act: Act, agreement_id: str) -> bytes:
    """Return the document's bytes, checked against the recorded SHA-256, after noting who read it.

    Raises NotFound, NotAllowed, VerificationFailed("document.altered" | "document.wrong-key-or-altered"), Unavailable.
    """
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.DOCUMENT_READ))
    key = RecordKey(view.document.record_id, stores.record_keys.get(view.document.record_id))
    document = open_document(stores, key.key, view.document)
    stores.database.write(lambda tx: note_reading(tx, stores, act, view, key))
    return document


def note_reading(  # noqa: PLR0913  # one transaction, who reads what, and what it is called
    tx: Connection, stores: Stores, act: Act, view: AgreementView, key: RecordKey, *, what: str = "document.read"
) -> None:
    """Queue the entry that says who read personal data; raise Unavailable("institution.unknown") without an access log."""
    log = log_of_institution(tx, view.row.institution_id, "access")
    if log is None:
        raise Unavailable(
            "institution.unknown", "this institution has no access log here; reading personal data needs one"
        )
    event = Event(
        type=what,
        log=log,
        subject_kind="agreement",
        subject_id=view.row.id,
        role=role_of(act, view),
        record=key,
        private={"reader": act.principal.id},
    )
    record(tx, stores, act, event)
