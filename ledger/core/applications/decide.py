"""What one decision does to an application under its policy (DESIGN section 6): the heart of the approval trail.

Promises: pure, and the same for the service that takes a decision and for the auditor who replays it. Whoever decides out of
turn, twice, on their own application, without the role, past a delegation's end or limit, or on another version than the current
one is refused with a stable code; nothing is approved unless every step of its path was taken by people who may.
Leaves to others: signatures, storing, and who holds which role since when (the log).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from ledger.core.applications.committee import Ballot, Sitting, Tally, Vote, tally
from ledger.core.applications.offers import read_offer
from ledger.core.applications.policy import Path, Step, StepKind
from ledger.errors import Conflict, InvalidInput, NotAllowed


class Verdict(StrEnum):
    """What one person says about an application."""

    APPROVE = "approve"
    DECLINE = "decline"
    RETURN = "return"
    COUNTER = "counter"
    RECUSE = "recuse"
    CLOSE = "close"  # the chair closes a committee's vote


class Outcome(StrEnum):
    """Where the path of an application stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    RETURNED = "returned"
    COUNTERED = "countered"


BEFORE_CURRENCIES: Final = "CNY"  # of limits that were recorded before they named their currency


@dataclass(frozen=True)
class Delegation:
    """A role that somebody exercises for its holder, until a time and up to an amount in minor units of one currency."""

    holder: str
    role: str
    until: datetime
    limit: int
    currency: str
    departments: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person with the roles held at the moment of deciding; a rule set acts under the role "rule-set"."""

    id: str
    roles: frozenset[str]
    departments: frozenset[str] = frozenset()
    delegations: tuple[Delegation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision as it was taken: by whom, for which role, on which version, in whose place."""

    actor: Actor
    verdict: Verdict
    content_sha256: bytes
    at: datetime
    conditions: tuple[str, ...] = ()
    in_place_of: str | None = None  # whose delegation it is taken under; None: by the decider's own role


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """A step that was not decided by its day: from then on the role that the policy names decides it as well."""

    step: int
    due_on: str
    day: str  # on which it was escalated, in the institution's zone


Event = Decision | Sitting | Escalation  # what is recorded of a review


@dataclass(frozen=True, kw_only=True)
class Review:
    """What decisions are held against: the current version, its path, and who may not decide because it is their own."""

    content_sha256: bytes
    path: Path
    amount: int  # of all linked applications together, in minor units: what a delegation's limit is held against
    currency: str
    own: frozenset[str] = frozenset()  # the author of the application and the people behind it


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the decisions have brought an application: the steps done, and who took part."""

    outcome: Outcome = Outcome.OPEN
    step: int = 0
    approvals: tuple[str, ...] = ()  # in the current step
    ballots: tuple[Ballot, ...] = ()
    recused: frozenset[str] = frozenset()
    took_part: frozenset[str] = frozenset()
    earlier: frozenset[str] = frozenset()  # those of them who did in a step before the current one
    conditions: tuple[str, ...] = ()
    inquorate: bool = False
    sitting: Sitting | None = None
    escalated: bool = False  # the current step


def decide(review: Review, history: Sequence[Event], decision: Event) -> Progress:
    """Return the progress after `decision`; raise NotAllowed, Conflict or InvalidInput ("decision.…") when it may not be taken."""
    progress = replay(review, history)
    return take(review, progress, decision)


def replay(review: Review, history: Sequence[Event]) -> Progress:
    """Return where the decisions taken so far have brought the application."""
    progress = Progress()
    for event in history:
        progress = take(review, progress, event)
    return progress


def take(review: Review, progress: Progress, event: Event) -> Progress:
    """Return the progress after one more event; raises as `decide`."""
    if progress.outcome is not Outcome.OPEN:
        raise Conflict("decision.closed", f"this application is {progress.outcome}; it takes no further decision")
    if isinstance(event, Sitting):
        return _seat(review, progress, event)
    if isinstance(event, Escalation):
        return _escalate(review, progress, event)
    if event.content_sha256 != review.content_sha256:
        raise Conflict(
            "decision.outdated", "the application was corrected since: read the current version and decide on that"
        )
    _check_person(review, progress, event)
    step = review.path.steps[progress.step]
    acting_role(review, progress, event)
    if step.kind is StepKind.COMMITTEE:
        return _vote(step, review, progress, event)
    return _one(step, review, progress, event)


def _seat(review: Review, progress: Progress, sitting: Sitting) -> Progress:
    """Name the committee of the current step; another one takes its place only when recusals left the first inquorate."""
    step = review.path.steps[progress.step]
    if step.kind is not StepKind.COMMITTEE:
        raise InvalidInput("decision.no-committee", "expected a decision: this step is not decided by a committee")
    if progress.sitting is not None and not progress.inquorate:
        raise Conflict("decision.sitting-named", "a committee has been named already, and it has its quorum")
    if len(set(sitting.members)) != step.size or sitting.chair not in sitting.members:
        raise InvalidInput(
            "decision.sitting", f"expected {step.size} different members, one of them the chair", field="members"
        )
    if set(sitting.members) & may_not_sit(review, progress):
        raise NotAllowed(
            "decision.sitting-conflict",
            "expected members who neither entered the application, nor are behind it, nor withdrew, nor decided an earlier step",
        )
    return replace(progress, sitting=sitting, ballots=(), took_part=progress.earlier, inquorate=False)


def may_not_sit(review: Review, progress: Progress) -> frozenset[str]:
    """Return who cannot be named to the committee of the current step: each step needs other people, and nobody with a conflict."""
    return review.own | progress.recused | progress.earlier


def _escalate(review: Review, progress: Progress, escalation: Escalation) -> Progress:
    step = review.path.steps[progress.step]
    if escalation.step != progress.step or step.escalates_to is None or progress.escalated:
        raise Conflict("decision.escalation", "expected the current step, escalated once, to whom its policy names")
    if escalation.day <= escalation.due_on:
        raise Conflict("decision.not-overdue", f"this step is due on {escalation.due_on}; it is not overdue before")
    return replace(progress, escalated=True)


def _roles_now(review: Review, progress: Progress) -> tuple[str, ...]:
    """Return the roles that decide the current step: its own, and once it is escalated the one that the policy names."""
    step = review.path.steps[progress.step]
    return (step.role, step.escalates_to) if progress.escalated and step.escalates_to else (step.role,)


def people_of(decision: Decision) -> frozenset[str]:
    """Return whose say a decision is: the decider's, and that of whom it was taken for; both have then taken part."""
    return frozenset({decision.actor.id, *([decision.in_place_of] if decision.in_place_of else [])})


