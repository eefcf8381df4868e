"""Read one application; its people only for roles that reach personal data, and that reading is an entry of the access log."""

from dataclasses import dataclass

from ledger.core.applications.application import Application
from ledger.core.log.permissions import Action, Grade, Resource, allowed
from ledger.errors import Unavailable
from ledger.services.applications.view import KIND, ApplicationView, load_application, open_content
from ledger.services.context import Act, Stores
from ledger.services.opening import open_fields
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.logs import log_of_institution
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import Json


@dataclass(frozen=True, kw_only=True)
class ApplicationRead:
    """The application; `people` is None for a reader whose grade does not reach personal data."""

    view: ApplicationView
    content: Application
    people: Json


def read(stores: Stores, act: Act, application_id: str) -> ApplicationRead:
    """Return the application; raise NotFound, NotAllowed."""
    view = stores.database.read(lambda tx: load_application(tx, act.principal, application_id, Action.APPLICATION_READ))
    content = open_content(stores, view)
    reaches = allowed(act.principal, Action.APPLICATION_READ, Resource(view.row.institution_id, Grade.PERSONAL))
    people = _people(stores, act, view) if reaches else None
    return ApplicationRead(view=view, content=content, people=people)


def _people(stores: Stores, act: Act, view: ApplicationView) -> Json:
    opened = open_fields(stores, stores.database.read(lambda tx: fields_of_entry(tx, view.row.created_entry)))
    stores.database.write(lambda tx: _note(tx, stores, act, view))
    return opened["people"].value if "people" in opened else None


def _note(tx: Connection, stores: Stores, act: Act, view: ApplicationView) -> None:
    """Record in the access log who read personal fields of which application."""
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
        private={"reader": act.principal.id},
    )
    record(tx, stores, act, event)
