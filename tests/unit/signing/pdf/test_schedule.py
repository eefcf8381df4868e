"""Repayment schedules in whole minor units."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from signing.pdf.schedule import level_instalments

FIRST = date(2026, 12, 31)


def test_schedule_of_a_year_at_twelve_percent_is_the_textbook_one() -> None:
    rows = level_instalments(principal=1_000_000, rate_basis_points=1200, months=12, first_due=FIRST)

    assert [row.amount for row in rows] == [88_849] * 11 + [88_847]
    assert [row.interest for row in rows[:3]] == [10_000, 9_212, 8_415]
    assert rows[-1].outstanding == 0


def test_due_days_stay_within_short_months_and_return_to_the_day() -> None:
    rows = level_instalments(principal=100, rate_basis_points=0, months=15, first_due=FIRST)

    assert [row.due.isoformat() for row in rows[:4]] == ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]
    assert rows[14].due == date(2028, 2, 29)


def test_loan_without_interest_is_divided_and_the_last_instalment_settles_the_rest() -> None:
    rows = level_instalments(principal=100, rate_basis_points=0, months=3, first_due=FIRST)

    assert [row.amount for row in rows] == [33, 33, 34]


@given(st.integers(1, 2**53 - 1), st.integers(0, 10_000), st.integers(1, 480))
def test_parts_add_up_to_the_principal_and_never_run_backwards(principal: int, rate: int, months: int) -> None:
    rows = level_instalments(principal=principal, rate_basis_points=rate, months=months, first_due=FIRST)

    assert sum(row.principal for row in rows) == principal
    assert rows[-1].outstanding == 0
    assert len(rows) == months
    assert all(row.principal >= 0 and row.interest >= 0 for row in rows)
    assert all(
        later.due > earlier.due and later.outstanding <= earlier.outstanding for earlier, later in pairwise(rows)
    )
