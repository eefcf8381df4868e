"""The life of a listing: proposed, confirmed by a second institution, disputed, resolved, expired or revoked (DESIGN section 7).

Promises: one table says which step may follow where; who may take it is a plain comparison; a dispute that nobody resolved in 30 days
suspends, an end that came expires, both computed from entries. Leaves to others: signatures, storing, the token tree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ledger.core.blacklist.listings import Listing, ListingState, Reason
from ledger.core.blacklist.steps import OVERTURNED, UPHELD, ListingStep, Step
from ledger.core.log.directory import format_instant
from ledger.core.log.instants import instant
from ledger.errors import Conflict, InvalidInput, NotAllowed

DISPUTE_CLOCK: Final = timedelta(days=30)
FRESH: Final = timedelta(minutes=10)  # a person reads and signs; clocks differ by seconds

_P, _C, _D, _S = ListingState.PROPOSED, ListingState.CONFIRMED, ListingState.DISPUTED, ListingState.SUSPENDED
_ENDS: Final = {Step.REVOKE: ListingState.REVOKED, Step.EXPIRE: ListingState.EXPIRED}

# Where each step leads. A notice changes nothing, and a resolution leads back or to OVERTURNED: see `_target`.
TABLE: Final[Mapping[ListingState, Mapping[Step, ListingState]]] = {
    _P: {Step.CONFIRM: _C, Step.DISPUTE: _D, Step.NOTICE: _P, **_ENDS},
    _C: {Step.DISPUTE: _D, Step.NOTICE: _C, **_ENDS},
    _D: {Step.RESOLVE: _C, Step.SUSPEND: _S, Step.NOTICE: _D, **_ENDS},
    _S: {Step.RESOLVE: _C, Step.NOTICE: _S, **_ENDS},
}


@dataclass(frozen=True, kw_only=True)
class Life:
    """Where a listing stands, as its entries say."""

    listing: Listing
    state: ListingState = ListingState.PROPOSED
    confirmed_by: str | None = None
    disputed_by: str | None = None
    disputed_at: str | None = None
    disputes: frozenset[bytes | None] = frozenset()  # the evidence of each
    notified: bool = False

    @property
    def is_live(self) -> bool:
        return self.state in TABLE

    @property
    def is_marker(self) -> bool:
        """Whether it accuses nobody: it warns that others use the subject's papers."""
        return self.listing.reason == Reason.VICTIM

    @property
    def suspends_at(self) -> datetime | None:
        """Return when an unresolved dispute suspends the listing."""
        if self.state is not _D or self.disputed_at is None:
            return None
        return instant(self.disputed_at) + DISPUTE_CLOCK


def life_of(listing: Listing, steps: Iterable[tuple[ListingStep, str]]) -> Life:
    """Return the life that these steps make, each with the time of its entry; raise Conflict("listing.wrong-step")."""
    life = Life(listing=listing)
    for step, at in steps:
        life = follow(life, step, at)
    return life


def follow(life: Life, step: ListingStep, at: str) -> Life:
    """Return the life after a step; raise Conflict("listing.wrong-step")."""
    if step.step not in TABLE.get(life.state, {}):
        raise Conflict(
            "listing.wrong-step", f"a listing that is {life.state} cannot be taken the step {step.step}: read it again"
        )
    moved = replace(life, state=_target(life, step))
    if step.step is Step.CONFIRM:
        return replace(moved, confirmed_by=step.institution)
    if step.step is Step.DISPUTE:
        return replace(moved, disputed_by=step.institution, disputed_at=at, disputes=life.disputes | {step.evidence})
    if step.step is Step.NOTICE:
        return replace(moved, notified=True)
    return moved


def _target(life: Life, step: ListingStep) -> ListingState:
    if step.step is not Step.RESOLVE:
        return TABLE[life.state][step.step]
    if step.word == OVERTURNED:
        return ListingState.OVERTURNED
    return _C if life.confirmed_by else _P


