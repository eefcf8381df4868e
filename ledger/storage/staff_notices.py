"""Rows of the outbox of mails to staff.

Promises: one notice per person, kind and cause; a worker sends only what it claimed, so two workers never send one at the same time.
Leaves the words and the sending to others. DESIGN 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, update

from ledger.storage.notices import WAITING
from ledger.storage.rows import changed, fetch_all, find_all, insert_ignore, select_rows, values_of
from ledger.storage.tables import messages as table


@dataclass(frozen=True)
class StaffNoticeRow:
    id: str
    institution_id: str
    person_id: str
    kind: str
    subject_id: str
    cause: str
    made_at: str
    due_at: str
    status: str = WAITING
    attempts: int = 0
    last_code: str | None = None
    done_at: str | None = None


def queue_staff_notices(tx: Connection, rows: Sequence[StaffNoticeRow]) -> int:
    """Queue notices that are not there yet; return how many are new."""
    return insert_ignore(tx, table.staff_notice, [values_of(row) for row in rows]) if rows else 0


def due_staff_notices(tx: Connection, now: str, limit: int = 20) -> list[StaffNoticeRow]:
    """Return waiting notices whose time has come, the oldest first."""
    rows = table.staff_notice.c
    statement = select_rows(StaffNoticeRow, table.staff_notice).where(rows.status == WAITING, rows.due_at <= now)
    return fetch_all(tx, StaffNoticeRow, statement.order_by(rows.due_at, rows.id).limit(limit))


def claim_staff_notice(tx: Connection, row: StaffNoticeRow, until: str) -> bool:
    """Take a notice until then; False when another worker has it, or it changed meanwhile."""
    rows = table.staff_notice.c
    same = (rows.id == row.id) & (rows.status == WAITING) & (rows.due_at == row.due_at)
    return changed(tx, update(table.staff_notice).where(same).values(due_at=until, attempts=row.attempts + 1)) == 1


def settle_staff_notice(tx: Connection, row: StaffNoticeRow) -> None:
    """Write what became of a claimed notice: status, due_at, last_code, done_at."""
    values = {name: getattr(row, name) for name in ("status", "due_at", "last_code", "done_at")}
    tx.execute(update(table.staff_notice).where(table.staff_notice.c.id == row.id).values(values))


def staff_notices_of(tx: Connection, person_id: str) -> list[StaffNoticeRow]:
    """Return every notice to a person that is kept, the oldest first."""
    return find_all(tx, StaffNoticeRow, table.staff_notice, "made_at", "id", person_id=person_id)


def forget_staff_notices(tx: Connection, before: str) -> int:
    """Delete notices that were settled before this time; return how many."""
    return changed(tx, delete(table.staff_notice).where(table.staff_notice.c.done_at < before))