def _check_person(review: Review, progress: Progress, decision: Decision) -> None:
    people = people_of(decision)
    if people & review.own:
        raise NotAllowed("decision.own", "nobody decides on an application that they entered or that is their own")
    if people & progress.recused:
        raise NotAllowed("decision.recused", "you withdrew from this application for a conflict of interest")
    if people & progress.took_part and decision.verdict is not Verdict.CLOSE:
        raise Conflict(
            "decision.twice",
            "you, or whom you decide for, have decided on this application already; each step needs another person",
        )
    _check_conditions(decision)


def _check_conditions(decision: Decision) -> None:
    """Conditions say under what it is approved, what is still needed, or what is offered instead."""
    if decision.verdict is Verdict.COUNTER:
        read_offer(decision.conditions)
    elif decision.conditions and decision.verdict not in {Verdict.APPROVE, Verdict.RETURN}:
        raise InvalidInput(
            "decision.conditions", "expected conditions with an approval or a return only", field="conditions"
        )


def require_said(verdict: Verdict, conditions: Sequence[str], reason: str | None) -> None:
    """Raise InvalidInput("decision.conditions") for a return that says neither what is needed nor why."""
    if verdict is Verdict.RETURN and not conditions and reason is None:
        raise InvalidInput(
            "decision.conditions", "expected what is still needed, as conditions or as the reason", field="conditions"
        )


def acting_role(review: Review, progress: Progress, decision: Decision) -> str:
    """Return the role in which a decision of the current step is taken: the decider's own, or one that is delegated to them.

    Raises NotAllowed("decision.role" | "decision.delegation-expired" | "decision.delegation-limit").
    """
    actor, step, roles = decision.actor, review.path.steps[progress.step], _roles_now(review, progress)
    if decision.in_place_of is None:
        own = [role for role in roles if role in actor.roles and _in_department(step, role, actor.departments)]
        if not own:
            raise NotAllowed("decision.role", f"this step is decided by: {_who(step, roles)}")
        return own[0]
    delegations = [
        item
        for item in actor.delegations
        if item.holder == decision.in_place_of
        and item.role in roles
        and _in_department(step, item.role, item.departments)
    ]
    if not delegations:
        raise NotAllowed("decision.role", f"expected a delegation by whom you decide for, of: {_who(step, roles)}")
    in_date = [item for item in delegations if decision.at < item.until]
    if not in_date:
        raise NotAllowed("decision.delegation-expired", "the delegation you decide under has ended; ask for a new one")
    reaching = [item.role for item in in_date if item.currency == review.currency and item.limit >= review.amount]
    if not reaching:
        raise NotAllowed(
            "decision.delegation-limit",
            "the delegation you decide under does not reach to this amount, or is in another currency",
        )
    return reaching[0]


