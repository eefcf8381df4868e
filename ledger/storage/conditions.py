"""Rows of what is brought for the conditions of an approval, and of states that run out.

Promises: each report names the entry that made it; the newest report of a condition counts. Leaves who may check to
`core.applications.conditions`. DESIGN 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ledger.storage.applications import StateRow
from ledger.storage.forms import Instant
from ledger.storage.rows import fetch_all, find_all, insert_new, page_size, select_rows, values_of
from ledger.storage.tables import applications as table


@dataclass(frozen=True)
class ReportRow:
    entry_id: str
    application_id: str
    place: int
    reporter_id: str
    recorded_at: Instant


def insert_report(tx: Connection, row: ReportRow) -> None:
    insert_new(tx, table.condition_report, values_of(row))


def reports_of(tx: Connection, application_id: str) -> list[ReportRow]:
    """Return the reports on an application's conditions in the order in which they were recorded."""
    return find_all(tx, ReportRow, table.condition_report, "entry_id", application_id=application_id)


def running_out(tx: Connection, states: Sequence[str], *, before: str, limit: int = 200) -> list[StateRow]:
    """Return applications in one of these states whose day is before `before`, the longest overdue first."""
    rows = table.application_state
    statement = select_rows(StateRow, rows).where(rows.c.state.in_(states), rows.c.due_on != "", rows.c.due_on < before)
    return fetch_all(tx, StateRow, statement.order_by(rows.c.due_on, rows.c.application_id).limit(page_size(limit)))
