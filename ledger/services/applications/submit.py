"""Give an application to those who decide: under the policy in force, on the path of its group's amount (DESIGN section 6)."""

from dataclasses import dataclass, replace

from ledger.core.applications.application import Application
from ledger.core.applications.groups import Group
from ledger.core.applications.policy import Path, StepKind
from ledger.core.applications.policy_check import path_for
from ledger.core.applications.states import Move, State, after
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, InvalidInput
from ledger.services.applications.deadlines import due_day
from ledger.services.applications.grouping import find_group, line_of
from ledger.services.applications.policies import policy_in_force
from ledger.services.applications.view import KIND, ApplicationView, load_application, open_content
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.policies import PolicyRow


@dataclass(frozen=True, kw_only=True)
class _Plan:
    application_id: str
    content: Application
    record: RecordKey


def submit(stores: Stores, act: Act, application_id: str) -> Written:
    """Queue `application.submitted` and set the first step.

    Raises NotFound, NotAllowed, Conflict("application.not-open"), Conflict("policy.none" | "policy.no-rule-set"), InvalidInput("policy.currency").
    """
    if earlier := find_earlier(stores, act):
        return earlier
    view = stores.database.read(
        lambda tx: load_application(tx, act.principal, application_id, Action.APPLICATION_CREATE)
    )
    plan = _Plan(
        application_id=application_id,
        content=open_content(stores, view),
        record=RecordKey(application_id, stores.record_keys.get(application_id)),
    )
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    view = load_application(tx, act.principal, plan.application_id, Action.APPLICATION_CREATE)
    state = after(State(view.state.state), Move.SUBMITTED)
    at = format_instant(act.now)
    row, policy = policy_in_force(tx, view.row.institution_id, plan.content.branch, at)
    if plan.content.currency != policy.currency:
        raise InvalidInput(
            "policy.currency",
            f"the policy in force decides on {policy.currency}; an application in another currency needs a policy of its own",
            field="amount",
        )
    group = find_group(
        tx, stores, line_of(view.row.id, plan.content, act.now), view.row.institution_id, days=policy.link_days
    )
    name, row_id = path_for(policy, plan.content.case(group.amount))
    _require_people(policy.paths[name])
    step = policy.paths[name].steps[0]
    institution = institution_by_id(tx, view.row.institution_id)
    changed = replace(
        view.state,
        state=state,
        step=0,
        waiting_for=step.role,
        due_on=due_day(institution, act.now, step.due_business_days),
        policy_id=row.id,
        path=name,
        changed_at=at,
    )
    recorded = record(tx, stores, act, _event(view, plan, _Chosen(row, row_id, group, changed)))
    now = replace(changed, submitted_entry=recorded.entry_id, changed_entry=recorded.entry_id)
    rows.change_state(tx, now, seen_entry=view.state.changed_entry)
    written = recorded.written(view.row.id)
    remember_answer(tx, act, written)
    return written


def _require_people(path: Path) -> None:
    """Refuse a path that waits for a rule set: none can act here yet, and a loan must not wait for nobody."""
    if any(step.kind is StepKind.AUTOMATIC for step in path.steps):
        raise Conflict(
            "policy.no-rule-set",
            "the policy has a set of rules decide on this loan, and none is installed; publish a policy whose paths people decide",
        )


@dataclass(frozen=True)
class _Chosen:
    policy: PolicyRow
    row: str
    group: Group
    state: rows.StateRow


def _event(view: ApplicationView, plan: _Plan, chosen: _Chosen) -> Event:
    group = chosen.group
    return Event(
        type="application.submitted",
        log=view.log,
        subject_kind=KIND,
        subject_id=view.row.id,
        role="officer",
        record=plan.record,
        facts={"version": view.version.version},
        private={
            "submission": {
                "policy": chosen.policy.id,
                "policy_sha256": chosen.policy.sha256.hex(),
                "row": chosen.row,
                "path": chosen.state.path,
                "group": {
                    "applications": list(group.applications),
                    "amount": {"currency": plan.content.currency, "minor": str(group.amount)},
                    "other_currencies": list(group.other_currencies),
                },
            },
            "stands": chosen.state.stands.to_json(),
        },
    )
