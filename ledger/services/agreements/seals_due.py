"""Tell whether there is anything to seal or renew: asked often, answered from two indexes, without loading what seals are made with."""

from datetime import datetime, timedelta

from ledger.core.agreements.states import State
from ledger.core.log.directory import format_instant
from ledger.services.context import Stores
from ledger.storage import seals as rows
from ledger.storage.database import Connection


def seals_due(stores: Stores, now: datetime, *, days_ahead: int) -> bool:
    """Say whether a turn would find work: signed agreements, jobs that are due, time stamps that end within `days_ahead` days."""
    return stores.database.read(lambda tx: _look(tx, now, days_ahead))


def _look(tx: Connection, now: datetime, days_ahead: int) -> bool:
    before = format_instant(now + timedelta(days=days_ahead))
    return bool(
        rows.signed_agreements(tx, State.SIGNED, limit=1)
        or rows.due_jobs(tx, format_instant(now), limit=1)
        or rows.ending_versions(tx, before, limit=1)
    )
