"""Evidence becomes an entry and a row: shared by the services that record verifications, third-party data and checks."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.core.applications.states import ENDED, State
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.errors import Conflict
from ledger.services.applications.view import KIND, load_application
from ledger.services.context import Act, Stores, Written
from ledger.services.once import remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.evidence import EvidenceRow, insert_evidence
from signing.canonical import Json


@dataclass(frozen=True, kw_only=True)
class NewEvidence:
    """What is recorded: the entry's type, the row's kind, the committed fields, and whose permission it takes."""

    type: str
    kind: str
    private: Mapping[str, Json]
    action: Action


def add_evidence(stores: Stores, act: Act, application_id: str, new: NewEvidence) -> Written:
    """Queue the entry and store the row; raise NotFound, NotAllowed, Conflict("application.not-open")."""
    sealed_under = RecordKey(application_id, stores.record_keys.get(application_id))
    return write_once(stores, act, lambda tx: _write(tx, stores, act, (application_id, new, sealed_under)))


def _write(tx: Connection, stores: Stores, act: Act, plan: tuple[str, NewEvidence, RecordKey]) -> Written:
    application_id, new, sealed_under = plan
    view = load_application(tx, act.principal, application_id, new.action)
    if State(view.state.state) in ENDED:
        raise Conflict("application.not-open", f"this application is {view.state.state}; nothing is added to it")
    event = Event(
        type=new.type,
        log=view.log,
        subject_kind=KIND,
        subject_id=view.row.id,
        role="staff",
        record=sealed_under,
        facts={"version": view.version.version},
        private={**new.private, "author": act.principal.id},
    )
    recorded = record(tx, stores, act, event)
    row = EvidenceRow(
        recorded.entry_id, view.row.id, view.version.version, new.kind, act.principal.id, format_instant(act.now)
    )
    insert_evidence(tx, row)
    written = recorded.written(view.row.id)
    remember_answer(tx, act, written)
    return written
