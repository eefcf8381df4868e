"""Identifiers issued in China: identity number (GB 11643), unified social credit code (GB 32100), old registration number.

Promises: one spelling for every way a number is written; check digit, region and date hold. Leaves to others: whether the
number was ever issued.
"""

from datetime import date
from itertools import pairwise

from ledger.core.blacklist.cleaning import clean, digits_only, real_date, refuse

_DASHES = "-‐‑‒–—―−_"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_CHARS, _OLD_ID_CHARS = 18, 15
# The first two digits of GB/T 2260, with those of residence permits for people of Hong Kong, Macao and Taiwan.
_REGIONS = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()  # noqa: SIM905  # reads as the standard lists them
)
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: without I, O, S, V, Z
_CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CODE_CHARS = 18
_NUMBER_CHARS = 15


def identity_number(text: str, today: date) -> str:
    """Return the 18 characters of an identity number, made from 15 where it is an old one."""
    value = clean(text, drop=_DASHES).upper()
    if len(value) == _OLD_ID_CHARS:
        value = _lengthened(digits_only(value, "the old identity number of 15"))
    if len(value) != _ID_CHARS:
        refuse("length", f"expected an identity number of 18 characters, or an old one of 15; got {len(value)}")
    if "X" in value[:-1]:
        refuse(
            "masked", "an X can stand only in the last place: the whole number is needed, a masked one gets no token"
        )
    digits_only(value[:-1], "the first 17 characters of an identity number")
    if value[:2] not in _REGIONS:
        refuse("region", "the first two digits are no province or region of China: check the digits")
    real_date(value[6:10], value[10:12], value[12:14], today)
    if value[-1] != _id_check(value):
        refuse("check-digit", "the last character does not fit the other 17: one of them is mistyped")
    return value


def _lengthened(old: str) -> str:
    value = f"{old[:6]}19{old[6:]}"
    return value + _id_check(value)


def _id_check(value: str) -> str:
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(value[:17], _ID_WEIGHTS, strict=True)) % 11]


def social_credit_code(text: str, _today: date) -> str:
    """Return the 18 characters of a unified social credit code."""
    value = clean(text, drop=_DASHES).upper()
    if len(value) != _CODE_CHARS:
        refuse("length", f"expected a unified social credit code of 18 characters, got {len(value)}")
    for place, character in enumerate(value, 1):
        if character not in _CODE_ALPHABET:
            refuse(
                "characters",
                f"character {place} cannot stand in a unified social credit code (it has no I, O, S, V, Z)",
            )
    digits_only(value[2:8], "characters 3 to 8, the region of registration,")
    if value[2:4] not in _REGIONS and value[2:4] != "10":  # 10: registered with a national authority
        refuse("region", "characters 3 and 4 are no province or region of China: check the digits")
    total = sum(_CODE_ALPHABET.index(char) * weight for char, weight in zip(value[:17], _CODE_WEIGHTS, strict=True))
    if value[-1] != _CODE_ALPHABET[-total % 31]:
        refuse("check-digit", "the last character does not fit the other 17: one of them is mistyped")
    return value


def registration_number(text: str, _today: date) -> str:
    """Return the 15 digits of a business registration number as given before the unified code (GS 15-2006, ISO 7064 MOD 11,10)."""
    value = digits_only(clean(text, drop=_DASHES), "a registration number")
    if len(value) != _NUMBER_CHARS:
        refuse("length", f"expected a registration number of 15 digits, got {len(value)}")
    if value[:2] not in _REGIONS and value[:2] != "10":
        refuse("region", "the first two digits are no province or region of China: check the digits")
    product = 10
    for digit in value[:-1]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    if (product + int(value[-1])) % 10 != 1:
        refuse("check-digit", "the last digit does not fit the other 14: one of them is mistyped")
    return value


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit fits the others (ISO/IEC 7812-1 annex B)."""
    doubled = [int(digit) for digit in reversed(digits)]
    return sum(value if place % 2 == 0 else sum(divmod(value * 2, 10)) for place, value in enumerate(doubled)) % 10 == 0


def is_one_character(text: str) -> bool:
    """Tell whether a text is one character over and over."""
    return all(left == right for left, right in pairwise(text))
