"""By which business day a step is due: in the institution's own zone, by its own calendar (DESIGN section 1).

Promises: pure. Leaves to others: whose calendar it is, and what follows when a day has passed.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.core.log.directory import DEFAULT_ZONE, Calendar

MAX_DAYS = 400  # a calendar without a business day in a year is a mistake, not a calendar


@dataclass(frozen=True)
class WorkingTime:
    """An institution's zone and business calendar."""

    zone: str = DEFAULT_ZONE
    calendar: Calendar = field(default_factory=Calendar)

    def day(self, now: datetime) -> date:
        """Return the local day of a moment."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def due_day(self, now: datetime, business_days: int) -> str:
        """Return the day so many business days after that of `now`, as 2026-11-23."""
        day, left = self.day(now), business_days
        for _ in range(MAX_DAYS):
            if left == 0:
                break
            day += timedelta(days=1)
            left -= self.calendar.is_business_day(day)
        return day.isoformat()
