"""Name the committee that votes on an application: its members and who chairs it (DESIGN section 6)."""

from dataclasses import dataclass, replace

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import take
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Role
from ledger.errors import Conflict, InvalidInput
from ledger.services.applications.moving import hold_application, timed
from ledger.services.applications.standing import standing_of
from ledger.services.applications.view import KIND, ApplicationView
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import known_person
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.directory import grants_of
from signing.canonical import encode


@dataclass(frozen=True, kw_only=True)
class _Plan:
    application_id: str
    sitting: Sitting
    record: RecordKey


def name_sitting(stores: Stores, act: Act, application_id: str, sitting: Sitting) -> Written:
    """Queue `application.sitting-named` and store the committee.

    Raises NotFound, NotAllowed ("decision.sitting-conflict"), Conflict ("application.not-open" | "decision.sitting-named"),
    InvalidInput ("decision.sitting" | "decision.no-committee" | "decision.not-in-committee").
    """
    if earlier := find_earlier(stores, act):
        return earlier
    plan = _Plan(
        application_id=application_id,
        sitting=sitting,
        record=RecordKey(application_id, stores.record_keys.get(application_id)),
    )
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    view = hold_application(tx, act.principal, plan.application_id, Action.SITTING_NAME)
    if not view.is_open:
        raise Conflict("application.not-open", f"this application is {view.state.state}; no committee votes on it")
    act = timed(view, act)
    _check_members(tx, view, plan.sitting)
    standing = standing_of(tx, stores, view)
    take(standing.review, standing.progress, plan.sitting)
    state = replace(view.state, changed_at=format_instant(act.now))
    recorded = record(tx, stores, act, _event(view, act, plan, state))
    members = encode(list(plan.sitting.members)).decode()
    row = rows.SittingRow(
        recorded.entry_id, view.row.id, view.version.version, members, plan.sitting.chair, format_instant(act.now)
    )
    rows.insert_sitting(tx, row)
    rows.change_state(tx, replace(state, changed_entry=recorded.entry_id), seen_entry=view.state.changed_entry)
    written = recorded.written(view.row.id)
    remember_answer(tx, act, written)
    return written


def _check_members(tx: Connection, view: ApplicationView, sitting: Sitting) -> None:
    for member in sitting.members:
        known_person(tx, view.row.institution_id, member)
        if Role.COMMITTEE not in {grant.role for grant in grants_of(tx, member)}:
            raise InvalidInput(
                "decision.not-in-committee", "expected people who hold the role committee", field="members"
            )


def _event(view: ApplicationView, act: Act, plan: _Plan, state: rows.StateRow) -> Event:
    return Event(
        type="application.sitting-named",
        log=view.log,
        subject_kind=KIND,
        subject_id=view.row.id,
        role="staff",
        record=plan.record,
        facts={"version": view.version.version},
        private={
            "sitting": {
                "members": list(plan.sitting.members),
                "chair": plan.sitting.chair,
                "named_by": act.principal.id,
            },
            "stands": state.stands.to_json(),
        },
    )
