"""Strict reading of JSON that came from outside: no duplicate keys, no floats, whole characters, bounded nesting (DESIGN section 9).

Unlike `signing.canonical.decode` any spelling is accepted: people and programs write JSON with spaces.
"""

import json
import re
from typing import NoReturn, cast

from ledger.errors import InvalidInput
from signing.canonical import MAX_DEPTH, MAX_SAFE_INTEGER, Json

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(data: bytes | str, field: str) -> Json:
    """Return the value of JSON text; raise InvalidInput("json.…") that names `field` and what is wrong."""
    try:
        value = json.loads(
            data, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float, parse_int=_integer
        )
    except InvalidInput as error:
        raise InvalidInput(error.code, f"{field}: {error.message}", field=field) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput("json.malformed", f"{field}: expected JSON text in UTF-8", field=field) from error
    _check_values(value, MAX_DEPTH, field)
    return cast("Json", value)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InvalidInput("json.duplicate-key", "expected each key once in an object")
    return value


def _no_float(literal: str) -> NoReturn:
    raise InvalidInput(
        "json.float", f"got the number {literal[:30]}; amounts are strings of minor units, other numbers are whole"
    )


def _integer(literal: str) -> int:
    if len(literal) > 17 or abs(int(literal)) > MAX_SAFE_INTEGER:  # noqa: PLR2004  # digits and sign of the largest safe integer
        raise InvalidInput("json.integer", "a whole number is larger than 2^53 - 1; write it as a string")
    return int(literal)


def _check_values(value: Json, left: int, field: str) -> None:
    if left == 0:
        raise InvalidInput("json.too-deep", f"{field}: expected at most {MAX_DEPTH} levels of nesting", field=field)
    if isinstance(value, str):
        _check_text(value, field)
    elif isinstance(value, dict):
        for name, child in value.items():
            _check_text(name, field)
            _check_values(child, left - 1, field)
    elif isinstance(value, list):
        for child in value:
            _check_values(child, left - 1, field)


def _check_text(text: str, field: str) -> None:
    if not text.isascii() and _SURROGATE.search(text):
        raise InvalidInput(
            "json.malformed", f"{field}: expected whole characters, got half of a surrogate pair", field=field
        )
