"""Rows of what keeps a log from being anchored, since when, and when to try again: the worker writes, health pages read.

Promises: one row per log, the newest word. Leaves the words to the anchoring service. DESIGN 4.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, update

from ledger.storage.rows import changed, find_one, insert_ignore, values_of
from ledger.storage.tables.log import anchor_status


@dataclass(frozen=True)
class AnchorStatusRow:
    log_id: int
    code: str  # empty: nothing is in the way
    message: str
    since: str
    failures: int
    retry_at: str  # empty: at the next turn
    balance_wei: str  # decimal; empty: never asked
    at: str


def anchor_status_of(tx: Connection, log_id: int) -> AnchorStatusRow | None:
    return find_one(tx, AnchorStatusRow, anchor_status, log_id=log_id)


def set_anchor_status(tx: Connection, row: AnchorStatusRow) -> None:
    """Replace what is known about a log's anchoring."""
    if not insert_ignore(tx, anchor_status, values_of(row)):
        changed(tx, update(anchor_status).where(anchor_status.c.log_id == row.log_id).values(values_of(row)))
