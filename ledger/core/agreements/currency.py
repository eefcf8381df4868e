"""Amounts of money: integer minor units of an ISO 4217 currency, and how they are written (DESIGN section 3).

Promises: no float anywhere; an unknown currency is refused, since nobody would know where its decimal point stands.
Leaves to others: exchange.
"""

import re
from dataclasses import dataclass

from ledger.core.agreements.strict_fields import exactly, invalid, matching
from ledger.core.log.currencies import decimals
from signing.canonical import Json

MAX_MINOR_DIGITS = 18  # fits a signed 64-bit integer, a thousand times the largest loan on record

_MINOR = re.compile(rf"(0|[1-9][0-9]{{0,{MAX_MINOR_DIGITS - 1}}})")
_WORDS = re.compile("[A-Z]{3}").findall
_CODES = frozenset(
    _WORDS(
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
        "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR "
        "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK "
        "MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
        "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU "
        "UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
    )
)
_DIGITS, _SMALL, _LARGE = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿", "万亿", "亿亿")
_GROUP = 4


@dataclass(frozen=True)
class Money:
    """An amount in minor units (fen, cents) of an ISO 4217 currency."""

    currency: str
    minor: int

    def to_json(self) -> dict[str, Json]:
        return {"currency": self.currency, "minor": str(self.minor)}


def parse_money(value: Json, field: str, *, least: int = 1) -> Money:
    """Return the Money of {"currency":"CNY","minor":"5000000"}; raise InvalidInput("terms.invalid") naming the field."""
    fields = exactly(value, ("currency", "minor"), field)
    currency, text = fields["currency"], fields["minor"]
    if not isinstance(currency, str) or currency not in _CODES:
        raise invalid(f"{field}.currency", "expected an ISO 4217 code such as CNY")
    if isinstance(text, str) and "." in text:
        raise invalid(
            f"{field}.minor",
            f"expected whole minor units: {currency} has {decimals(currency)} decimals, which are part of them",
        )
    minor = int(matching(text, _MINOR, f"{field}.minor", 'minor units as a string, such as "5000000" for 50,000.00'))
    if minor < least:
        raise invalid(f"{field}.minor", f"expected at least {least}")
    return Money(currency, minor)


def written(minor: int, currency: str) -> str:
    """Return the amount with its decimals and thousands: 12,000,000 of CNY is 120,000.00."""
    places = decimals(currency)
    whole, part = divmod(minor, 10**places)
    return f"{whole:,}.{part:0{places}}" if places else f"{whole:,}"


def in_chinese_capitals(minor: int) -> str:
    """Return an amount of CNY as contracts write it in words: 12,000,050 is 壹拾贰万元伍角整."""
    yuan, part = divmod(minor, 100)
    jiao, fen = divmod(part, 10)
    words = f"{_integer(yuan)}元" if yuan else ""
    if not part:
        return f"{words or '零元'}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return f"{words}{_DIGITS[fen]}分" if fen else f"{words}整"


def _integer(value: int) -> str:
    groups: list[int] = []
    while value:
        value, group = divmod(value, 10**_GROUP)
        groups.append(group)
    words, gap = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 10 ** (_GROUP - 1)):
            words += "零"
        words, gap = words + _thousands(group) + _LARGE[place], False
    return words


def _thousands(group: int) -> str:
    words, gap = "", False
    for place in reversed(range(_GROUP)):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words, gap = words + ("零" if gap else "") + _DIGITS[digit] + _SMALL[place], False
    return words
