"""The repayment schedule of a loan, in whole minor units (DESIGN section 5, docs/formats/terms.md).

Promises: exact integer and fraction arithmetic; each amount is rounded once, half up to the minor unit; the principal parts add
up to the principal and the last instalment settles what rounding has left. Due days move to business days, amounts do not.
Leaves to others: what a day count is (day_count), what the loan costs a year (loan_cost), arrears and early repayment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import lcm

from ledger.core.agreements.day_count import DayCount, Period, months_later, year_fraction
from ledger.errors import InvalidInput

MAX_SHIFT_DAYS = 31  # a calendar without a business day for a month is a mistake

IsBusinessDay = Callable[[date], bool]


class Method(StrEnum):
    """How principal and interest are spread over the instalments."""

    EQUAL_INSTALMENT = "equal-instalment"
    EQUAL_PRINCIPAL = "equal-principal"
    INTEREST_ONLY = "interest-only"
    BULLET = "bullet"


class BusinessDays(StrEnum):
    """Where a due day goes that is no business day."""

    UNADJUSTED = "unadjusted"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified-following"
    PRECEDING = "preceding"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What decides a schedule: `annual_rate` is a fraction of one (4.85 % is 97/2000), `every_months` the whole months of a period."""

    principal: int
    annual_rate: Fraction
    term_months: int
    method: Method
    every_months: int
    day_count: DayCount
    drawdown: date
    first_due: date
    business_days: BusinessDays = BusinessDays.UNADJUSTED

    @property
    def instalments(self) -> int:
        return self.term_months // self.every_months


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One line of the schedule; amounts in minor units, `due` after the move to a business day."""

    number: int
    due: date
    interest: int
    principal: int
    outstanding: int

    @property
    def amount(self) -> int:
        return self.interest + self.principal


def make_schedule(plan: Plan, is_business_day: IsBusinessDay = lambda _: True) -> tuple[Instalment, ...]:
    """Return the instalments in order; raise InvalidInput("terms.schedule") when the terms make no possible schedule."""
    _check(plan)
    days = [months_later(plan.first_due, place * plan.every_months) for place in range(plan.instalments)]
    rates = _period_rates(plan, days)
    parts = _PARTS[plan.method](plan.principal, rates)
    rows: list[Instalment] = []
    outstanding = plan.principal
    for place, (interest, principal) in enumerate(parts):
        outstanding -= principal
        due = _move(days[place], plan.business_days, is_business_day)
        row = Instalment(number=place + 1, due=due, interest=interest, principal=principal, outstanding=outstanding)
        if row.amount <= 0:
            raise _impossible(f"instalment {row.number} would be nothing; choose fewer instalments or another method")
        rows.append(row)
    if rows[0].due <= plan.drawdown:
        raise _impossible("the first instalment would fall due on the day of drawdown, moved to a business day")
    if any(later.due <= earlier.due for earlier, later in pairwise(rows)):
        raise _impossible("two instalments would fall due on one business day")
    return tuple(rows)


def rounded(amount: Fraction) -> int:
    """Return the nearest whole number, halves upwards."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def _check(plan: Plan) -> None:
    if plan.every_months < 1 or plan.term_months % plan.every_months:
        raise _impossible(f"a term of {plan.term_months} months is no whole number of periods of {plan.every_months}")
    if plan.method is Method.BULLET and plan.instalments != 1:
        raise _impossible("a bullet loan has one period: every_months must equal term_months")
    if not plan.drawdown < plan.first_due <= months_later(plan.drawdown, 2 * plan.every_months):
        raise _impossible("the first instalment must fall after the drawdown, and at most two periods after it")


def _period_rates(plan: Plan, days: Sequence[date]) -> tuple[Fraction, ...]:
    """Return the interest of one unit of principal for each period: the first from the drawdown on, the others between due days."""
    regular = months_later(plan.drawdown, plan.every_months) == plan.first_due
    periods = [Period(plan.drawdown, days[0], plan.every_months if regular else None)]
    periods += [Period(start, end, plan.every_months) for start, end in pairwise(days)]
    return tuple(plan.annual_rate * year_fraction(period, plan.day_count) for period in periods)


def _level_parts(principal: int, rates: Sequence[Fraction]) -> list[tuple[int, int]]:
    amount = rounded(level_amount(principal, rates))
    parts: list[tuple[int, int]] = []
    outstanding = principal
    for place, rate in enumerate(rates):
        interest = rounded(outstanding * rate)
        last = place == len(rates) - 1
        if amount < interest and not last:
            raise _impossible(
                f"the equal instalment would not cover the interest of period {place + 1}: shorten the term"
            )
        repaid = outstanding if last else min(amount - interest, outstanding)
        outstanding -= repaid
        parts.append((interest, repaid))
    return parts


def level_amount(principal: int, rates: Sequence[Fraction]) -> Fraction:
    """Return the exact equal amount that repays `principal` at the end of each period: P ÷ Σ 1 ÷ Π (1 + rate).

    Kept in whole numbers over one denominator q: P·Π(q+nᵢ) ÷ Σᵢ qⁱ·Πⱼ₎ᵢ(q+nⱼ), which needs no common divisor on the way.
    """
    q = lcm(*(rate.denominator for rate in rates))
    grown = [q + rate.numerator * (q // rate.denominator) for rate in rates]
    suffix, total, power = 1, 0, q ** len(rates)
    for factor in reversed(grown):
        total += suffix * power
        suffix *= factor
        power //= q
    return Fraction(principal * suffix, total)


def _equal_principal_parts(principal: int, rates: Sequence[Fraction]) -> list[tuple[int, int]]:
    share = rounded(Fraction(principal, len(rates)))
    parts: list[tuple[int, int]] = []
    outstanding = principal
    for place, rate in enumerate(rates):
        repaid = outstanding if place == len(rates) - 1 else min(share, outstanding)
        parts.append((rounded(outstanding * rate), repaid))
        outstanding -= repaid
    return parts


def _interest_only_parts(principal: int, rates: Sequence[Fraction]) -> list[tuple[int, int]]:
    last = len(rates) - 1
    return [(rounded(principal * rate), principal if place == last else 0) for place, rate in enumerate(rates)]


_PARTS: dict[Method, Callable[[int, Sequence[Fraction]], list[tuple[int, int]]]] = {
    Method.EQUAL_INSTALMENT: _level_parts,
    Method.EQUAL_PRINCIPAL: _equal_principal_parts,
    Method.INTEREST_ONLY: _interest_only_parts,
    Method.BULLET: _interest_only_parts,  # one period: its interest and the principal together
}


def _move(day: date, rule: BusinessDays, is_business_day: IsBusinessDay) -> date:
    if rule is BusinessDays.UNADJUSTED:
        return day
    step = -1 if rule is BusinessDays.PRECEDING else 1
    moved = _nearest(day, step, is_business_day)
    if rule is BusinessDays.MODIFIED_FOLLOWING and moved.month != day.month:
        return _nearest(day, -1, is_business_day)
    return moved


def _nearest(day: date, step: int, is_business_day: IsBusinessDay) -> date:
    for distance in range(MAX_SHIFT_DAYS + 1):
        moved = day + timedelta(days=step * distance)
        if is_business_day(moved):
            return moved
    raise _impossible(f"the institution's calendar has no business day within {MAX_SHIFT_DAYS} days of {day}")


def _impossible(why: str) -> InvalidInput:
    return InvalidInput("terms.schedule", f"these terms make no repayment schedule: {why}", field="terms.repayment")
