"""Rows of the outbox of mails to applicants.

Promises: one notice per person and cause; a worker sends only what it claimed, so two workers never send one at the same time. No address
stands here. Leaves the words and the sending to others. DESIGN 6 and 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, update

from ledger.storage.forms import Instant
from ledger.storage.notices import WAITING
from ledger.storage.rows import changed, fetch_all, find_all, insert_ignore, select_rows, values_of
from ledger.storage.tables import messages as table


@dataclass(frozen=True)
class ApplicantNoticeRow:
    id: str
    application_id: str
    applicant: str
    recorder_id: str
    cause: str
    until: str
    made_at: Instant
    due_at: Instant
    status: str = WAITING
    attempts: int = 0
    last_code: str | None = None
    done_at: Instant | None = None


def queue_applicant_notices(tx: Connection, rows: Sequence[ApplicantNoticeRow]) -> None:
    """Queue notices that are not there yet."""
    insert_ignore(tx, table.applicant_notice, [values_of(row) for row in rows])


def due_applicant_notices(tx: Connection, now: str, limit: int = 20) -> list[ApplicantNoticeRow]:
    """Return waiting notices whose time has come, the oldest first."""
    rows = table.applicant_notice.c
    statement = select_rows(ApplicantNoticeRow, table.applicant_notice).where(
        rows.status == WAITING, rows.due_at <= now
    )
    return fetch_all(tx, ApplicantNoticeRow, statement.order_by(rows.due_at, rows.id).limit(limit))


def claim_applicant_notice(tx: Connection, row: ApplicantNoticeRow, until: str) -> bool:
    """Take a notice until then; False when another worker has it, or it changed meanwhile."""
    rows = table.applicant_notice.c
    same = (rows.id == row.id) & (rows.status == WAITING) & (rows.due_at == row.due_at)
    return changed(tx, update(table.applicant_notice).where(same).values(due_at=until, attempts=row.attempts + 1)) == 1


def settle_applicant_notice(tx: Connection, row: ApplicantNoticeRow) -> None:
    """Write what became of a claimed notice: status, due_at, last_code, done_at."""
    values = {name: getattr(row, name) for name in ("status", "due_at", "last_code", "done_at")}
    tx.execute(update(table.applicant_notice).where(table.applicant_notice.c.id == row.id).values(values))


def applicant_notices_of(tx: Connection, application_id: str) -> list[ApplicantNoticeRow]:
    """Return every notice about an application that is kept, the oldest first."""
    return find_all(tx, ApplicantNoticeRow, table.applicant_notice, "made_at", "id", application_id=application_id)


def forget_applicant_notices(tx: Connection, before: str) -> int:
    """Delete notices that were settled before this time; return how many."""
    return changed(tx, delete(table.applicant_notice).where(table.applicant_notice.c.done_at < before))
