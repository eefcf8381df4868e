"""Give an application to those who decide: under the policy in force, on the path of its group's amount (DESIGN section 6)."""

from dataclasses import dataclass, replace

from ledger.core.applications.application import Application
from ledger.core.applications.automated import Submitted
from ledger.core.applications.decide import Review
from ledger.core.applications.groups import Group
from ledger.core.applications.policy import Policy
from ledger.core.applications.policy_check import path_for
from ledger.core.applications.requirements import require_complete
from ledger.core.applications.states import Move, State, after
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, InvalidInput
from ledger.services.applications.at_hand import at_hand_of
from ledger.services.applications.deadlines import due_day
from ledger.services.applications.grouping import find_group, line_of
from ledger.services.applications.moving import hold_application, timed
from ledger.services.applications.policies import path_of, policy_in_force
from ledger.services.applications.ruling import Given, Ruled, acting_rules, rule
from ledger.services.applications.view import KIND, ApplicationView, load_application, open_content
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.policies import PolicyRow
from ledger.storage.turns import LOANS, take_turn
from signing.keys.signer import Signer


@dataclass(frozen=True, kw_only=True)
class _Plan:
    application_id: str
    content: Application
    record: RecordKey
    rules_key: Signer | None


def submit(stores: Stores, act: Act, application_id: str, rules_key: Signer | None = None) -> Written:
    """Queue `application.submitted` and set the first step; where that is a rule set's, it decides at once, with `rules_key`.

    Raises NotFound, NotAllowed, Conflict("application.not-open" | "application.incomplete" | "policy.none" | "policy.no-rule-set"),
    InvalidInput("policy.currency"), Unavailable("ruleset.key").
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
        rules_key=rules_key,
    )
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    view = hold_application(tx, act.principal, plan.application_id, Action.APPLICATION_CREATE)
    if view.version.content_sha256 != plan.content.sha256():
        raise Conflict(
            "application.moved-on", "the application was corrected at this moment: read it again, and hand that in"
        )
    take_turn(tx, LOANS, view.row.institution_id)
    state = after(State(view.state.state), Move.SUBMITTED)
    act = timed(view, act)
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
    at_hand = at_hand_of(tx, stores, view.row.id)
    name, row_id = path_for(policy, plan.content.case(group.amount, listed=at_hand.is_listed))
    require_complete(policy.paths[name], plan.content, at_hand, act.now)
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
    written = _store(tx, stores, act, plan, _Chosen(view, row, policy, row_id, group, changed, at_hand.is_listed))
    remember_answer(tx, act, written)
    return written


@dataclass(frozen=True)
class _Chosen:
    view: ApplicationView
    policy: PolicyRow
    table: Policy
    row: str
    group: Group
    state: rows.StateRow
    listed: bool  # by a check that came after the content was written


def _store(tx: Connection, stores: Stores, act: Act, plan: _Plan, chosen: _Chosen) -> Written:
    """Record the submission, and what a rule set says of it where its path begins with one."""
    view = chosen.view
    recorded = record(tx, stores, act, _event(plan, chosen))
    now = replace(chosen.state, submitted_entry=recorded.entry_id, changed_entry=recorded.entry_id)
    if path_of(chosen.table, now.path).begins_automatic:
        ruled = _rule(tx, stores, act, plan, replace(chosen, state=now))
        recorded, now = ruled.recorded, ruled.state
    rows.change_state(tx, now, seen_entry=view.state.changed_entry)
    return recorded.written(view.row.id)


def _rule(tx: Connection, stores: Stores, act: Act, plan: _Plan, chosen: _Chosen) -> Ruled:
    content, view, path = plan.content, chosen.view, path_of(chosen.table, chosen.state.path)
    acting = acting_rules(tx, act, content.currency, plan.rules_key)
    submitted = Submitted(
        application=view.row.id,
        submission=chosen.state.submitted_entry,
        content=content,
        group_amount=chosen.group.amount,
        policy_sha256=chosen.policy.sha256,
        listed=chosen.listed,
    )
    review = Review(content_sha256=content.sha256(), path=path, amount=chosen.group.amount, currency=content.currency)
    given = Given(
        view=view,
        record=plan.record,
        submitted=submitted,
        policy=chosen.table,
        review=review,
        state=chosen.state,
    )
    return rule(tx, stores, act, given, acting)


def _event(plan: _Plan, chosen: _Chosen) -> Event:
    view, group = chosen.view, chosen.group
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