def _in_department(step: Step, role: str, departments: frozenset[str]) -> bool:
    """Say whether somebody of these departments may act in a role of the step; a role it was escalated to is of no department."""
    return role != step.role or not step.departments or bool(departments & set(step.departments))


def _who(step: Step, roles: Sequence[str]) -> str:
    return " or ".join(roles) + (f" of {', '.join(step.departments)}" if step.departments else "")


def _one(step: Step, review: Review, progress: Progress, decision: Decision) -> Progress:
    """Take a decision in a step that single people (or a rule set) decide."""
    verdict, person = decision.verdict, decision.actor.id
    if verdict is Verdict.CLOSE:
        raise InvalidInput(
            "decision.no-committee", "expected a decision: this step has no vote to close", field="verdict"
        )
    if verdict is Verdict.RECUSE:
        return replace(progress, recused=progress.recused | {person})
    after = _noted(progress, decision)
    if verdict is not Verdict.APPROVE:
        return replace(after, outcome=_ENDS[verdict])
    approvals = (*progress.approvals, person)
    if len(approvals) < step.count:
        return replace(after, approvals=approvals)
    return _next(review, after)


_ENDS = {
    Verdict.DECLINE: Outcome.DECLINED,
    Verdict.RETURN: Outcome.RETURNED,
    Verdict.COUNTER: Outcome.COUNTERED,
}
_VOTES = {Verdict.APPROVE: Vote.APPROVE, Verdict.DECLINE: Vote.DECLINE, Verdict.RECUSE: Vote.RECUSE}


def _vote(step: Step, review: Review, progress: Progress, decision: Decision) -> Progress:
    """Take a member's vote, or the chair's closing of it."""
    sitting, person = progress.sitting, decision.actor.id
    if sitting is None:
        raise Conflict("decision.no-sitting", "no committee has been named for this application yet")
    if person not in sitting.members:
        raise NotAllowed("decision.not-member", "only members of the committee named for this application vote on it")
    if decision.verdict is Verdict.CLOSE:
        return _close(step, review, progress, sitting, person)
    if decision.verdict not in _VOTES:
        raise InvalidInput(
            "decision.vote", "expected approve, decline or recuse: a committee's members vote", field="verdict"
        )
    vote = _VOTES[decision.verdict]
    after = _noted(progress, decision)
    if vote is Vote.RECUSE:
        after = replace(after, recused=after.recused | {person})
    ballots = (*progress.ballots, Ballot(person, vote, decision.actor.roles))
    return _counted(step, review, replace(after, ballots=ballots), sitting)


def _close(step: Step, review: Review, progress: Progress, sitting: Sitting, person: str) -> Progress:
    if person != sitting.chair:
        raise NotAllowed("decision.not-chair", "only the chair closes a committee's vote")
    votes = sum(ballot.vote is not Vote.RECUSE for ballot in progress.ballots)
    if votes < step.quorum:
        raise Conflict("decision.no-quorum", f"{votes} have voted, the quorum is {step.quorum}")
    return _counted(step, review, progress, replace(sitting, closed=True))


def _counted(step: Step, review: Review, progress: Progress, sitting: Sitting) -> Progress:
    result = tally(step, sitting, progress.ballots)
    if result is Tally.APPROVED:
        return _next(review, progress)
    if result is Tally.DECLINED:
        return replace(progress, outcome=Outcome.DECLINED)
    return replace(progress, inquorate=result is Tally.INQUORATE)


def _noted(progress: Progress, decision: Decision) -> Progress:
    return replace(
        progress,
        took_part=progress.took_part | people_of(decision),
        conditions=(*progress.conditions, *decision.conditions),
    )


def _next(review: Review, progress: Progress) -> Progress:
    """Go on to the next step; after the last one the application is approved."""
    after = replace(
        progress,
        step=progress.step + 1,
        approvals=(),
        ballots=(),
        earlier=progress.took_part,
        sitting=None,
        inquorate=False,
        escalated=False,
    )
    done = after.step == len(review.path.steps)
    return replace(after, outcome=Outcome.APPROVED) if done else after
