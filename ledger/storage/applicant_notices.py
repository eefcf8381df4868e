"""Rows of the outbox of mails to applicants.

Promises: one notice per person and cause; a worker sends only what it claimed, so two workers never send one at the same time. No address
stands here. Leaves the words and the sending to others. DESIGN 6 and 9.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from ledger.storage.forms import Instant
from ledger.storage.outbox import WAITING, Outbox
from ledger.storage.rows import find_all
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


APPLICANT_NOTICES = Outbox(table.applicant_notice, ApplicantNoticeRow, ("status", "due_at", "last_code", "done_at"))
queue_applicant_notices = APPLICANT_NOTICES.queue
forget_applicant_notices = APPLICANT_NOTICES.forget


def applicant_notices_of(tx: Connection, application_id: str) -> list[ApplicantNoticeRow]:
    """Return every notice about an application that is kept, the oldest first."""
    return find_all(tx, ApplicantNoticeRow, table.applicant_notice, "made_at", "id", application_id=application_id)
