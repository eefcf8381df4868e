"""Repayment schedules in whole minor units: published figures, then properties, then refusals."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.agreements.day_count import DayCount, months_later
from ledger.core.agreements.repayment import (
    BusinessDays,
    Instalment,
    Method,
    Plan,
    level_amount,
    make_schedule,
    rounded,
)
from ledger.core.log.directory import Calendar
from ledger.errors import InvalidInput

MONTHLY = Plan(
    principal=1_000_000,
    annual_rate=Fraction(12, 100),
    term_months=12,
    method=Method.EQUAL_INSTALMENT,
    every_months=1,
    day_count=DayCount.THIRTY_360,
    drawdown=date(2026, 11, 30),
    first_due=date(2026, 12, 30),
)
WEEKDAYS = Calendar()


def loan(principal: int, percent: str, months: int, method: Method = Method.EQUAL_INSTALMENT) -> tuple[Instalment, ...]:
    changed = {"principal": principal, "annual_rate": Fraction(percent) / 100, "term_months": months, "method": method}
    return make_schedule(replace(MONTHLY, **changed))  # type: ignore[arg-type]  # names of fields, each with its type


@pytest.mark.parametrize(
    ("principal", "percent", "months", "instalment"),
    [
        # Answers of banks' customer services to borrowers at the benchmark rate of 4.90 %, as widely published:
        # 630,000 yuan over 30 years 3,343.58; 300,000 over 30 years 1,592.18; 1,000,000 over 20 years 6,544.44
        (63_000_000, "4.9", 360, 334_358),
        (30_000_000, "4.9", 360, 159_218),
        (100_000_000, "4.9", 240, 654_444),
        # US Consumer Financial Protection Bureau, Closing Disclosure sample H-25(B): $162,000, 3.875 %, 30 years, $761.78
        (16_200_000, "3.875", 360, 76_178),
    ],
)
def test_equal_instalment_is_the_published_one(principal: int, percent: str, months: int, instalment: int) -> None:
    rows = loan(principal, percent, months)
    assert {row.amount for row in rows[:-1]} == {instalment}
    assert abs(rows[-1].amount - instalment) <= months
    assert rows[-1].outstanding == 0


def test_first_month_of_an_equal_instalment_is_split_as_published() -> None:
    """The same answers: 1,000,000 yuan over 20 years at 4.90 %: interest 4,083.33 and principal 2,461.11 in the first month."""
    first = loan(100_000_000, "4.9", 240)[0]
    assert (first.interest, first.principal) == (408_333, 246_111)


def test_equal_principal_is_the_published_one() -> None:
    """The same answers: 630,000 yuan over 30 years at 4.90 %: first 4,322.50, 7.15 less each month, interest 464,336.25 in all."""
    rows = loan(63_000_000, "4.9", 360, Method.EQUAL_PRINCIPAL)
    assert rows[0].amount == 432_250
    assert {earlier.amount - later.amount for earlier, later in pairwise(rows)} <= {714, 715}
    assert abs(sum(row.interest for row in rows) - 46_433_625) <= len(rows) // 2  # ours rounds each month


def test_schedule_of_a_year_at_twelve_percent_is_the_textbook_one() -> None:
    rows = make_schedule(MONTHLY)
    assert [row.amount for row in rows] == [88_849] * 11 + [88_847]
    assert [row.interest for row in rows[:3]] == [10_000, 9_212, 8_415]


def test_interest_only_pays_the_principal_at_the_end() -> None:
    rows = loan(1_000_000, "6", 6, Method.INTEREST_ONLY)
    assert [row.amount for row in rows] == [5_000] * 5 + [1_005_000]


def test_bullet_pays_once_with_simple_interest_over_the_whole_term() -> None:
    plan = replace(MONTHLY, method=Method.BULLET, every_months=12, first_due=date(2027, 11, 30))
    assert [(row.due, row.interest, row.principal) for row in make_schedule(plan)] == [
        (date(2027, 11, 30), 120_000, 1_000_000)
    ]
    by_days = make_schedule(replace(plan, day_count=DayCount.ACTUAL_360))
    assert by_days[0].interest == rounded(Fraction(1_000_000 * 12 * 365, 100 * 360))


def test_quarterly_periods_count_three_months_each() -> None:
    rows = make_schedule(replace(MONTHLY, every_months=3, first_due=date(2027, 2, 28), method=Method.EQUAL_PRINCIPAL))
    assert [row.interest for row in rows] == [30_000, 22_500, 15_000, 7_500]


def test_irregular_first_period_bears_interest_for_its_days() -> None:
    rows = make_schedule(replace(MONTHLY, first_due=date(2027, 1, 14), method=Method.INTEREST_ONLY))
    assert [row.interest for row in rows[:2]] == [rounded(Fraction(1_000_000 * 12 * 44, 100 * 360)), 10_000]


def test_halves_are_rounded_upwards() -> None:
    assert [rounded(Fraction(value, 2)) for value in (1, 2, 3, 5)] == [1, 1, 2, 3]


def test_due_days_stay_within_short_months_and_return_to_the_day() -> None:
    rows = make_schedule(replace(MONTHLY, drawdown=date(2026, 12, 1), first_due=date(2026, 12, 31)))
    assert [row.due.isoformat() for row in rows[:4]] == ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        (BusinessDays.UNADJUSTED, "2027-01-30"),
        (BusinessDays.FOLLOWING, "2027-02-01"),
        (BusinessDays.MODIFIED_FOLLOWING, "2027-01-29"),
        (BusinessDays.PRECEDING, "2027-01-29"),
    ],
)
def test_due_day_on_a_saturday_moves_by_the_rule_and_the_amount_stays(rule: BusinessDays, due: str) -> None:
    plan = replace(MONTHLY, business_days=rule, day_count=DayCount.ACTUAL_365)
    rows = make_schedule(plan, WEEKDAYS.is_business_day)
    assert rows[1].due == date.fromisoformat(due)
    assert [row.amount for row in rows] == [row.amount for row in make_schedule(plan)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"every_months": 5}, "no whole number of periods"),
        ({"every_months": 0}, "no whole number of periods"),
        ({"method": Method.BULLET}, "a bullet loan has one period"),
        ({"first_due": date(2026, 11, 30)}, "after the drawdown"),
        ({"first_due": date(2027, 1, 31)}, "at most two periods after"),
        ({"principal": 5}, "instalment 1 would be nothing"),
        (
            {
                "annual_rate": Fraction(22, 100),
                "term_months": 240,
                "day_count": DayCount.ACTUAL_365,
                "principal": 10**9,
            },
            "not cover the interest of period 2",
        ),
        ({"method": Method.INTEREST_ONLY, "annual_rate": Fraction(0)}, "would be nothing"),
        ({"method": Method.EQUAL_PRINCIPAL, "principal": 7, "annual_rate": Fraction(0)}, "would be nothing"),
    ],
)
def test_terms_that_make_no_schedule_are_refused_and_say_why(change: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        make_schedule(replace(MONTHLY, **change))  # type: ignore[arg-type]  # names of fields, each with its type
    assert refused.value.code == "terms.schedule"


def test_calendar_without_business_days_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no business day within"):
        make_schedule(replace(MONTHLY, business_days=BusinessDays.FOLLOWING), lambda _: False)


def test_first_instalment_that_moves_to_the_drawdown_is_refused() -> None:
    friday, saturday = date(2026, 12, 4), date(2026, 12, 5)
    plan = replace(MONTHLY, business_days=BusinessDays.PRECEDING, drawdown=friday, first_due=saturday)
    with pytest.raises(InvalidInput, match="on the day of drawdown"):
        make_schedule(plan, WEEKDAYS.is_business_day)


def test_two_instalments_on_one_business_day_are_refused() -> None:
    plan = replace(MONTHLY, business_days=BusinessDays.FOLLOWING, first_due=date(2026, 12, 20))
    with pytest.raises(InvalidInput, match="on one business day"):
        make_schedule(plan, lambda day: day >= date(2027, 1, 20))


plans = st.builds(
    Plan,
    principal=st.integers(10**9, 2**53),
    annual_rate=st.builds(Fraction, st.integers(1, 12_000_000), st.just(100_000_000)),
    term_months=st.integers(1, 60).map(lambda periods: periods * 6),
    method=st.sampled_from([Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.INTEREST_ONLY]),
    every_months=st.sampled_from([1, 2, 3, 6]),
    day_count=st.sampled_from(list(DayCount)),
    drawdown=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    first_due=st.just(date(2000, 2, 1)),
).map(lambda plan: replace(plan, first_due=months_later(plan.drawdown, plan.every_months)))


@given(plans)
def test_parts_add_up_to_the_principal_and_never_run_backwards(plan: Plan) -> None:
    rows = make_schedule(plan)
    assert len(rows) == plan.instalments
    assert sum(row.principal for row in rows) == plan.principal
    assert rows[-1].outstanding == 0
    assert all(row.principal >= 0 and row.interest >= 0 for row in rows)
    assert all(
        later.due > earlier.due and later.outstanding <= earlier.outstanding for earlier, later in pairwise(rows)
    )


@given(plans)
def test_last_instalment_alone_differs_and_only_by_what_rounding_left(plan: Plan) -> None:
    rows = make_schedule(replace(plan, method=Method.EQUAL_INSTALMENT))
    assert len({row.amount for row in rows[:-1]}) <= 1
    most_a_period = Fraction(12 * plan.every_months * 366, 100 * 12 * 360) * Fraction(62, 59)
    left, growth = Fraction(0), Fraction(1)
    for _ in rows:  # half a unit of rounding in the amount and half in each interest, with the interest that these bear
        left, growth = left + growth, growth * (1 + most_a_period)
    assert abs(rows[-1].amount - rows[0].amount) <= left


@given(st.integers(1, 10**15), st.lists(st.fractions(0, 2, max_denominator=36_500), min_size=1, max_size=40))
def test_level_amount_is_worth_the_principal_exactly(principal: int, rates: list[Fraction]) -> None:
    amount, worth, factor = level_amount(principal, rates), Fraction(0), Fraction(1)
    for rate in rates:
        factor /= 1 + rate
        worth += amount * factor
    assert worth == principal
