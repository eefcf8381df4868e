"""Escalate steps that were not decided by their business day, to whom their policy names: a worker's turn (DESIGN section 6)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from ledger.core.applications.decide import Escalation, take
from ledger.core.log.directory import format_instant
from ledger.services.applications.deadlines import working_time
from ledger.services.applications.moving import timed
from ledger.services.applications.standing import standing_of
from ledger.services.applications.view import KIND, ApplicationView, read_view
from ledger.services.context import Act, Stores
from ledger.services.in_turn import in_turn
from ledger.services.opening import ERASED
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.evidence import EscalationRow, insert_escalation
from ledger.storage.log import subject_head

BATCH = 200


def escalate(stores: Stores, act: Act) -> int:
    """Queue `application.escalated` for overdue steps that escalate, of every institution; return how many.

    One that fails does not stop the rest; its error is raised at the end. One that was erased waits for nobody: it is passed over.
    """
    return in_turn(_overdue(stores, act), lambda state: _one(stores, act, state.application_id), ERASED)


def _overdue(stores: Stores, act: Act) -> Iterator[rows.StateRow]:
    before = (act.now + timedelta(days=1)).date().isoformat()  # no zone is further ahead; each is looked at in its own
    after = ""

    def page(tx: Connection) -> list[rows.StateRow]:
        return rows.overdue(tx, before, after=after, limit=BATCH)

    while states := stores.database.read(page):
        yield from states
        after = states[-1].application_id


def _one(stores: Stores, act: Act, application_id: str) -> bool:
    if stores.database.read(lambda tx: _due(tx, stores, act, application_id)) is None:
        return False
    sealed_under = RecordKey(application_id, stores.record_keys.get(application_id))

    def work(tx: Connection) -> bool:
        row = rows.application_by_id(tx, application_id)
        log = None if row is None else read_view(tx, row).log
        if log is not None:
            subject_head(tx, log.id, KIND, application_id, lock=True)
        found = _due(tx, stores, act, application_id)
        if found is None:
            return False
        _write(tx, stores, act, found, sealed_under)
        return True

    return stores.database.write(work)


@dataclass(frozen=True)
class _Due:
    view: ApplicationView
    escalation: Escalation
    role: str


def _due(tx: Connection, stores: Stores, act: Act, application_id: str) -> _Due | None:
    """Return the escalation that is due; None where the step is not overdue, has nobody above it, or was escalated before."""
    row = rows.application_by_id(tx, application_id)
    if row is None:
        return None
    view = read_view(tx, row)
    today = working_time(institution_by_id(tx, row.institution_id)).day(act.now).isoformat()
    if not view.is_open or not view.state.due_on or today <= view.state.due_on:
        return None
    standing = standing_of(tx, stores, view)
    role = standing.path.steps[standing.progress.step].escalates_to
    if role is None or standing.progress.escalated:
        return None
    escalation = Escalation(step=view.state.step, due_on=view.state.due_on, day=today)
    take(standing.review, standing.progress, escalation)
    return _Due(view, escalation, role)


def _write(tx: Connection, stores: Stores, act: Act, due: _Due, sealed_under: RecordKey) -> None:
    view, step, act = due.view, due.escalation, timed(due.view, act)
    state = replace(view.state, changed_at=format_instant(act.now))
    acting = replace(act, principal=replace(act.principal, institution_id=view.row.institution_id))
    event = Event(
        type="application.escalated",
        log=view.log,
        subject_kind=KIND,
        subject_id=view.row.id,
        role="system",
        record=sealed_under,
        facts={"version": view.version.version},
        private={
            "escalation": {"step": step.step, "role": due.role, "due_on": step.due_on},
            "stands": state.stands.to_json(),
        },
    )
    recorded = record(tx, stores, acting, event)
    row = EscalationRow(
        entry_id=recorded.entry_id,
        application_id=view.row.id,
        version=view.version.version,
        step=step.step,
        role=due.role,
        due_on=step.due_on,
        escalated_at=state.changed_at,
    )
    insert_escalation(tx, row)
    rows.change_state(tx, replace(state, changed_entry=recorded.entry_id), seen_entry=view.state.changed_entry)
