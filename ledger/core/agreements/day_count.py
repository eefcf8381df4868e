"""What part of a year a span of days is, for interest (docs/formats/terms.md).

Promises: exact fractions; the first day counts, the last does not. Leaves to others: which spans (repayment).
Source of the formulas: 2006 ISDA Definitions, section 4.16 (b), (d), (e), (g).
"""

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

_MONTHS, _THIRTY, _YEAR_360, _YEAR_365, _YEAR_366 = 12, 30, 360, 365, 366


class DayCount(StrEnum):
    """A day-count convention."""

    THIRTY_360 = "30/360"
    ACTUAL_365 = "actual/365"
    ACTUAL_360 = "actual/360"
    ACTUAL_ACTUAL = "actual/actual"


@dataclass(frozen=True)
class Period:
    """From `start` up to but without `end`; `months` when it is a regular one of that many whole months."""

    start: date
    end: date
    months: int | None


def year_fraction(period: Period, convention: DayCount) -> Fraction:
    """Return the part of a year. With 30/360 a regular period is months of 30 days, whatever its days; others count as 30E/360."""
    if convention is DayCount.THIRTY_360:
        if period.months is not None:
            return Fraction(period.months, _MONTHS)
        return Fraction(_thirty_e(period.start, period.end), _YEAR_360)
    if convention is DayCount.ACTUAL_ACTUAL:
        return _actual_actual(period.start, period.end)
    return Fraction((period.end - period.start).days, _YEAR_360 if convention is DayCount.ACTUAL_360 else _YEAR_365)


def _thirty_e(start: date, end: date) -> int:
    months = (end.year - start.year) * _MONTHS + end.month - start.month
    return months * _THIRTY + min(end.day, _THIRTY) - min(start.day, _THIRTY)


def _actual_actual(start: date, end: date) -> Fraction:
    """Days in leap years over 366, the others over 365 (ISDA)."""
    total = Fraction(0)
    for year in range(start.year, end.year + 1):
        first, beyond = max(start, date(year, 1, 1)), min(end, date(year + 1, 1, 1))
        total += Fraction((beyond - first).days, _YEAR_366 if isleap(year) else _YEAR_365)
    return total


def months_later(start: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(start.year * _MONTHS + start.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
