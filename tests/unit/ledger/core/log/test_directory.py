from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.directory import (
    DEFAULT_NUMBERING_RULE,
    MAX_HOLIDAYS,
    Calendar,
    add_seconds,
    check_code,
    check_zone,
    format_instant,
    parse_calendar,
    parse_numbering_rule,
)
from ledger.errors import InvalidInput

DAY = date(2026, 11, 3)


def test_the_default_rule_prints_code_year_and_six_digits() -> None:
    rule = parse_numbering_rule(DEFAULT_NUMBERING_RULE)
    assert rule.number(code="BANK", day=DAY, sequence=42) == "BANK-2026-000042"
    assert rule.period(DAY) == "2026"


@pytest.mark.parametrize(
    ("rule", "number", "period"),
    [
        ("{seq:04}", "0007", "always"),
        ("L{year}/{month}.{seq:03}", "L2026/11.007", "2026-11"),
        ("{year}{month}{day}-{seq:09}", "20261103-000000007", "2026-11-03"),
    ],
)
def test_the_counter_runs_as_long_as_the_finest_date_printed(rule: str, number: str, period: str) -> None:
    parsed = parse_numbering_rule(rule)
    assert (parsed.number(code="BANK", day=DAY, sequence=7), parsed.period(DAY)) == (number, period)


@pytest.mark.parametrize(
    "rule",
    ["", "{code}-{year}", "{seq:06}{seq:06}", "{seq}", "{seq:00}", "{seq:6}", "{seq:06} x", "{seq:06}\n", "{day}-{seq:06}", "{month}-{seq:06}",
     "{year}{day}{seq:06}", "{name}{seq:06}", "编{seq:06}", "A" * 70 + "{seq:06}"],
)  # fmt: skip
def test_a_rule_that_could_repeat_or_not_be_read_is_refused(rule: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_numbering_rule(rule)
    assert (refused.value.code, refused.value.field) == ("numbering.invalid", "numbering_rule")


def test_a_counter_that_outgrew_its_width_is_refused_rather_than_printed_longer() -> None:
    rule = parse_numbering_rule("{seq:03}")
    assert rule.number(code="BANK", day=DAY, sequence=999) == "999"
    with pytest.raises(InvalidInput, match="widen") as refused:
        rule.number(code="BANK", day=DAY, sequence=1000)
    assert refused.value.code == "numbering.exhausted"


@given(st.dates(), st.integers(1, 999_999), st.dates(), st.integers(1, 999_999))
def test_no_number_is_printed_twice(day: date, first: int, other: date, second: int) -> None:
    rule = parse_numbering_rule("{code}-{year}{month}-{seq:06}")
    same = (rule.period(day), first) == (rule.period(other), second)
    assert (
        rule.number(code="B1", day=day, sequence=first) == rule.number(code="B1", day=other, sequence=second)
    ) == same


@pytest.mark.parametrize("code", ["B1", "BANK", "A23456789012"])
def test_codes_of_capitals_and_digits_pass(code: str) -> None:
    assert check_code(code) == code


@pytest.mark.parametrize("code", ["", "B", "bank", "1BANK", "BANK-1", "A234567890123", "BANK\n", "银行"])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_code(code)
    assert refused.value.code == "institution.code"


def test_zones_are_iana_names() -> None:
    assert check_zone("Asia/Shanghai").key == "Asia/Shanghai"
    for name in ("", "Mars/Base", "../etc/passwd", "Asia/", "x" * 300):
        with pytest.raises(InvalidInput) as refused:
            check_zone(name)
        assert refused.value.code == "institution.zone"


def test_a_calendar_knows_weekends_holidays_and_made_up_working_days() -> None:
    calendar = parse_calendar({"weekdays": [1, 2, 3, 4, 5], "holidays": ["2026-10-01"], "working_days": ["2026-10-10"]})
    answers = {day: calendar.is_business_day(date(2026, 10, day)) for day in (1, 2, 3, 10, 11)}
    assert answers == {1: False, 2: True, 3: False, 10: True, 11: False}
    assert parse_calendar(calendar.to_json()) == calendar


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"weekdays": [1], "holidays": []},
        {"weekdays": [1], "holidays": [], "working_days": [], "x": 1},
        {"weekdays": [], "holidays": [], "working_days": []},
        {"weekdays": [0], "holidays": [], "working_days": []},
        {"weekdays": [8], "holidays": [], "working_days": []},
        {"weekdays": [True], "holidays": [], "working_days": []},
        {"weekdays": ["1"], "holidays": [], "working_days": []},
        {"weekdays": "12345", "holidays": [], "working_days": []},
        {"weekdays": [1], "holidays": ["2026-02-30"], "working_days": []},
        {"weekdays": [1], "holidays": [20261001], "working_days": []},
        {"weekdays": [1], "holidays": "2026-10-01", "working_days": []},
        {"weekdays": [1], "holidays": ["2026-10-01"] * (MAX_HOLIDAYS + 1), "working_days": []},
        {"weekdays": [1], "holidays": ["2026-10-01"], "working_days": ["2026-10-01"]},
    ],
)
def test_a_calendar_that_is_not_one_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_calendar(value)
    assert refused.value.code == "calendar.invalid"


def test_the_usual_calendar_is_monday_to_friday() -> None:
    assert [Calendar().is_business_day(date(2026, 11, 23) + timedelta(days=ahead)) for ahead in range(7)] == [
        True
    ] * 5 + [False] * 2


def test_instants_are_utc_with_milliseconds() -> None:
    shanghai = timezone(timedelta(hours=8))
    moment = datetime(2026, 11, 23, 23, 4, 5, 123_999, tzinfo=shanghai)
    assert format_instant(moment) == "2026-11-23T15:04:05.123Z"
    assert add_seconds(moment.astimezone(UTC), 60) == "2026-11-23T15:05:05.123Z"
