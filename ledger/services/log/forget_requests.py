"""Forget old idempotency records: a request sent again after a week is a new request."""

from datetime import datetime, timedelta

from ledger.core.log.directory import format_instant
from ledger.services.context import Stores
from ledger.storage.idempotency import forget_before

KEPT = timedelta(days=7)  # far longer than any client retries


def forget_requests(stores: Stores, now: datetime) -> int:
    """Delete the records older than KEPT; return how many."""
    return stores.database.write(lambda tx: forget_before(tx, format_instant(now - KEPT)))
