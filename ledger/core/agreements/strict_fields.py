"""JSON objects read strictly: exactly the named fields, each of the form it must have.

Promises: a refusal names the field, says what was expected, and carries the caller's stable code. Leaves to others: what the values mean.
"""

import re
from datetime import date

from ledger.core.log.printable import unprintable
from ledger.errors import InvalidInput
from signing.canonical import Json

_CODE = "terms.invalid"
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def exactly(
    value: Json, names: tuple[str, ...], field: str, code: str = _CODE, *, optional: tuple[str, ...] = ()
) -> dict[str, Json]:
    """Return the object as a dict when it has exactly these fields; raise InvalidInput(code) naming the one that is not."""
    if not isinstance(value, dict):
        raise invalid(field, f"expected an object with the fields {', '.join(names)}", code)
    allowed = (*names, *optional)
    unknown, missing = sorted(set(value) - set(allowed)), sorted(set(names) - set(value))
    if unknown:
        raise invalid(f"{field}.{unknown[0][:40]}", f"unknown field; expected only {', '.join(allowed)}", code)
    if missing:
        raise invalid(f"{field}.{missing[0]}", "this field is missing", code)
    return dict(value)


def matching(value: Json, pattern: re.Pattern[str], field: str, expected: str) -> str:
    """Return the string when the whole of it matches; raise InvalidInput("terms.invalid") saying what was expected."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise invalid(field, f"expected {expected}")
    return value


def line_of(value: Json, most: int, field: str, code: str = _CODE) -> str:
    """Return a text for one printed line of at most `most` characters; raise InvalidInput(code) naming the field."""
    if not isinstance(value, str) or not 1 <= len(value) <= most or value != value.strip():
        raise invalid(field, f"expected 1 to {most} printable characters on one line, without space at the ends", code)
    if bad := unprintable(value):
        raise invalid(field, f"expected printable characters on one line, got {bad}: leave it out", code)
    return value


def day_of(value: Json, field: str, example: str, code: str = _CODE) -> date:
    """Return the day of a text like 2026-12-31, written in no other way; raise InvalidInput(code) naming the field."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise invalid(field, f"expected a date such as {example}", code)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise invalid(field, f"expected a day that the calendar has, such as {example}", code) from error


def invalid(field: str, message: str, code: str = _CODE) -> InvalidInput:
    """Return the error that names the field."""
    return InvalidInput(code, f"{field}: {message}", field=field)
