"""The repayment schedule of an instalment loan, in whole minor units.

Promises: exact integer arithmetic, rounded half up once per amount; the principal parts add up to the principal.
Leaves to others: business days, other kinds of repayment.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_PERIODS = 12 * 10_000  # a rate in basis points a year is this fraction a month


@dataclass(frozen=True)
class Instalment:
    """One line of the schedule; amounts in minor units."""

    number: int
    due: date
    interest: int
    principal: int
    outstanding: int

    @property
    def amount(self) -> int:
        return self.interest + self.principal


def level_instalments(
    *, principal: int, rate_basis_points: int, months: int, first_due: date
) -> tuple[Instalment, ...]:
    """Return the instalments of equal amount that repay `principal`; the last one settles what rounding has left."""
    amount = _level_amount(principal, rate_basis_points, months)
    rows: list[Instalment] = []
    outstanding = principal
    for number in range(1, months + 1):
        interest = _rounded(outstanding * rate_basis_points, _PERIODS)
        repaid = outstanding if number == months else min(amount - interest, outstanding)
        outstanding -= repaid
        rows.append(Instalment(number, _months_later(first_due, number - 1), interest, repaid, outstanding))
    return tuple(rows)


def _level_amount(principal: int, rate: int, months: int) -> int:
    if rate == 0:
        return _rounded(principal, months)
    grown, flat = (_PERIODS + rate) ** months, _PERIODS**months
    return _rounded(principal * rate * grown, _PERIODS * (grown - flat))


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
