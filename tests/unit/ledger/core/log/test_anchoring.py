from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.anchoring import (
    AnchorPolicy,
    Growth,
    Why,
    backoff_seconds,
    budget_start,
    due,
    log_subject_id,
    next_day_close,
)
from ledger.errors import InvalidInput

POLICY = AnchorPolicy(zone="Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # in Shanghai

MOMENTS = st.integers(1_577_836_800, 2_208_988_800).map(
    lambda second: datetime.fromtimestamp(second, UTC)
)  # 2020 to 2040


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


class TestDue:
    def test_growth_is_due_after_the_interval(self) -> None:
        found = due(POLICY, Growth(NOON))
        assert (found.at, found.why) == (NOON + seconds(300), Why.INTERVAL)

    def test_signed_agreement_is_due_soon_after_the_first_one(self) -> None:
        found = due(POLICY, Growth(NOON, NOON + seconds(10)))
        assert (found.at, found.why) == (NOON + seconds(12), Why.SIGNED)

    def test_agreement_signed_at_the_end_of_the_interval_does_not_delay_it(self) -> None:
        found = due(POLICY, Growth(NOON, NOON + seconds(299)))
        assert (found.at, found.why) == (NOON + seconds(300), Why.INTERVAL)

    def test_day_close_comes_before_a_long_interval(self) -> None:
        found = due(replace(POLICY, every_seconds=7 * 86_400), Growth(NOON))
        assert (found.at, found.why) == (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), Why.DAY_CLOSE)

    @given(MOMENTS, st.integers(0, 10_000))
    def test_nothing_is_due_before_it_grew_nor_later_than_the_interval(self, began: datetime, wait: int) -> None:
        found = due(POLICY, Growth(began, began + seconds(wait)))
        assert began < found.at <= began + seconds(POLICY.every_seconds)


class TestDayClose:
    def test_moment_of_the_close_itself_belongs_to_the_next_day(self) -> None:
        close = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
        assert next_day_close(POLICY, close - seconds(0.001)) == close
        assert next_day_close(POLICY, close) == close + timedelta(days=1)

    def test_cut_off_in_the_afternoon_is_taken_in_the_zone(self) -> None:
        policy = replace(POLICY, day_close=time(17, 30))
        assert next_day_close(policy, NOON) == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    def test_close_in_the_hour_that_summer_time_skips_still_comes_once(self) -> None:
        policy = AnchorPolicy(zone="Europe/Berlin", day_close=time(2, 30))
        before = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
        closes: list[datetime] = []
        while len(closes) < 3:
            before = next_day_close(policy, before)
            closes.append(before)
        assert [close.astimezone(UTC).day for close in closes] == [29, 30, 31]

    @given(
        MOMENTS,
        st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Apia"]),
    )
    def test_next_close_is_at_most_a_long_day_away(self, moment: datetime, zone: str) -> None:
        close = next_day_close(AnchorPolicy(zone=zone), moment)
        assert timedelta(0) < close - moment <= timedelta(hours=26)


class TestPolicy:
    @pytest.mark.parametrize(
        "change",
        [
            {"every_seconds": -1},
            {"soon_seconds": -1},
            {"fee_bump_seconds": 0},
            {"first_backoff_seconds": 0},
            {"first_backoff_seconds": 301},
            {"zone": "Asia/Nowhere"},
        ],
    )
    def test_policy_that_makes_no_sense_is_refused(self, change: dict[str, object]) -> None:
        with pytest.raises(InvalidInput):
            replace(POLICY, **change)  # type: ignore[arg-type]  # one field each

    def test_budget_runs_from_local_midnight(self) -> None:
        assert budget_start(POLICY, NOON) == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
        assert budget_start(POLICY, NOON + timedelta(hours=12)) == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)

    def test_backoff_doubles_up_to_its_cap(self) -> None:
        assert [backoff_seconds(POLICY, failures) for failures in (1, 2, 3, 9, 10, 10**9)] == [1, 2, 4, 256, 300, 300]


class TestLogSubject:
    def test_id_is_a_uuid_of_the_origin(self) -> None:
        found = log_subject_id("log.lender.example/2026")
        assert [len(part) for part in found.split("-")] == [8, 4, 4, 4, 12]
        assert found[14] == "8"
        assert found[19] in "89ab"

    def test_other_origin_has_another_id(self) -> None:
        assert log_subject_id("a.example") != log_subject_id("b.example")
