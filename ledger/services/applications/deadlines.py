"""By which business day a step is due, in the institution's own zone and calendar."""

from datetime import datetime

from ledger.core.applications.deadlines import WorkingTime
from ledger.core.log.directory import parse_calendar
from ledger.errors import Unavailable
from ledger.storage.directory import InstitutionRow
from signing.canonical import decode


def working_time(institution: InstitutionRow | None) -> WorkingTime:
    """Return an institution's zone and calendar; raise Unavailable("institution.unknown")."""
    if institution is None:
        raise Unavailable("institution.unknown", "this installation holds no such institution")
    return WorkingTime(institution.zone, parse_calendar(decode(institution.calendar.encode())))


def due_day(institution: InstitutionRow | None, now: datetime, business_days: int) -> str:
    """Return the day by which a step is due: so many business days of the institution after today."""
    return working_time(institution).due_day(now, business_days)
