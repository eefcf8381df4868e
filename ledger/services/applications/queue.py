"""What waits for whom, why, and until when: the work queue of staff (DESIGN section 6).

Promises: exactly what the reader could decide at this moment, or name the committee of, due first. Leaves out what another must take:
own applications, steps the reader has taken, amounts past a delegation, committees of other people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ledger.core.applications.decide import Actor
from ledger.core.applications.policy import StepKind, parse_policy
from ledger.core.log.permissions import Action, Grade, Resource, allowed, require
from ledger.errors import NotFound, VerificationFailed
from ledger.services.applications.deadlines import working_time
from ledger.services.applications.standing import Standing, actor_of, standing_of
from ledger.services.applications.view import ApplicationView, read_view
from ledger.services.applications.ways import Way, ways_of
from ledger.services.context import Act, Stores
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.policies import policies
from signing.canonical import decode

MOST_LOOKED_AT = 2_000  # applications that wait for a role and not for the reader are passed over, up to so many
_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One application that waits for the reader: in which ways they may decide it, or whether they may name its committee."""

    row: rows.ApplicationRow
    state: rows.StateRow
    is_overdue: bool
    is_escalated: bool = False  # it waits for the reader because the step's own role did not decide in time
    is_committee: bool = False
    ways: tuple[Way, ...] = ()

    @property
    def names_committee(self) -> bool:
        """What is asked for is a committee, not a decision."""
        return not self.ways


def queue(stores: Stores, act: Act, *, limit: int = 100) -> list[Waiting]:
    """Return what waits for the principal, at most `limit`, due first; raise NotAllowed."""
    principal = act.principal
    require(principal, Action.APPLICATION_DECIDE, Resource(principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: _queue(tx, stores, act, limit))


def _queue(tx: Connection, stores: Stores, act: Act, limit: int) -> list[Waiting]:
    actor = actor_of(tx, act.principal.id)
    seats = _names_committees(act)
    candidates = islice(_candidates(tx, act, actor, seats=seats), MOST_LOOKED_AT)
    looked_at = (_waiting(tx, stores, act, actor, state, seats=seats) for state in candidates)
    return list(islice((waiting for waiting in looked_at if waiting), limit))


def _names_committees(act: Act) -> bool:
    own = Resource(act.principal.institution_id, Grade.COMMERCIAL)
    return allowed(act.principal, Action.SITTING_NAME, own)


def _candidates(tx: Connection, act: Act, actor: Actor, *, seats: bool) -> Iterator[rows.StateRow]:
    """Yield what waits for a role of the actor's, one delegated or escalated to them, or a committee's; due first."""
    institution_id, own = act.principal.institution_id, {*actor.roles, *(item.role for item in actor.delegations)}
    roles = sorted(own | (_committees(tx, institution_id) if seats else set()))
    after = ("", "")
    while page := rows.waiting_for(tx, institution_id, roles, after=after, limit=_PAGE):
        yield from page
        after = (page[-1].due_on, page[-1].application_id)


def _committees(tx: Connection, institution_id: str) -> set[str]:
    """Return the roles that sit in committees by any policy of the institution."""
    read = (parse_policy(decode(row.content.encode())) for row in policies(tx, institution_id))
    steps = (step for policy in read for path in policy.paths.values() for step in path.steps)
    return {step.role for step in steps if step.kind is StepKind.COMMITTEE}


def _waiting(  # noqa: PLR0913  # one snapshot, who asks, and what they may do
    tx: Connection, stores: Stores, act: Act, actor: Actor, state: rows.StateRow, *, seats: bool
) -> Waiting | None:
    row = rows.application_by_id(tx, state.application_id)
    if row is None or row.institution_id != act.principal.institution_id or row.author_id == act.principal.id:
        return None
    standing = _standing(tx, stores, read_view(tx, row))
    if standing is None:
        return None
    step, ways = standing.path.steps[standing.progress.step], ways_of(act, actor, standing)
    is_committee = step.kind is StepKind.COMMITTEE
    is_unseated = is_committee and (standing.progress.sitting is None or standing.progress.inquorate)
    if not ways and not (seats and is_unseated):
        return None
    today = working_time(institution_by_id(tx, row.institution_id)).day(act.now).isoformat()
    return Waiting(
        row=row,
        state=state,
        is_overdue=state.due_on < today,
        is_escalated=bool(ways) and standing.progress.escalated and all(way.role != step.role for way in ways),
        is_committee=is_committee,
        ways=ways,
    )


def _standing(tx: Connection, stores: Stores, view: ApplicationView) -> Standing | None:
    """Return where an application stands; None for one that is not in review, was erased, or was altered: nobody can decide it."""
    try:
        return standing_of(tx, stores, view) if view.is_open else None
    except (NotFound, VerificationFailed):
        return None
