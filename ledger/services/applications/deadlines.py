"""By which business day a step is due, in the institution's own zone and calendar."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.core.log.directory import parse_calendar
from ledger.errors import Unavailable
from ledger.storage.directory import InstitutionRow
from signing.canonical import decode

MAX_DAYS = 400  # a calendar without a business day in a year is a mistake, not a calendar


def due_day(institution: InstitutionRow | None, now: datetime, business_days: int) -> str:
    """Return the day by which a step is due: so many business days of the institution after today."""
    if institution is None:
        raise Unavailable("institution.unknown", "this installation holds no such institution")
    calendar = parse_calendar(decode(institution.calendar.encode()))
    day, left = now.astimezone(ZoneInfo(institution.zone)).date(), business_days
    for _ in range(MAX_DAYS):
        if left == 0:
            break
        day += timedelta(days=1)
        left -= calendar.is_business_day(day)
    return day.isoformat()
