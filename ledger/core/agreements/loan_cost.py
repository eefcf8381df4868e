"""What a loan costs: the sums, and the effective annual rate (docs/formats/terms.md).

Promises: decimal arithmetic to more digits than are shown. The effective annual rate is the rate X at which all payments of the
borrower, each divided by (1 + X) to the power of (days since the drawdown ÷ 365), are together worth what the borrower
received: Directive 2008/48/EC, Annex I, on a calendar basis. Leaves to others: the schedule (repayment).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ledger.errors import InvalidInput

_DIGITS = 30
_SHOWN = Decimal("0.01")  # a hundredth of a percent
_CLOSE = Decimal("1e-12")
_HIGHEST = Decimal(10_000)  # times one: a dearer loan is a mistake in the terms
_DAYS = Decimal(365)


@dataclass(frozen=True)
class Payment:
    """What the borrower pays on a day, in minor units."""

    day: date
    amount: int


def effective_annual_rate(received: int, drawdown: date, payments: Sequence[Payment]) -> Decimal:
    """Return the rate as a percentage with two decimals, halves upwards; raise InvalidInput("terms.schedule") when there is none."""
    if received <= 0:
        raise _no_rate("the fees taken at drawdown leave nothing of the principal")
    if sum(payment.amount for payment in payments) < received:
        raise _no_rate("the borrower would pay back less than was received")
    with localcontext() as context:
        context.prec = _DIGITS
        flows = [(Decimal((payment.day - drawdown).days) / _DAYS, Decimal(payment.amount)) for payment in payments]
        rate = _solve(flows, Decimal(received))
        return (rate * 100).quantize(_SHOWN, ROUND_HALF_UP)


def _solve(flows: Sequence[tuple[Decimal, Decimal]], received: Decimal) -> Decimal:
    """Climb to the rate by Newton's steps from nought: present value falls and is convex, so no step goes beyond the rate."""
    rate = Decimal(0)
    while True:
        growth = (1 + rate).ln()
        worth = [(years, amount * (-growth * years).exp()) for years, amount in flows]
        slope = sum((years * value for years, value in worth), Decimal(0)) / (1 + rate)
        step = (sum((value for _, value in worth), Decimal(0)) - received) / slope
        rate += step
        if rate > _HIGHEST:
            raise _no_rate("its cost has no sensible annual rate")
        if step < _CLOSE:
            return rate


def _no_rate(why: str) -> InvalidInput:
    return InvalidInput("terms.schedule", f"these terms make no loan: {why}", field="terms.fees")
