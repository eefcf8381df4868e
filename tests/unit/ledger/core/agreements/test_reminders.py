from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.agreements.reminders import (
    BETWEEN_REMINDERS,
    MOST_REMINDERS,
    check_may_remind,
    is_reminder_due,
    not_in_quiet_hours,
)
from ledger.errors import Conflict

ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC"]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive by the library's rule


@pytest.mark.parametrize(
    ("moment", "zone", "due"),
    [
        ("2026-11-23T15:04:00Z", "Asia/Shanghai", "2026-11-24T01:00:00Z"),  # 23:04 → 09:00 next day
        ("2026-11-23T16:30:00Z", "Asia/Shanghai", "2026-11-24T01:00:00Z"),  # 00:30 → 09:00 the same day
        ("2026-11-23T01:00:00Z", "Asia/Shanghai", "2026-11-23T01:00:00Z"),  # 09:00 sharp
        ("2026-11-23T12:59:59Z", "Asia/Shanghai", "2026-11-23T12:59:59Z"),  # 20:59:59
        ("2026-11-23T13:00:00Z", "Asia/Shanghai", "2026-11-24T01:00:00Z"),  # 21:00
        ("2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-25T08:00:00Z"),  # the night the clocks go back
        ("2026-03-29T00:30:00Z", "Europe/Berlin", "2026-03-29T07:00:00Z"),  # the night they go forward
    ],
)
def test_nobody_is_reminded_at_night(moment: str, zone: str, due: str) -> None:
    assert not_in_quiet_hours(datetime.fromisoformat(moment), zone) == datetime.fromisoformat(due)


@given(moments, st.sampled_from(ZONES))
def test_a_reminder_comes_in_the_day_no_earlier_and_within_twelve_hours(moment: datetime, zone: str) -> None:
    due = not_in_quiet_hours(moment, zone)
    assert moment <= due <= moment + timedelta(hours=13)
    assert time(9) <= due.astimezone(ZoneInfo(zone)).time() < time(21)
    assert not_in_quiet_hours(due, zone) == due


NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_reminders_by_hand_are_a_day_apart_and_few() -> None:
    check_may_remind([], NOW)
    check_may_remind([NOW - BETWEEN_REMINDERS], NOW)
    for reminded, code in (
        ([NOW - BETWEEN_REMINDERS + timedelta(seconds=1)], "reminder.too-soon"),
        ([NOW - timedelta(days=day) for day in range(1, MOST_REMINDERS + 1)], "reminder.too-many"),
    ):
        with pytest.raises(Conflict) as no:
            check_may_remind(reminded, NOW)
        assert no.value.code == code


def test_automatic_reminders_come_after_two_and_five_days_counting_those_by_hand() -> None:
    def due(days: float, *reminded: float) -> bool:
        invited = NOW - timedelta(days=days)
        return is_reminder_due(invited, [invited + timedelta(days=day) for day in reminded], NOW)

    assert not due(1.9)
    assert due(2)
    assert not due(3, 2)
    assert due(5, 2)
    assert not due(5, 2, 4.9)
    assert not due(9, 2, 5)
    assert not due(5.5, 5)  # reminded by hand half a day ago
