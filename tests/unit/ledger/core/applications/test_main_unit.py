"""Amounts as people write them: exact in both directions, and never minor units by mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.applications.main_unit import MAX_MINOR, from_main_unit, in_main_unit
from ledger.errors import InvalidInput


@given(st.sampled_from(["CNY", "USD", "JPY", "KWD", "CLF"]), st.integers(1, MAX_MINOR))
def test_amount_is_read_as_it_is_written(currency: str, minor: int) -> None:
    text = in_main_unit(currency, minor)
    assert from_main_unit(text) == (currency, minor)
    assert from_main_unit(text.replace(",", "")) == (currency, minor)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CNY 80,000.00", ("CNY", 8_000_000)),
        ("CNY 0.01", ("CNY", 1)),
        ("JPY 80,000", ("JPY", 80_000)),
        ("KWD 80.005", ("KWD", 80_005)),
    ],
)
def test_decimals_are_those_of_the_currency(text: str, expected: tuple[str, int]) -> None:
    assert from_main_unit(text) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("CNY 8000000", "2 decimals of CNY, as in CNY 80,000.00"),  # minor units by habit
        ("CNY 80,000.5", "2 decimals"),
        ("CNY 80,000.000", "2 decimals"),
        ("JPY 80,000.00", "no decimals of JPY, as in JPY 80,000"),
        ("KWD 80.00", "3 decimals of KWD, as in KWD 80,000.000"),
        ("CNY 8,00.00", "as in CNY 80,000.00"),
        ("CNY 080.00", "as in CNY 80,000.00"),
        ("CNY 1e5", "as in CNY 80,000.00"),
        ("CNY -1.00", "as in CNY 80,000.00"),
        ("80,000.00", "with its currency"),
        ("80000.0", "with its currency"),
        ("cny 1.00", "with its currency"),
        ("CNY １.00", "with its currency"),
        ("CNY 0.00", "above 0"),
        ("CNY 10,000,000,000,000,000.00", "below"),
    ],
)
def test_amount_of_another_form_is_refused_with_an_example(text: str, hint: str) -> None:
    with pytest.raises(InvalidInput, match=hint) as refused:
        from_main_unit(text)
    assert refused.value.code == "amount.invalid"
