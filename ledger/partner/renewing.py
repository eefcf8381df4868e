"""List one's own live listings again under a new epoch's key, while both epochs are open (DESIGN section 7).

Promises: repeatable; what was renewed is not renewed twice, and its end stays what it was. A listing that is disputed or suspended waits
until that is resolved. Leaves to others: confirming again (the second institution), which lives in the new epoch as any other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from ledger.core.blacklist.identifiers import parse_identifier
from ledger.core.blacklist.listings import ListingState, Severity, Standard
from ledger.errors import NotFound
from ledger.partner.checking import Desk, Subject
from ledger.partner.doors import Registry
from ledger.partner.listing import Statement, prepare_listing
from ledger.partner.own_listings import OwnListing, OwnListings, own_listing
from ledger.partner.stepping import known_listing

WAITING = frozenset({ListingState.DISPUTED, ListingState.SUSPENDED})
RENEWED = frozenset({ListingState.PROPOSED, ListingState.CONFIRMED})


@dataclass(frozen=True)
class Renewed:
    """What became of one listing: its successor's id, or why there is none."""

    own: OwnListing
    state: str
    successor: str | None


def of_older_epochs(own: list[OwnListing], newest: bytes, older: set[bytes]) -> list[OwnListing]:
    """Return the remembered listings of these older epochs that have no successor under the newest one."""
    done = {one.renews for one in own if one.epoch == newest.hex()}
    epochs = {epoch.hex() for epoch in older}
    return [one for one in own if one.epoch in epochs and one.id not in done]


def renew(
    desk: Desk, registry: Registry, listings: OwnListings, older: set[bytes], new_id: Callable[[], str]
) -> Iterator[Renewed]:
    """Renew what is live, one by one, and yield what became of each; forget what has ended.

    Raises what a listing raises; what was done before stays done.
    """
    own = listings.all()
    for one in of_older_epochs(own, desk.epoch.id, older):
        state = _state(registry, one)
        if state in RENEWED:
            successor = _renew(desk, registry, listings, one, new_id())
            yield Renewed(one, state, successor)
        elif state in WAITING:
            yield Renewed(one, state, None)
        else:
            listings.keep(each for each in listings.all() if each.id != one.id)
            yield Renewed(one, state, None)


def _state(registry: Registry, own: OwnListing) -> str:
    try:
        return known_listing(registry, own.id).state
    except NotFound:
        return "unknown"  # remembered, but never taken by the registry


def _renew(desk: Desk, registry: Registry, listings: OwnListings, own: OwnListing, listing_id: str) -> str:
    today: date = desk.partner.now().date()
    identifier = parse_identifier(own.kind, own.identifier, today)
    statement = Statement(
        reason=own.reason,
        standard=Standard(own.standard),
        severity=Severity(own.severity),
        evidence=bytes.fromhex(own.evidence),
        contact=own.contact,
        note=own.note,
        expires_at=own.expires_at,
    )
    prepared = prepare_listing(desk, Subject(identifier, "renewal"), statement, listing_id)
    again = own_listing(prepared.signed.record, identifier, contact=own.contact, note=own.note, renews=own.id)
    registry.post("listings", prepared.to_json(), once=listing_id)
    listings.add(again)
    return listing_id
