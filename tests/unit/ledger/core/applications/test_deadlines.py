"""Due days: business days of the institution's calendar, in its own zone."""

from datetime import UTC, date, datetime

import pytest

from ledger.core.applications.deadlines import WorkingTime
from ledger.core.log.directory import Calendar

FRIDAY_NIGHT = datetime(2026, 11, 27, 17, tzinfo=UTC)  # Saturday in Shanghai


@pytest.mark.parametrize(("days", "due"), [(0, "2026-11-28"), (1, "2026-11-30"), (2, "2026-12-01")])
def test_weekend_does_not_count(days: int, due: str) -> None:
    assert WorkingTime().due_day(FRIDAY_NIGHT, days) == due


def test_zone_says_which_day_it_is() -> None:
    assert WorkingTime(zone="UTC").due_day(FRIDAY_NIGHT, 1) == "2026-11-30"
    assert WorkingTime(zone="UTC").day(FRIDAY_NIGHT) == date(2026, 11, 27)


def test_holiday_and_working_day_made_up_for_it() -> None:
    calendar = Calendar(holidays=frozenset({date(2026, 11, 30)}), working_days=frozenset({date(2026, 11, 29)}))
    time = WorkingTime(calendar=calendar)
    assert [time.due_day(FRIDAY_NIGHT, days) for days in (1, 2)] == ["2026-11-29", "2026-12-01"]


def test_calendar_without_a_business_day_ends() -> None:
    assert WorkingTime(calendar=Calendar(weekdays=frozenset())).due_day(FRIDAY_NIGHT, 1) == "2028-01-02"
