"""Forget what has served: links, sessions, codes, notices and deliveries that ended weeks ago. What they led to is in the log."""

from datetime import datetime, timedelta

from ledger.core.log.directory import format_instant
from ledger.services.context import Stores
from ledger.storage.applicant_notices import forget_applicant_notices
from ledger.storage.database import Connection
from ledger.storage.notices import forget_notices
from ledger.storage.sessions import forget_sessions
from ledger.storage.staff_notices import forget_staff_notices
from ledger.storage.webhooks import forget_deliveries

KEPT = timedelta(days=60)  # longer than the span in which anybody asks whether a message was sent


def forget_messages(stores: Stores, now: datetime) -> int:
    """Delete the rows that ended before KEPT; return how many."""
    before = format_instant(now - KEPT)

    def work(tx: Connection) -> int:
        return (
            forget_sessions(tx, before)
            + forget_notices(tx, before)
            + forget_deliveries(tx, before)
            + forget_staff_notices(tx, before)
            + forget_applicant_notices(tx, before)
        )

    return stores.database.write(work)
