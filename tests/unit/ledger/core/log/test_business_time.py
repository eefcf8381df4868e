"""Time as an institution counts it: business days in its own zone, holidays and working days made up for them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ledger.core.log.business_time import BusinessTime
from ledger.core.log.directory import Calendar

HOUR, DAY = 3600, 86_400
SHANGHAI = BusinessTime(
    ZoneInfo("Asia/Shanghai"),
    Calendar(holidays=frozenset({date(2026, 10, 1)}), working_days=frozenset({date(2026, 10, 10)})),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("since", "until", "seconds"),
    [
        ("2026-11-23T09:00", "2026-11-23T10:30", HOUR * 3 // 2),
        ("2026-11-23T18:00", "2026-11-24T09:00", 15 * HOUR),
        ("2026-11-27T18:00", "2026-11-30T09:00", 15 * HOUR),  # a weekend between
        ("2026-11-28T10:00", "2026-11-29T10:00", 0),  # the weekend itself
        ("2026-11-23T12:00", "2026-11-27T12:00", 4 * DAY),
        ("2026-09-30T12:00", "2026-10-02T12:00", DAY),  # a holiday between
        ("2026-10-09T12:00", "2026-10-10T12:00", DAY),  # a Saturday that is worked
        ("2026-11-23T09:00", "2026-11-23T09:00", 0),
        ("2026-11-23T09:00", "2026-11-23T08:00", 0),
    ],
)
def test_only_business_days_of_the_institution_count(since: str, until: str, seconds: int) -> None:
    assert SHANGHAI.seconds_between(at(since), at(until)) == seconds


def test_day_is_that_of_the_institution_s_zone() -> None:
    assert SHANGHAI.day_of(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == "2026-11-24"


def test_day_with_a_change_of_clocks_has_the_hours_it_has() -> None:
    berlin = BusinessTime(ZoneInfo("Europe/Berlin"), Calendar(weekdays=frozenset(range(1, 8))))
    since, until = datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)
    assert berlin.seconds_between(since, until) == 25 * HOUR


def test_a_wait_of_many_years_is_not_walked_day_by_day() -> None:
    assert SHANGHAI.seconds_between(at("1990-01-01T00:00"), at("2026-01-01T00:00")) == 13_149 * DAY
