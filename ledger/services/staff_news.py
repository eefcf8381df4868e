"""Tell members of staff that something waits for them: a notice for each, in the transaction of whatever makes it wait.

Promises: one notice per person, kind and cause, however often it is queued; whoever gave no address gets none. Any service may call it.
Leaves to others: the sending (log/send_staff_news), and whether it still matters by then.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.core.log.directory import format_instant
from ledger.core.log.staff_news import News
from ledger.services.context import Act
from ledger.storage.database import Connection
from ledger.storage.person_addresses import address_entry
from ledger.storage.staff_notices import StaffNoticeRow, queue_staff_notices


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits: of which institution, about which agreement or application, and what made it wait."""

    news: News
    institution_id: str
    subject_id: str
    cause: str


def tell_staff(tx: Connection, act: Act, what: Waiting, people: Iterable[str]) -> int:
    """Queue a notice to each of these people who has an address; return how many are new."""
    at = format_instant(act.now)
    rows = [
        StaffNoticeRow(
            id=act.new_id(),
            institution_id=what.institution_id,
            person_id=person,
            kind=what.news,
            subject_id=what.subject_id,
            cause=what.cause,
            made_at=at,
            due_at=at,
        )
        for person in sorted(set(people))
        if address_entry(tx, person) is not None
    ]
    return queue_staff_notices(tx, rows)
