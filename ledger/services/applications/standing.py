"""Where an application stands: its review and progress, rebuilt from what is recorded, and who somebody is in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledger.core.applications.application import Application, parse_amount
from ledger.core.applications.automated import decision_of
from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import (
    Actor,
    Decision,
    Delegation,
    Escalation,
    Event,
    Progress,
    Review,
    Verdict,
    replay,
)
from ledger.core.applications.evidence import AtHand, require_heeded
from ledger.core.applications.policy import Path, Policy
from ledger.core.applications.requirements import require_complete
from ledger.core.applications.rule_set import Ruling
from ledger.core.log.fields import Fields
from ledger.errors import NotFound
from ledger.services.applications.at_hand import at_hand_of
from ledger.services.applications.decided import Said, said_in
from ledger.services.applications.policies import path_of, policy_of
from ledger.services.applications.view import ApplicationView, open_content
from ledger.services.context import Stores
from ledger.services.opening import open_fields
from ledger.storage.applications import DecisionRow, SittingRow
from ledger.storage.database import Connection
from ledger.storage.departments import departments_of
from ledger.storage.directory import grants_of
from ledger.storage.evidence import EscalationRow, escalations_of
from ledger.storage.policies import delegations_to
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import decode

SUBMISSION = frozenset({"policy", "policy_sha256", "row", "path", "group"})
GROUP = frozenset({"applications", "amount", "other_currencies"})
_CODE = "application.invalid"
NEVER = "9999-12-31"  # a recorded escalation was overdue when it was written


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An application in review: what it says, on which path, how far it has come, and for which amount."""

    content: Application
    policy_sha256: bytes
    path: Path
    review: Review
    progress: Progress
    at_hand: AtHand
    policy: Policy
    path_name: str

    def require_complete(self, now: datetime) -> None:
        """Raise Conflict("application.incomplete" | "application.listing-found") unless all is there that an approval needs."""
        require_complete(self.path, self.content, self.at_hand, now)
        if self.at_hand.is_listed:
            require_heeded(self.policy, self.path_name, self.content, self.review.amount)


def standing_of(
    tx: Connection, stores: Stores, view: ApplicationView, keys: dict[str, bytes] | None = None
) -> Standing:
    """Return the standing of an application on its current version; raise what opening and replaying raise.

    `keys` of records at hand are used: each is fetched once.
    """
    keys = {} if keys is None else keys
    content = open_content(stores, view, keys)
    row, policy = policy_of(tx, view.state.policy_id)
    review = Review(
        content_sha256=view.version.content_sha256,
        path=path_of(policy, view.state.path),
        amount=_group_amount(tx, stores, view, keys),
        currency=content.currency,
        own=view.own | {applicant.id for applicant in content.applicants},
    )
    progress = replay(review, _history(tx, stores, view, review, keys))
    return Standing(
        content=content,
        policy_sha256=row.sha256,
        path=review.path,
        review=review,
        progress=progress,
        at_hand=at_hand_of(tx, stores, view.row.id, keys),
        policy=policy,
        path_name=view.state.path,
    )


def actor_of(tx: Connection, person_id: str) -> Actor:
    """Return a person with the roles, departments and delegations held now."""
    return Actor(
        id=person_id,
        roles=frozenset(grant.role for grant in grants_of(tx, person_id)),
        departments=_departments(tx, person_id),
        delegations=tuple(
            Delegation(
                row.holder_id,
                row.role,
                datetime.fromisoformat(row.until),
                int(row.limit_minor),
                row.currency,
                _departments(tx, row.holder_id),
            )
            for row in delegations_to(tx, person_id)
            if row.role in {grant.role for grant in grants_of(tx, row.holder_id)}
        ),
    )


def _departments(tx: Connection, person_id: str) -> frozenset[str]:
    return frozenset(row.department for row in departments_of(tx, person_id))


def _history(  # one reading, and what it opens with
    tx: Connection, stores: Stores, view: ApplicationView, review: Review, keys: dict[str, bytes]
) -> Sequence[Event]:
    """Return decisions, committees and escalations since the newest submission in the order of their entries.

    Entry ids grow with time. A version may be handed in again as it is, with more at hand: what was said of it before ended then.
    """
    version, since = view.version.version, view.state.submitted_entry

    def counts(row: DecisionRow | SittingRow | EscalationRow) -> bool:
        return row.version == version and row.entry_id > since

    said = ((row.entry_id, said_in(tx, stores, row, keys)) for row in filter(counts, view.decisions))
    taken = ((entry, _decision(view, each, review)) for entry, each in said)
    events: list[tuple[str, Event]] = [(entry, decision) for entry, decision in taken if decision is not None]
    events += [(row.entry_id, _sitting(row)) for row in filter(counts, view.sittings)]
    events += [(row.entry_id, _escalation(row)) for row in filter(counts, escalations_of(tx, view.row.id))]
    return [event for _, event in sorted(events, key=lambda pair: pair[0])]


def _decision(view: ApplicationView, said: Said, review: Review) -> Decision | None:
    """Return a decision as it was taken: with the roles that its entry says its decider held then; None for a referral."""
    row, statement = said.row, said.words
    at = datetime.fromisoformat(row.decided_at)
    if isinstance(statement, Ruling):
        return decision_of(row.decider_id, statement, view.version.content_sha256, at)
    decision = Decision(
        actor=Actor(id=row.decider_id, roles=said.held | {statement.role}),
        verdict=Verdict(statement.verdict),
        content_sha256=statement.content_sha256,
        at=at,
        conditions=statement.conditions,
        in_place_of=statement.in_place_of,
    )
    return replace(decision, actor=_as_judged(decision, statement.role, review))


def _as_judged(decision: Decision, role: str, review: Review) -> Actor:
    """Return the decider of a recorded decision with the departments and the delegation that it was let through with."""
    everywhere = frozenset(name for step in review.path.steps for name in step.departments)
    holder, until = decision.in_place_of, decision.at + timedelta(seconds=1)
    delegations = (
        () if holder is None else (Delegation(holder, role, until, review.amount, review.currency, everywhere),)
    )
    return replace(decision.actor, departments=everywhere, delegations=delegations)


def _escalation(row: EscalationRow) -> Escalation:
    return Escalation(step=row.step, due_on=row.due_on, day=NEVER)


def _sitting(row: SittingRow) -> Sitting:
    members = decode(row.members.encode())
    return Sitting(members=tuple(map(str, members)) if isinstance(members, list) else (), chair=row.chair_id)


def _group_amount(tx: Connection, stores: Stores, view: ApplicationView, keys: dict[str, bytes]) -> int:
    """Return the amount of the group as it was added up when the application was submitted."""
    fields = open_fields(stores, fields_of_entry(tx, view.state.submitted_entry), {"submission"}, keys)
    if "submission" not in fields:
        raise NotFound("application.erased", "the content of this application was erased; its proofs still hold")
    submission = Fields(fields["submission"].value, SUBMISSION, where="submission", code=_CODE)
    group = Fields(submission.parsed("group", lambda item: item), GROUP, where="group", code=_CODE)
    _, minor = group.parsed("amount", parse_amount)
    return minor
