"""The effective annual rate against the published examples of the European directives."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.agreements.loan_cost import Payment, effective_annual_rate
from ledger.errors import InvalidInput

START = date(1994, 1, 1)


@pytest.mark.parametrize(
    ("received", "payments", "rate"),
    [
        # Directive 98/7/EC, Annex III part A (calendar basis, 365 days), examples 1 to 3: 12,96 %, 16,9 %, 13,07 %
        (100_000, [(date(1995, 7, 1), 120_000)], "12.96"),
        (95_000, [(date(1995, 7, 1), 120_000)], "16.90"),
        (100_000, [(date(1995, 1, 1), 60_000), (date(1996, 1, 1), 60_000)], "13.07"),
    ],
)
def test_rate_is_the_published_one(received: int, payments: list[tuple[date, int]], rate: str) -> None:
    assert effective_annual_rate(received, START, [Payment(*one) for one in payments]) == Decimal(rate)


def test_loan_without_cost_has_rate_nought() -> None:
    assert effective_annual_rate(100, START, [Payment(date(1995, 1, 1), 100)]) == Decimal("0.00")


def test_rate_above_a_hundred_percent_is_found() -> None:
    assert effective_annual_rate(100, START, [Payment(date(1995, 1, 1), 850)]) == Decimal("750.00")


@pytest.mark.parametrize(
    ("received", "amount", "says"),
    [(0, 10, "nothing of the principal"), (100, 99, "less than was received"), (1, 10**9, "no sensible annual rate")],
)
def test_what_is_no_loan_is_refused(received: int, amount: int, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        effective_annual_rate(received, START, [Payment(date(1995, 1, 1), amount)])
    assert refused.value.code == "terms.schedule"


@given(st.integers(1_000, 10**9), st.integers(0, 500), st.integers(1, 3_650))
def test_one_payment_gives_back_the_rate_it_was_made_with(received: int, percent: int, days: int) -> None:
    paid = round(received * (1 + percent / 100) ** (days / 365))
    found = effective_annual_rate(received, START, [Payment(START + timedelta(days=days), max(paid, received))])
    slack = Decimal(1) + Decimal(365 * 1000 * (100 + percent) // (received * days) + 1) / 10
    assert abs(found - percent) <= slack
