"""What somebody sees who is to decide: path and progress, what others said, what is missing, and in which ways they may act (DESIGN section 6)."""

from dataclasses import dataclass, replace

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import Progress
from ledger.core.applications.policy import Path
from ledger.core.applications.requirements import Missing, missing
from ledger.core.applications.rule_set import ROLE, Ruling
from ledger.core.log.permissions import Action
from ledger.services.applications.decided import Said, said_in
from ledger.services.applications.policies import policy_of
from ledger.services.applications.standing import Standing, actor_of, standing_of
from ledger.services.applications.view import ApplicationView, load_application
from ledger.services.applications.ways import Way, ways_of
from ledger.services.colleagues import names_of
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.policies import PolicyRow


@dataclass(frozen=True, kw_only=True)
class ToldDecision:
    """What one person, or a rule set, said about one version."""

    by: str
    name: str | None  # None for a rule set, or where it was erased
    role: str
    in_place_of: str | None
    verdict: str
    conditions: tuple[str, ...]
    reason: str | None
    version: int
    at: str


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """How an application stands; without path and progress while it was never submitted, or is not in review."""

    policy: PolicyRow | None
    path: Path | None
    progress: Progress | None
    sitting: Sitting | None
    names: dict[str, str]  # of the people named here, by their ids
    decisions: tuple[ToldDecision, ...]
    missing: tuple[Missing, ...]
    ways: tuple[Way, ...]


def review(stores: Stores, act: Act, application_id: str) -> Reviewed:
    """Return the review; raise NotFound, NotAllowed."""
    return stores.database.read(lambda tx: _review(tx, stores, act, application_id))


def _review(tx: Connection, stores: Stores, act: Act, application_id: str) -> Reviewed:
    view = load_application(tx, act.principal, application_id, Action.APPLICATION_READ)
    policy = policy_of(tx, view.state.policy_id) if view.state.policy_id else None
    standing = standing_of(tx, stores, view) if view.is_open else None
    sitting = standing.progress.sitting if standing else None
    named = {row.decider_id for row in view.decisions} | set(sitting.members if sitting else ())
    decisions = [_told(said_in(tx, stores, row)) for row in view.decisions]
    named |= {told.in_place_of for told in decisions if told.in_place_of}
    ways = ways_of(act, actor_of(tx, act.principal.id), standing) if standing else ()
    named |= view.own | {way.in_place_of for way in ways if way.in_place_of}
    names = names_of(tx, stores, view.row.institution_id, named)
    return Reviewed(
        policy=policy[0] if policy else None,
        path=policy[1].paths.get(view.state.path) if policy else None,
        progress=standing.progress if standing else None,
        sitting=sitting,
        names=names,
        decisions=tuple(replace(told, name=names.get(told.by)) for told in decisions),
        missing=_missing(act, view, standing),
        ways=ways,
    )


def _missing(act: Act, view: ApplicationView, standing: Standing | None) -> tuple[Missing, ...]:
    return (
        tuple(missing(standing.path, standing.content, standing.at_hand, act.now)) if standing and view.is_open else ()
    )


def _told(said: Said) -> ToldDecision:
    row, words = said.row, said.words
    if isinstance(words, Ruling):
        return ToldDecision(
            by=row.decider_id, name=None, role=ROLE, in_place_of=None, verdict=words.value, conditions=(), reason=None, version=row.version, at=row.decided_at
        )  # fmt: skip
    return ToldDecision(
        by=row.decider_id,
        name=None,
        role=words.role,
        in_place_of=words.in_place_of,
        verdict=words.verdict,
        conditions=words.conditions,
        reason=words.reason,
        version=row.version,
        at=row.decided_at,
    )
