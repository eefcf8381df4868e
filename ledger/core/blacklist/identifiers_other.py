"""Passports, bank cards, a name with a birth date, and the fingerprint of a document."""

import re
import unicodedata
from datetime import date

from ledger.core.blacklist.cleaning import clean, digits_only, real_date, refuse
from ledger.core.blacklist.countries import ALPHA_3, OTHER_CODES
from ledger.core.blacklist.identifiers_cn import is_one_character, passes_luhn

_DASHES = "-‐‑‒–—―−"
_PASSPORT = re.compile(r"(?:(?P<country>[A-Z]{3})[:/,|]?|(?P<germany>D)[:/,|])(?P<number>.*)", re.DOTALL)
_PASSPORT_NUMBER = re.compile(r"[A-Z0-9]{5,12}")
_CN_PASSPORT = re.compile(r"[A-Z][A-HJ-NP-Z0-9][0-9]{7}")
_CARD_DIGITS = range(12, 20)
_NAME_AND_DATE = re.compile(
    r"(?P<name>.*?)[\s,;|:/]*(?P<year>[0-9]{4})(?P<between>[-./年]?)(?P<month>[0-9]{1,2})[-./月]?(?P<day>[0-9]{1,2})日?\s*",
    re.DOTALL,
)
_IN_NAMES = "·•‧・･᛫'’ʼ`-‐‑.．"  # written between the parts of a name, or left out
_SHORTEST_NAME, _LONGEST_NAME = 2, 100
_SHA256 = re.compile(r"(?:sha-?256:)?([0-9a-f]{64})")


def passport(text: str, _today: date) -> str:
    """Return the issuing state (ISO 3166 alpha-3) and the number, such as CHN:E12345678; O and 0 are not folded."""
    value = clean(text, drop=_DASHES + "<").upper()
    found = _PASSPORT.fullmatch(value)
    country = (found["country"] or found["germany"]) if found else ""
    if found is None or (country not in ALPHA_3 and country not in OTHER_CODES):
        refuse(
            "country", "expected the issuing state before the number, as in the passport's lower lines: CHN:E12345678"
        )
    country, number = OTHER_CODES.get(country, country), found["number"]
    if not _PASSPORT_NUMBER.fullmatch(number):
        refuse("form", "expected a passport number of 5 to 12 letters and digits behind the issuing state")
    if country == "CHN" and not _CN_PASSPORT.fullmatch(number):
        refuse(
            "form",
            "a Chinese passport number has 9 characters: a letter, a letter (never I or O) or digit, then 7 digits",
        )
    return f"{country}:{number}"


def bank_card(text: str, _today: date) -> str:
    """Return the digits of a card number whose last digit fits (Luhn)."""
    value = digits_only(clean(text, drop=_DASHES), "a bank card number")
    if len(value) not in _CARD_DIGITS:
        refuse("length", f"expected a card number of {_CARD_DIGITS[0]} to {_CARD_DIGITS[-1]} digits, got {len(value)}")
    if is_one_character(value):
        refuse("placeholder", "one digit over and over is no card number")
    if not passes_luhn(value):
        refuse("check-digit", "the last digit does not fit the others: one of them is mistyped")
    return value


def name_and_birth(text: str, today: date) -> str:
    """Return a name and a birth date; simplified and traditional characters stay different."""
    folded = unicodedata.normalize("NFKC", text)
    found = _NAME_AND_DATE.fullmatch(folded)
    if found is None:
        refuse("form", "expected a name and then a birth date, such as 张三 1990-03-07")
    if not found["between"] and len(found["month"] + found["day"]) != len("0307"):
        refuse("date", "a birth date without dashes has eight digits, such as 19900307")
    name = clean(found["name"], drop=_IN_NAMES).upper()
    if not _SHORTEST_NAME <= len(name) <= _LONGEST_NAME:
        refuse("length", f"expected a name of {_SHORTEST_NAME} to {_LONGEST_NAME} letters, got {len(name)}")
    if not all(unicodedata.category(character)[0] in "LM" for character in name):
        refuse("characters", "expected a name of letters only; a date of birth follows it")
    born = real_date(found["year"], found["month"], found["day"], today)
    return f"{name}|{born.isoformat()}"


def document(text: str, _today: date) -> str:
    """Return the SHA-256 of a document in lower-case hexadecimal."""
    found = _SHA256.fullmatch(clean(text).lower())
    if found is None:
        refuse("form", "expected the SHA-256 of the document: 64 hexadecimal digits")
    if is_one_character(found[1]):
        refuse("placeholder", "one digit over and over is no fingerprint of a document")
    return found[1]
