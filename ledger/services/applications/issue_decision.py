"""Make the statement that a decider is to sign: what, how much, under which policy, after what (DESIGN section 6). Nothing is stored."""

from dataclasses import dataclass

from ledger.core.applications.decide import Decision, Verdict, acting_role, require_said, take
from ledger.core.applications.offers import require_offer
from ledger.core.log.directory import add_seconds
from ledger.core.log.keys import Purpose
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, NotFound, Unavailable
from ledger.services.applications.standing import Standing, actor_of, standing_of
from ledger.services.applications.view import KIND, ApplicationView, load_application
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import key_by_id
from ledger.storage.log import subject_head
from ledger.storage.logs import latest_checkpoint
from signing.decision import DecisionStatement
from signing.statement_parts import Head, SeenCheckpoint

VALID_SECONDS = 3600  # long enough to read an application, short enough that what was seen is recent


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody is about to say, and with which of their keys."""

    verdict: Verdict
    key_id: str
    conditions: tuple[str, ...] = ()
    in_place_of: str | None = None
    reason: str | None = None


def issue_decision(
    stores: Stores, act: Act, application_id: str, wanted: Wanted, *, chain_id: int
) -> DecisionStatement:
    """Return a fresh statement, refused already here where the decision could not be taken.

    Raises NotFound, NotAllowed ("decision.…"), Conflict ("application.not-open" | "application.incomplete" | "decision.…"),
    NotFound("key.unknown"), Unavailable("log.no-checkpoint").
    """
    return stores.database.read(lambda tx: _issue(tx, stores, act, application_id, wanted, chain_id))


def require_open(view: ApplicationView) -> None:
    if not view.is_open:
        raise Conflict("application.not-open", f"this application is {view.state.state}; it takes no decision")


def _issue(  # noqa: PLR0913, PLR0917 - one snapshot, and all that the statement names
    tx: Connection, stores: Stores, act: Act, application_id: str, wanted: Wanted, chain_id: int
) -> DecisionStatement:
    view = load_application(tx, act.principal, application_id, Action.APPLICATION_DECIDE)
    require_open(view)
    standing = standing_of(tx, stores, view)
    role = _try(tx, act, standing, wanted)
    _known_key(tx, act, wanted.key_id)
    head, checkpoint = subject_head(tx, view.log.id, KIND, view.row.id), latest_checkpoint(tx, view.log.id)
    if head is None or checkpoint is None:
        raise Unavailable("log.no-checkpoint", "the log has no checkpoint yet; try again in a moment")
    return DecisionStatement(
        application=view.row.id,
        content_sha256=view.version.content_sha256,
        terms_sha256=standing.content.terms_sha256,
        currency=standing.content.currency,
        amount_minor=str(standing.content.amount),
        verdict=wanted.verdict,
        conditions=wanted.conditions,
        policy_sha256=standing.policy_sha256,
        decider=act.principal.id,
        role=role,
        in_place_of=wanted.in_place_of,
        key_id=wanted.key_id,
        head=Head(head.n, head.leaf_hash),
        checkpoint=SeenCheckpoint(checkpoint.size, checkpoint.root),
        chain_id=chain_id,
        log=view.log.origin,
        nonce=act.random(32),
        expires_at=add_seconds(act.now, VALID_SECONDS),
        reason=wanted.reason,
    )


def _try(tx: Connection, act: Act, standing: Standing, wanted: Wanted) -> str:
    """Return the role in which the decision would be taken; raise what taking it now would raise."""
    require_said(wanted.verdict, wanted.conditions, wanted.reason)
    if wanted.verdict is Verdict.APPROVE:
        standing.require_complete(act.now)
    if wanted.verdict is Verdict.COUNTER:
        require_offer(wanted.conditions, standing.content)
    decision = Decision(
        actor=actor_of(tx, act.principal.id),
        verdict=wanted.verdict,
        content_sha256=standing.review.content_sha256,
        at=act.now,
        conditions=wanted.conditions,
        in_place_of=wanted.in_place_of,
    )
    take(standing.review, standing.progress, decision)
    return acting_role(standing.review, standing.progress, decision)


def _known_key(tx: Connection, act: Act, key_id: str) -> None:
    row = key_by_id(tx, act.principal.institution_id, key_id)
    if row is None or row.owner_id != act.principal.id or row.purpose != Purpose.SIGN or row.revoked_entry is not None:
        raise NotFound("key.unknown", "you have no signing key of this id; enrol one, or list yours")
