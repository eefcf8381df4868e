"""A rule set at work: the one in force decides on an application, in the transaction of its submission (DESIGN section 6).

Promises: the entry names version, hash, inputs, row and ruling, signed with the key that the rule set's publication named; or nothing
is written. Leaves the ruling itself to core.applications.automated, and the submission to its service.
"""

from dataclasses import dataclass, replace

from ledger.core.applications.automated import (
    Acting,
    AutomatedDecision,
    Submitted,
    apply_ruling,
    decide_by_rules,
    decision_of,
)
from ledger.core.applications.decide import Outcome, Progress, Review
from ledger.core.applications.policy import Policy
from ledger.core.applications.rule_set import ROLE, parse_rule_set
from ledger.core.applications.states import Move, State, after
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal
from ledger.errors import Conflict, Unavailable
from ledger.services.applications.deadlines import due_day
from ledger.services.applications.view import KIND, ApplicationView
from ledger.services.context import Act, Stores
from ledger.services.recording import Event, Recorded, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.rule_sets import rule_set_at
from signing.algorithms import PublicKey
from signing.canonical import decode
from signing.envelope import Signature
from signing.keys.signer import Signer

MOVES = {Outcome.APPROVED: Move.APPROVED, Outcome.DECLINED: Move.DECLINED}


@dataclass(frozen=True, kw_only=True)
class Given:
    """A submission that a rule set is to decide: under which policy, as reviewed, with which state after the submission."""

    view: ApplicationView
    record: RecordKey
    submitted: Submitted
    policy: Policy
    review: Review
    state: rows.StateRow


@dataclass(frozen=True)
class Ruled:
    """What became of it: the newest entry, and the state that it makes."""

    recorded: Recorded
    state: rows.StateRow


@dataclass(frozen=True)
class Actor:
    """The rule set in force, and the key it signs with."""

    acting: Acting
    signer: Signer


def acting_rules(tx: Connection, act: Act, currency: str, signer: Signer | None) -> Actor:
    """Return the rule set in force, which signs with `signer`; raise Conflict("policy.no-rule-set"), Unavailable("ruleset.key")."""
    row = rule_set_at(tx, act.principal.institution_id, format_instant(act.now))
    rule_set = None if row is None else parse_rule_set(decode(row.content.encode()))
    if row is None or rule_set is None or rule_set.currency != currency:
        raise Conflict(
            "policy.no-rule-set",
            f"the policy has a rule set decide on this loan, and none for {currency} is in force; have one proposed and published, "
            "or publish a policy whose paths people decide",
        )
    named = PublicKey.from_json(decode((row.public_key or "null").encode()))
    if signer is None or signer.public != named:
        raise Unavailable(
            "ruleset.key",
            "the key that the rule set in force signs with is not here; publish a new version of the rule set",
        )
    return Actor(Acting(id=row.id, rule_set=rule_set, key_id=named.key_id), signer)


def rule(tx: Connection, stores: Stores, act: Act, given: Given, actor: Actor) -> Ruled:
    """Record what the rule set decides as `application.decided`, on top of the submission."""
    acting, signer = actor.acting, actor.signer
    decided = decide_by_rules(acting, given.submitted)
    content_sha256 = given.submitted.content.sha256()
    decision = decision_of(acting.id, decided.fired.ruling, content_sha256, act.now)
    review, progress = apply_ruling(given.policy, given.review, decision)
    state = _state(tx, act, given, review, progress)
    signature = Signature(signer.public.suite, signer.public.key_id, signer.sign(decided.to_bytes()))
    principal = Principal(acting.id, act.principal.institution_id, frozenset(), "program")
    event = _event(given, acting, decided, signature, state, MOVES.get(progress.outcome))
    recorded = record(tx, stores, replace(act, principal=principal), event)
    rows.insert_decision(
        tx,
        rows.DecisionRow(
            entry_id=recorded.entry_id,
            application_id=given.view.row.id,
            version=given.submitted.content.version,
            decider_id=acting.id,
            nonce=decided.nonce,
            suite=signature.suite,
            decided_at=format_instant(act.now),
        ),
    )
    return Ruled(recorded, replace(state, changed_entry=recorded.entry_id))


def _event(  # noqa: PLR0913, PLR0917 - all that one entry tells
    given: Given,
    acting: Acting,
    decided: AutomatedDecision,
    signature: Signature,
    state: rows.StateRow,
    move: Move | None,
) -> Event:
    return Event(
        type="application.decided",
        log=given.view.log,
        subject_kind=KIND,
        subject_id=given.view.row.id,
        role=ROLE,
        record=given.record,
        facts={"version": given.submitted.content.version, "rule_set": acting.id},
        private={
            "automated": decided.to_bytes().decode(),
            "inputs": decided.inputs.to_json(),
            "signature": signature.to_json(),
            "decider": acting.id,
            "moved": None if move is None else move.value,
            "stands": state.stands.to_json(),
        },
    )


def _state(tx: Connection, act: Act, given: Given, review: Review, progress: Progress) -> rows.StateRow:
    changed = replace(given.state, changed_at=format_instant(act.now))
    move = MOVES.get(progress.outcome)
    if move is not None:
        return replace(changed, state=after(State(given.state.state), move), waiting_for="", due_on="")
    step = review.path.steps[progress.step]
    path = given.state.path if review is given.review else given.policy.strictest
    institution = institution_by_id(tx, given.view.row.institution_id)
    return replace(
        changed,
        path=path,
        step=progress.step,
        waiting_for=step.role,
        due_on=due_day(institution, act.now, step.due_business_days),
    )
