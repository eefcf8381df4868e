"""Money in minor units, and how it is written in figures and in Chinese capitals."""

import pytest

from ledger.core.agreements.currency import Money, in_chinese_capitals, parse_money, written
from ledger.core.log.currencies import decimals
from ledger.errors import InvalidInput
from signing.canonical import Json


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (12_000_000, "CNY", "120,000.00"),
        (5, "CNY", "0.05"),
        (12_000_000, "JPY", "12,000,000"),
        (1_234_567, "KWD", "1,234.567"),
        (0, "USD", "0.00"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(minor: int, currency: str, text: str) -> None:
    assert written(minor, currency) == text


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (12_000_000, "壹拾贰万元整"),
        (12_000_050, "壹拾贰万元伍角整"),
        (100, "壹元整"),
        (101, "壹元零壹分"),
        (110, "壹元壹角整"),
        (5, "伍分"),
        (50, "伍角整"),
        (0, "零元整"),
        (10_000_000_000, "壹亿元整"),
        (1_000_100, "壹万零壹元整"),
        (200_030_000, "贰佰万零叁佰元整"),
        (1_680_32, "壹仟陆佰捌拾元叁角贰分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (1_234_567_890_123, "壹佰贰拾叁亿肆仟伍佰陆拾柒万捌仟玖佰零壹元贰角叁分"),
        (10**17, "壹仟万亿元整"),
    ],
)
def test_an_amount_is_written_in_chinese_capitals_as_on_a_bank_draft(minor: int, words: str) -> None:
    """After the examples of the People's Bank of China's rules for filling in bills (正确填写票据和结算凭证的基本规定)."""
    assert in_chinese_capitals(minor) == words


def test_money_is_read_back_as_it_was_written() -> None:
    money = Money("KWD", 1_500)
    assert parse_money(money.to_json(), "amount") == money
    assert (decimals("CNY"), decimals("JPY"), decimals("KWD")) == (2, 0, 3)


@pytest.mark.parametrize(
    ("value", "field", "says"),
    [
        ({"currency": "JPY", "minor": "100.00"}, "amount.minor", "JPY has 0 decimals"),
        ({"currency": "CNY", "minor": "100.5"}, "amount.minor", "CNY has 2 decimals"),
        ({"currency": "CNY", "minor": 100.5}, "amount.minor", "as a string"),
        ({"currency": "CNY", "minor": "0"}, "amount.minor", "at least 1"),
        ({"currency": "CNY", "minor": "-5"}, "amount.minor", "as a string"),
        ({"currency": "XYZ", "minor": "1"}, "amount.currency", "ISO 4217"),
        ({"currency": 5, "minor": "1"}, "amount.currency", "ISO 4217"),
        ("12", "amount", "expected an object"),
    ],
)
def test_money_of_another_form_is_refused_with_what_was_expected(value: Json, field: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        parse_money(value, "amount")
    assert (refused.value.code, refused.value.field) == ("terms.invalid", field)
