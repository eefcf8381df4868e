"""Rows of the steps of listings: each signed step with its entry, and which listings a clock may have made due.

Promises: steps come in the order of their entries' ids. Leaves which step may follow to `core.blacklist.life`. DESIGN 7.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from ledger.storage.forms import Instant
from ledger.storage.rows import fetch_all, find_all, insert_new, select_rows, values_of
from ledger.storage.tables import blacklist as table


@dataclass(frozen=True)
class ListingStepRow:
    entry_id: str
    listing_id: str
    institution_id: str
    step: str
    record: bytes
    at: Instant


def insert_step(tx: Connection, row: ListingStepRow) -> None:
    insert_new(tx, table.listing_step, values_of(row))


def steps_of(tx: Connection, listing_id: str) -> list[ListingStepRow]:
    """Return the steps of a listing in their order."""
    return find_all(tx, ListingStepRow, table.listing_step, "entry_id", listing_id=listing_id)


def judgements_about(tx: Connection, lister: str) -> list[ListingStepRow]:
    """Return the steps that judged listings of one institution, in their order."""
    statement = (
        select_rows(ListingStepRow, table.listing_step)
        .join(table.listing, table.listing.c.id == table.listing_step.c.listing_id)
        .where(table.listing.c.institution_id == lister, table.listing_step.c.step.in_(("resolve", "suspend")))
    )
    return fetch_all(tx, ListingStepRow, statement.order_by(table.listing_step.c.entry_id))


def listed_since(tx: Connection, lister: str, at: str) -> int:
    """Return how many listings an institution proposed from a moment on."""
    columns = table.listing.c
    statement = select(func.count()).where(columns.institution_id == lister, columns.proposed_at >= at)
    return int(tx.execute(statement).scalar_one())


def start_clock(tx: Connection, listing_id: str, due_at: str) -> None:
    """Note when a clock first acts on a new listing."""
    insert_new(tx, table.listing_clock, {"listing_id": listing_id, "due_at": due_at})


def set_clock(tx: Connection, listing_id: str, due_at: str) -> None:
    """Note when a clock acts next, empty for never."""
    clock = table.listing_clock
    tx.execute(update(clock).where(clock.c.listing_id == listing_id).values(due_at=due_at))


def due_listings(tx: Connection, now: str, *, limit: int) -> list[str]:
    """Return ids of listings on which a clock acts by now, the longest due first."""
    columns = table.listing_clock.c
    statement = select(columns.listing_id).where(columns.due_at != "", columns.due_at <= now)
    return [row[0] for row in tx.execute(statement.order_by(columns.due_at).limit(limit))]
