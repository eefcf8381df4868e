"""Identifiers by which people are reached or recognised only for a time: telephone numbers and devices. Soft signals."""

import re
from datetime import date

from ledger.core.blacklist.cleaning import clean, refuse
from ledger.core.blacklist.identifiers_cn import is_one_character

_WRITTEN_BETWEEN = "-‐‑‒–—―−().·/"
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_CHINA = "+86"
_CN_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_CN_LANDLINE = re.compile(r"(10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OAID = re.compile(r"[0-9a-f-]{16,64}")
_DEVICES = {"idfa": _UUID, "idfv": _UUID, "aaid": _UUID, "oaid": _OAID}


def phone(text: str, _today: date) -> str:
    """Return a telephone number in E.164; a bare number of 11 digits from 13 to 19 is a mobile number in China."""
    value = clean(text, drop=_WRITTEN_BETWEEN)
    if value.startswith("00"):
        value = f"+{value[2:]}"
    if not value.startswith("+"):
        value = _with_country(value)
    if not _E164.fullmatch(value):
        refuse(
            "form",
            "expected a telephone number with its country, such as +86 138 1234 5678: 7 to 15 digits after the +",
        )
    if value.startswith(_CHINA):
        _check_china(value.removeprefix(_CHINA))
    return value


def _with_country(value: str) -> str:
    bare = value.removeprefix("86")
    if not _CN_MOBILE.fullmatch(bare):
        refuse(
            "country",
            "without a country code only a Chinese mobile number of 11 digits is understood: write +COUNTRY NUMBER",
        )
    return _CHINA + bare


def _check_china(national: str) -> None:
    if not (_CN_MOBILE.fullmatch(national) or _CN_LANDLINE.fullmatch(national)):
        refuse(
            "form",
            "after +86 a mobile number has 11 digits from 13 to 19, a fixed line its area code without 0 and 7 or 8 digits",
        )


def device(text: str, _today: date) -> str:
    """Return a device id under its vendor's name: idfa:, idfv:, aaid: (a UUID), oaid: (16 to 64 hex digits)."""
    value = clean(text).lower()
    vendor, _, given = value.partition(":")
    pattern = _DEVICES.get(vendor)
    if pattern is None:
        refuse("form", f"expected a device id behind its kind: one of {', '.join(f'{name}:' for name in _DEVICES)}")
    if not pattern.fullmatch(given):
        refuse("form", f"this is not what an {vendor} looks like: copy it as the device gives it")
    if is_one_character(given.replace("-", "")):
        refuse(
            "placeholder",
            "this device hides its id (one digit over and over), which many devices share: it names nobody",
        )
    return f"{vendor}:{given}"
