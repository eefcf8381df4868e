"""Time as an institution counts it: seconds on its business days, and the day it is, in its own zone and calendar (DESIGN section 1).

Promises: pure; a business day counts whole, from midnight to midnight, since a calendar has no hours.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from ledger.core.log.directory import Calendar

_DAY = timedelta(days=1)
MAX_DAYS = 4_000  # longer than any application waits; beyond it every day counts


@dataclass(frozen=True)
class BusinessTime:
    """The zone and calendar of one institution."""

    zone: tzinfo
    calendar: Calendar

    def day_of(self, at: datetime) -> str:
        """Return the institution's own day at a moment, as 2026-11-23."""
        return at.astimezone(self.zone).date().isoformat()

    def seconds_between(self, since: datetime, until: datetime) -> int:
        """Return the whole seconds from one moment to a later one that fell on business days; 0 when it is not later."""
        if until <= since:
            return 0
        first, last = since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        if first == last:
            return self._counted(first, since, until)
        if (last - first).days > MAX_DAYS:
            return int((until - since).total_seconds())
        seconds = self._counted(first, since, self._midnight(first + _DAY))
        seconds += self._counted(last, self._midnight(last), until)
        day = first + _DAY
        while day < last:
            seconds += self._counted(day, self._midnight(day), self._midnight(day + _DAY))
            day += _DAY
        return seconds

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def _counted(self, day: date, since: datetime, until: datetime) -> int:
        if not self.calendar.is_business_day(day):
            return 0
        return int(until.timestamp() - since.timestamp())  # by instants: a day with a change of clocks is not 24 hours
