"""Parts of a year under each day count."""

from datetime import date
from fractions import Fraction

import pytest

from ledger.core.agreements.day_count import DayCount, Period, months_later, year_fraction


@pytest.mark.parametrize(
    ("start", "end", "convention", "fraction"),
    [
        # ISDA, "EMU and market conventions: recent developments" (1998), the actual/actual example: 1 November 2003 to 1 May 2004
        ("2003-11-01", "2004-05-01", DayCount.ACTUAL_ACTUAL, Fraction(61, 365) + Fraction(121, 366)),
        ("1999-02-01", "1999-07-01", DayCount.ACTUAL_ACTUAL, Fraction(150, 365)),
        ("1999-07-01", "2000-07-01", DayCount.ACTUAL_ACTUAL, Fraction(184, 365) + Fraction(182, 366)),
        ("2026-01-15", "2026-02-15", DayCount.ACTUAL_365, Fraction(31, 365)),
        ("2024-02-01", "2024-03-01", DayCount.ACTUAL_360, Fraction(29, 360)),
        ("2026-01-31", "2026-03-31", DayCount.THIRTY_360, Fraction(60, 360)),
        ("2026-02-28", "2026-03-31", DayCount.THIRTY_360, Fraction(32, 360)),
        ("2025-12-10", "2026-01-15", DayCount.THIRTY_360, Fraction(35, 360)),
    ],
)
def test_part_of_a_year_is_exact(start: str, end: str, convention: DayCount, fraction: Fraction) -> None:
    period = Period(date.fromisoformat(start), date.fromisoformat(end), None)
    assert year_fraction(period, convention) == fraction


def test_regular_month_is_a_twelfth_under_30_360_whatever_its_days() -> None:
    february = Period(date(2026, 2, 28), date(2026, 3, 28), 1)
    assert year_fraction(february, DayCount.THIRTY_360) == Fraction(1, 12)
    assert year_fraction(february, DayCount.ACTUAL_365) == Fraction(28, 365)


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-12-31", 3, "2027-03-31"),
        ("2026-12-15", 0, "2026-12-15"),
        ("2026-11-30", 13, "2027-12-30"),
    ],
)
def test_a_later_month_without_the_day_ends_on_its_last(start: str, months: int, day: str) -> None:
    assert months_later(date.fromisoformat(start), months) == date.fromisoformat(day)