def check_step(life: Life, step: ListingStep, *, head: bytes, now: datetime) -> None:
    """Pass for a step that may be taken now by the institution that signed it.

    Raises InvalidInput: listing.stale, listing.other-subject; Conflict: listing.moved-on, listing.wrong-step, listing.not-due,
    listing.same-dispute; NotAllowed: listing.own-confirmation, listing.marker, listing.own-dispute, listing.party-judges,
    listing.not-the-lister.
    """
    listing = life.listing
    if abs(instant(step.at) - now) > FRESH:
        raise InvalidInput("listing.stale", "expected a step signed within ten minutes: set the clock, and sign anew")
    if (step.listing, step.epoch, step.token) != (listing.id, listing.epoch, listing.token):
        raise InvalidInput("listing.other-subject", "this step was signed about another listing, or another subject")
    if step.seen != head:
        raise Conflict(
            "listing.moved-on", "something happened to this listing since you read it: read it again, and sign anew"
        )
    follow(life, step, step.at)
    _check_party(life, step, now)


def _check_party(life: Life, step: ListingStep, now: datetime) -> None:
    if step.step is Step.CONFIRM:
        _check_confirmation(life, step)
    elif step.step is Step.DISPUTE:
        _check_dispute(life, step)
    elif step.step is Step.RESOLVE:
        _check_judge(life, step)
    elif step.step in {Step.REVOKE, Step.NOTICE}:
        if step.institution != life.listing.institution:
            raise NotAllowed(
                "listing.not-the-lister",
                "only the institution that listed may revoke or give notice: dispute it instead",
            )
    elif due(life, now) is not step.step:
        raise Conflict("listing.not-due", "neither the dispute's 30 days nor the listing's end has come")


def _check_confirmation(life: Life, step: ListingStep) -> None:
    if step.institution == life.listing.institution:
        raise NotAllowed(
            "listing.own-confirmation", "a listing is confirmed by a second institution, never by the one that listed"
        )
    if life.is_marker:
        raise NotAllowed("listing.marker", "a victim's marker accuses nobody: there is nothing to confirm")


def _check_dispute(life: Life, step: ListingStep) -> None:
    if step.identity is None and step.institution == life.listing.institution:
        raise NotAllowed("listing.own-dispute", "this listing is your own: revoke it instead")
    if step.evidence in life.disputes:
        raise Conflict("listing.same-dispute", "this dispute was decided before: bring other evidence")


def _check_judge(life: Life, step: ListingStep) -> None:
    if step.institution in {life.listing.institution, life.confirmed_by, life.disputed_by}:
        raise NotAllowed(
            "listing.party-judges",
            "whoever listed, confirmed or disputed does not judge: ask another member, or the registry; the lister may revoke",
        )


def due(life: Life, now: datetime) -> Step | None:
    """Return the step that a clock has made due: the end before the dispute's 30 days."""
    if life.is_live and now >= instant(life.listing.expires_at):
        return Step.EXPIRE
    ends = life.suspends_at
    return Step.SUSPEND if ends is not None and now >= ends else None


def next_due(life: Life) -> str:
    """Return when a clock acts next; empty for a listing that has ended."""
    if not life.is_live:
        return ""
    ends = life.suspends_at
    return min(life.listing.expires_at, format_instant(ends)) if ends is not None else life.listing.expires_at


@dataclass(frozen=True)
class Standing:
    """How an institution's disputed listings ended, each counted once by its latest outcome."""

    upheld: int = 0
    overturned: int = 0

    def quota(self, quota: int) -> int:
        """Return what is left of a daily quota of listings: all of it without an overturned one, half with one of one."""
        return quota * (self.upheld + 1) // (self.upheld + self.overturned + 1)


def standing_of(steps: Iterable[ListingStep]) -> Standing:
    """Return the standing that the steps about one institution's listings give, in the order of their entries.

    A suspended listing, which nobody upheld in 30 days, counts as overturned until somebody upholds it.
    """
    upheld = {step.listing: step.word == UPHELD for step in steps if step.step in {Step.RESOLVE, Step.SUSPEND}}
    return Standing(sum(upheld.values()), len(upheld) - sum(upheld.values()))


def check_listing_quota(standing: Standing, quota: int, used: int) -> None:
    """Pass while an institution may list another subject today; raise NotAllowed("listing.quota")."""
    share = standing.quota(quota)
    if used >= share:
        raise NotAllowed(
            "listing.quota",
            f"your institution may list {share} subjects a day, and {used} are listed: {standing.overturned} of your disputed listings "
            f"were overturned or not answered, {standing.upheld} upheld; wait for the next day (UTC)",
        )
