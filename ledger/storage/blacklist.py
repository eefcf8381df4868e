"""Rows of the blacklist's registry: epochs, members, listings and their states.

Promises: an epoch, a member and a listing are stored once; a state changes only from the one its writer saw.
Leaves which step may follow to `core.blacklist`, the tree to `token_tree`. DESIGN 7.
"""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import Connection, bindparam, select, update

from ledger.core.blacklist.listings import ListingState
from ledger.errors import Conflict
from ledger.storage.forms import Instant, one_of
from ledger.storage.kept import Kept
from ledger.storage.rows import changed, fetch_all, find_all, find_one, insert_new, page_size, select_rows, values_of
from ledger.storage.tables import blacklist as table


@dataclass(frozen=True)
class EpochRow:
    id: bytes
    institution_id: str
    purpose: str
    number: int
    record: bytes
    opened_entry: str
    opened_at: Instant


@dataclass(frozen=True)
class MemberRow:
    entry_id: str
    institution_id: str
    public_key: str
    quota: int
    left_entry: str | None = None


@dataclass(frozen=True)
class ListingRow:
    id: str
    epoch_id: bytes
    institution_id: str
    token: bytes
    record: bytes
    sealed: bytes
    proposed_entry: str
    proposed_at: Instant


@dataclass(frozen=True)
class ListingStateRow:
    listing_id: str
    state: Annotated[str, one_of(ListingState)]
    changed_entry: str
    published: str = ""
    published_version: int = 0


def insert_epoch(tx: Connection, row: EpochRow) -> None:
    """Record an epoch; Conflict("epoch.exists") when it, or another of its purpose and number, is there."""
    if not insert_new(tx, table.blacklist_epoch, values_of(row)):
        raise Conflict("epoch.exists", f"expected a new epoch, number {row.number} for {row.purpose} is open already")


def epoch_by_id(tx: Connection, epoch_id: bytes) -> EpochRow | None:
    return find_one(tx, EpochRow, table.blacklist_epoch, id=epoch_id)


def epochs(tx: Connection) -> list[EpochRow]:
    """Return all epochs by purpose and number."""
    statement = select_rows(EpochRow, table.blacklist_epoch).order_by(
        table.blacklist_epoch.c.purpose, table.blacklist_epoch.c.number
    )
    return fetch_all(tx, EpochRow, statement)


def insert_member(tx: Connection, row: MemberRow) -> None:
    """Record a member; Conflict("member.exists") for an institution that is one already."""
    if member_of(tx, row.institution_id) is not None or not insert_new(tx, table.blacklist_member, values_of(row)):
        raise Conflict("member.exists", "expected an institution that is no member yet")


def member_of(tx: Connection, institution_id: str) -> MemberRow | None:
    """Return the institution's present membership."""
    rows = find_all(tx, MemberRow, table.blacklist_member, "entry_id", institution_id=institution_id)
    return next((row for row in rows if row.left_entry is None), None)


def end_membership(tx: Connection, entry_id: str, left_entry: str) -> None:
    """Note by which entry a membership ended."""
    member = table.blacklist_member
    tx.execute(update(member).where(member.c.entry_id == entry_id).values(left_entry=left_entry))


def members(tx: Connection) -> list[MemberRow]:
    """Return all present members."""
    statement = select_rows(MemberRow, table.blacklist_member).where(table.blacklist_member.c.left_entry.is_(None))
    return fetch_all(tx, MemberRow, statement.order_by(table.blacklist_member.c.entry_id))


def insert_listing(tx: Connection, row: ListingRow, state: str) -> None:
    """Store a listing with its first state; Conflict("listing.exists")."""
    if not insert_new(tx, table.listing, values_of(row)):
        raise Conflict("listing.exists", "expected a new listing, got one whose id is taken")
    insert_new(tx, table.listing_state, values_of(ListingStateRow(row.id, state, row.proposed_entry)))


def listing_by_id(tx: Connection, listing_id: str) -> ListingRow | None:
    return find_one(tx, ListingRow, table.listing, id=listing_id)


def listings_of(tx: Connection, epoch_id: bytes, token: bytes) -> list[ListingRow]:
    """Return all listings of one token, whatever their state, in the order of their ids."""
    return find_all(tx, ListingRow, table.listing, "id", epoch_id=epoch_id, token=token)


def listings_published_since(
    tx: Connection, epoch_id: bytes, version: int, *, after: str, limit: int
) -> list[ListingRow]:
    """Return a page of listings whose published state changed after a version, in the order of their ids."""
    state = table.listing_state.c
    statement = (
        select_rows(ListingRow, table.listing)
        .join(table.listing_state, state.listing_id == table.listing.c.id)
        .where(table.listing.c.epoch_id == epoch_id, state.published_version > version, table.listing.c.id > after)
    )
    return fetch_all(tx, ListingRow, statement.order_by(table.listing.c.id).limit(page_size(limit)))


def listing_state_of(tx: Connection, listing_id: str) -> ListingStateRow | None:
    return find_one(tx, ListingStateRow, table.listing_state, listing_id=listing_id)


def change_listing_state(tx: Connection, listing_id: str, *, expected: str, state: str, entry_id: str) -> None:
    """Set the state from `expected` to the new one; Conflict("listing.moved-on") when it is another by now."""
    values = {"of": listing_id, "seen": expected, "to": state, "by": entry_id}
    if not changed(tx, _CHANGE_STATE, values):
        raise Conflict("listing.moved-on", f"expected the listing in state {expected}: read it again")


def unpublished(tx: Connection, epoch_id: bytes) -> list[tuple[str, bytes]]:
    """Return id and token of listings whose state the newest version does not show."""
    state = table.listing_state.c
    statement = (
        select(table.listing.c.id, table.listing.c.token)
        .join(table.listing_state, state.listing_id == table.listing.c.id)
        .where(table.listing.c.epoch_id == epoch_id, state.state != state.published)
    )
    return [(row[0], row[1]) for row in tx.execute(statement.order_by(table.listing.c.id))]


def mark_published(tx: Connection, listing_ids: list[str], version: int) -> None:
    """Note that a version shows the present state of these listings."""
    state = table.listing_state
    for listing_id in listing_ids:
        tx.execute(
            update(state)
            .where(state.c.listing_id == listing_id)
            .values(published=state.c.state, published_version=version)
        )


_CHANGE_STATE = Kept(
    update(table.listing_state)
    .where(table.listing_state.c.listing_id == bindparam("of"), table.listing_state.c.state == bindparam("seen"))
    .values(state=bindparam("to"), changed_entry=bindparam("by"))
)
