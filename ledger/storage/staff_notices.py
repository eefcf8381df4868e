"""Rows of the outbox of mails to staff.

Promises: one notice per person, kind and cause; a worker sends only what it claimed, so two workers never send one at the same time.
Leaves the words and the sending to others. DESIGN 9.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from ledger.storage.outbox import WAITING, Outbox
from ledger.storage.rows import find_all
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


STAFF_NOTICES = Outbox(table.staff_notice, StaffNoticeRow, ("status", "due_at", "last_code", "done_at"))
queue_staff_notices = STAFF_NOTICES.queue
forget_staff_notices = STAFF_NOTICES.forget


def staff_notices_of(tx: Connection, person_id: str) -> list[StaffNoticeRow]:
    """Return every notice to a person that is kept, the oldest first."""
    return find_all(tx, StaffNoticeRow, table.staff_notice, "made_at", "id", person_id=person_id)
