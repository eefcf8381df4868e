"""Who read personal fields of which application and why, as an entry of the access log (DESIGN section 9)."""

from ledger.core.applications.grades import Purpose
from ledger.errors import Unavailable
from ledger.services.applications.view import KIND, ApplicationView
from ledger.services.context import Act, Stores
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.logs import log_of_institution


def note_reading(tx: Connection, stores: Stores, act: Act, view: ApplicationView, purpose: Purpose) -> None:
    """Record in the access log who read personal fields of which application, and why."""
    log = log_of_institution(tx, view.row.institution_id, "access")
    if log is None:
        raise Unavailable(
            "institution.unknown", "this institution has no access log here; reading personal data needs one"
        )
    event = Event(
        type="application.read",
        log=log,
        subject_kind=KIND,
        subject_id=view.row.id,
        role="reader",
        record=RecordKey(view.row.id, stores.record_keys.get(view.row.id)),
        private={"reader": act.principal.id, "purpose": purpose.value},
    )
    record(tx, stores, act, event)
