"""Amounts in the main unit of their currency, as people write them: exact, by the decimals of ISO 4217."""

import re
from decimal import Decimal

from ledger.core.log.currencies import decimals
from ledger.core.log.fields import string
from ledger.errors import InvalidInput
from signing.canonical import Json

_AMOUNT = re.compile(r"([A-Z]{3}) ((?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.[0-9]+)?)")
CURRENCY = re.compile(r"[A-Z]{3}")
MAX_MINOR = 10**18 - 1


def currency_code(value: Json) -> str:
    """Return a currency; raise InvalidInput("field.malformed")."""
    text = string(value)
    if not CURRENCY.fullmatch(text):
        raise InvalidInput("field.malformed", "expected an ISO 4217 code such as CNY")
    return text


def in_main_unit(currency: str, minor: int) -> str:
    """Return an amount such as `CNY 50,000.01` of its minor units."""
    return f"{currency} {Decimal(minor).scaleb(-decimals(currency)):,f}"


def from_main_unit(text: str) -> tuple[str, int]:
    """Return currency and minor units of an amount such as `CNY 50,000.01`; raise InvalidInput("amount.invalid").

    All decimals of the currency have to be written, none in JPY and three in KWD: so minor units are never taken for main ones.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise _refused("an amount with its currency, as in CNY 80,000.00", text)
    currency, number = match[1], match[2].replace(",", "")
    places = decimals(currency)
    if len(number.partition(".")[2]) != places:
        example = in_main_unit(currency, 80_000 * 10**places)
        raise _refused(f"{places or 'no'} decimals of {currency}, as in {example}", text)
    minor = int(number.replace(".", ""))
    if not 0 < minor <= MAX_MINOR:
        raise _refused(f"an amount above 0 and below {in_main_unit(currency, MAX_MINOR + 1)}", text)
    return currency, minor


def _refused(expected: str, text: str) -> InvalidInput:
    return InvalidInput("amount.invalid", f"expected {expected}, got {text[:40]!r}", field="amount")
