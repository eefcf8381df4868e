"""Take one decision on an application: what it binds, its signature, the rules; stored and logged in one go (DESIGN section 6)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ledger.core.applications.decide import Actor, Decision, Outcome, Progress, Verdict, acting_role, require_said, take
from ledger.core.applications.offers import require_offer
from ledger.core.applications.states import Move, State, after
from ledger.core.log.directory import format_instant
from ledger.core.log.keys import Purpose
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, NotAllowed, NotFound, VerificationFailed
from ledger.services.applications.deadlines import due_day
from ledger.services.applications.moving import hold_application, timed
from ledger.services.applications.standing import Standing, actor_of, standing_of
from ledger.services.applications.view import KIND, ApplicationView, load_application
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.enrolled_keys import key_by_id
from ledger.storage.log import entry_by_id, leaf_hash_of_subject, pending_by_id
from ledger.storage.logs import checkpoint_of_size
from ledger.storage.turns import LOANS, PEOPLE, share_turn
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from signing.decision import DecisionStatement, parse_decision
from signing.envelope import Signature
from signing.verify import check_statement_signature
from signing.webauthn import check_origin

ANSWER_DAYS = {
    State.RETURNED: 10,
    State.COUNTERED: 10,
}  # business days for the applicant, unless they are told another day
MOVES = {
    Outcome.APPROVED: Move.APPROVED,
    Outcome.DECLINED: Move.DECLINED,
    Outcome.RETURNED: Move.RETURNED,
    Outcome.COUNTERED: Move.COUNTERED,
}


@dataclass(frozen=True, kw_only=True)
class NewDecision:
    """What a client sends: the exact statement bytes that were signed, and the signature."""

    statement: bytes
    signature: Signature
    chain_id: int
    origins: frozenset[str] = frozenset()  # of our pages, on which a passkey may be used


@dataclass(frozen=True, kw_only=True)
class _Plan:
    new: NewDecision
    statement: DecisionStatement
    record: RecordKey


def decide(stores: Stores, act: Act, application_id: str, new: NewDecision) -> Written:
    """Store the decision and queue its `application.decided` entry; the same request again returns the first answer.

    Raises NotFound, NotAllowed ("decision.…"), Conflict ("decision.…" | "application.…" | "statement.…"), VerificationFailed
    ("statement.…" | "signature.…"), InvalidEncoding ("statement.…").
    """
    if earlier := find_earlier(stores, act):
        return earlier
    stores.database.read(lambda tx: load_application(tx, act.principal, application_id, Action.APPLICATION_DECIDE))
    plan = _Plan(
        new=new,
        statement=parse_decision(new.statement),
        record=RecordKey(application_id, stores.record_keys.get(application_id)),
    )
    if plan.statement.application != application_id:
        raise VerificationFailed("statement.wrong-application", "the statement is about another application")
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    statement = plan.statement
    view = hold_application(tx, act.principal, statement.application, Action.APPLICATION_DECIDE)
    # One decision at a time on an application: whoever comes second is held against what the first one made of it.
    share_turn(tx, PEOPLE, view.row.institution_id)
    if not view.is_open:
        raise Conflict("application.not-open", f"this application is {view.state.state}; it takes no decision")
    act = timed(view, act)
    standing = standing_of(tx, stores, view, {plan.record.record_id: plan.record.key})
    _check_binding(tx, act, view, standing, plan)
    _check_signature(tx, act, plan)
    require_said(Verdict(statement.verdict), statement.conditions, statement.reason)
    if statement.verdict == Verdict.APPROVE:
        standing.require_complete(act.now)
    if statement.verdict == Verdict.COUNTER:
        require_offer(statement.conditions, standing.content)
    actor = actor_of(tx, act.principal.id)
    progress = take(standing.review, standing.progress, _decision(act, actor, statement))
    return _store(tx, stores, act, _Taken(plan, view, standing, progress, actor))


def _decision(act: Act, actor: Actor, statement: DecisionStatement) -> Decision:
    return Decision(
        actor=actor,
        verdict=Verdict(statement.verdict),
        content_sha256=statement.content_sha256,
        at=act.now,
        conditions=statement.conditions,
        in_place_of=statement.in_place_of,
    )


def _check_binding(tx: Connection, act: Act, view: ApplicationView, standing: Standing, plan: _Plan) -> None:
    """Raise unless the statement is about this application as it is, by this decider, on this chain and log, and in date."""
    statement, content = plan.statement, standing.content
    if statement.decider != act.principal.id:
        raise NotAllowed("decision.other-decider", "whoever sends a decision is whoever signed it")
    if any(row.nonce == statement.nonce for row in view.decisions):
        raise Conflict(
            "statement.nonce-used", "this decision was taken already; it counts once. Read the application again"
        )
    if statement.content_sha256 != view.version.content_sha256:
        raise Conflict(
            "decision.outdated", "the application was corrected since: read the current version and decide on that"
        )
    checks = (
        (statement.terms_sha256 == content.terms_sha256, "statement.wrong-terms", "other terms"),
        ((statement.currency, statement.amount_minor) == (content.currency, str(content.amount)), "statement.wrong-amount", "another amount"),
        (statement.policy_sha256 == standing.policy_sha256, "statement.wrong-policy", "another policy"),
        (statement.role == _acting_role(tx, act, standing, statement), "statement.wrong-role", "another role"),
        (statement.chain_id == plan.new.chain_id, "statement.wrong-chain", "another chain"),
        (statement.log == view.log.origin, "statement.wrong-log", "another log"),
    )  # fmt: skip
    for holds, code, what in checks:
        if not holds:
            raise VerificationFailed(code, f"the signed statement is about {what} than recorded; nothing was stored")
    if datetime.fromisoformat(statement.expires_at) <= act.now.astimezone(UTC):
        raise Conflict("statement.expired", f"the statement expired at {statement.expires_at}; fetch a fresh one")
    _check_seen(tx, view, statement)


def _acting_role(tx: Connection, act: Act, standing: Standing, statement: DecisionStatement) -> str:
    decision = _decision(act, actor_of(tx, act.principal.id), statement)
    return acting_role(standing.review, standing.progress, decision)


def _check_seen(tx: Connection, view: ApplicationView, statement: DecisionStatement) -> None:
    if leaf_hash_of_subject(tx, view.log.id, KIND, view.row.id, statement.head.n) != statement.head.leaf:
        raise VerificationFailed(
            "statement.wrong-head", "the statement names a history of this application that the record does not have"
        )
    submitted = entry_by_id(tx, view.state.submitted_entry) or pending_by_id(tx, view.state.submitted_entry)
    if submitted is None or statement.head.n < submitted.n:
        raise Conflict(
            "decision.outdated", "the application was handed in anew since you signed: read it again and decide on that"
        )
    seen = checkpoint_of_size(tx, view.log.id, statement.checkpoint.size)
    if seen is None or seen.root != statement.checkpoint.root:
        raise VerificationFailed(
            "statement.wrong-checkpoint", "the statement names a checkpoint that this log never signed"
        )


def _check_signature(tx: Connection, act: Act, plan: _Plan) -> None:
    row = key_by_id(tx, act.principal.institution_id, plan.statement.key_id)
    if row is None or row.owner_id != act.principal.id or row.purpose != Purpose.SIGN:
        raise NotFound("key.unknown", "you have no signing key of this id; enrol one, or list yours")
    if row.revoked_entry is not None:
        raise Conflict("key.revoked", "this key was revoked; sign with another one")
    check_statement_signature(plan.statement, plan.new.signature, PublicKey(Suite(row.suite), row.public_key))
    if row.suite == Suite.WEBAUTHN:
        check_origin(plan.new.signature.value, plan.new.origins)


@dataclass(frozen=True)
class _Taken:
    plan: _Plan
    view: ApplicationView
    standing: Standing
    progress: Progress
    actor: Actor


def _store(tx: Connection, stores: Stores, act: Act, taken: _Taken) -> Written:
    move = _move(taken.progress)
    if move is not None:
        share_turn(tx, LOANS, taken.view.row.institution_id)
    state = _state(tx, act, taken, move)
    recorded = record(tx, stores, act, _event(taken, move, state))
    plan, view = taken.plan, taken.view
    row = rows.DecisionRow(
        entry_id=recorded.entry_id,
        application_id=view.row.id,
        version=view.version.version,
        decider_id=act.principal.id,
        nonce=plan.statement.nonce,
        suite=plan.new.signature.suite,
        decided_at=format_instant(act.now),
    )
    rows.insert_decision(tx, row)
    rows.change_state(tx, replace(state, changed_entry=recorded.entry_id), seen_entry=view.state.changed_entry)
    written = recorded.written(view.row.id)
    remember_answer(tx, act, written)
    return written


def _move(progress: Progress) -> Move | None:
    move = MOVES.get(progress.outcome)
    return Move.APPROVED_WITH_CONDITIONS if move is Move.APPROVED and progress.conditions else move


def _event(taken: _Taken, move: Move | None, state: rows.StateRow) -> Event:
    plan, view = taken.plan, taken.view
    return Event(
        type="application.decided",
        log=view.log,
        subject_kind=KIND,
        subject_id=view.row.id,
        role=plan.statement.role,
        record=plan.record,
        facts={"version": view.version.version},
        private={
            "statement": plan.new.statement.decode("utf-8"),
            "signature": plan.new.signature.to_json(),
            "decider": plan.statement.decider,
            "held": list[Json](sorted(taken.actor.roles)),
            "moved": None if move is None else move.value,
            "stands": state.stands.to_json(),
        },
    )


def _state(tx: Connection, act: Act, taken: _Taken, move: Move | None) -> rows.StateRow:
    view, progress, path = taken.view, taken.progress, taken.standing.path
    changed = replace(view.state, changed_at=format_instant(act.now))
    if move is not None:
        state = after(State(view.state.state), move)
        days = ANSWER_DAYS.get(state)
        institution = institution_by_id(tx, view.row.institution_id)
        until = "" if days is None else due_day(institution, act.now, days)
        return replace(changed, state=state, waiting_for="", due_on=until)
    if progress.step == view.state.step:
        return changed
    step = path.steps[progress.step]
    institution = institution_by_id(tx, view.row.institution_id)
    return replace(
        changed,
        step=progress.step,
        waiting_for=step.role,
        due_on=due_day(institution, act.now, step.due_business_days),
    )
