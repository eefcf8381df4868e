"""Canonical JSON (RFC 8785, JCS): one encoding, one strict decoding, for everything that is hashed or signed.

Promises: `encode` is byte-exact JCS; `decode` accepts only what `encode` would have written, without floats.
Leaves to others: what the fields mean.
"""

import json
import re
from typing import NoReturn, TypeAlias, cast

import rfc8785

from signing.errors import InvalidEncoding

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 32  # our own formats nest 5 deep; the limit keeps a hostile document off the interpreter's stack
MAX_SAFE_INTEGER = 2**53 - 1  # RFC 8785 numbers are IEEE 754 doubles; larger integers would be rounded by other readers


_PLAIN_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_BEYOND_PLANE_0 = re.compile("[\U00010000-\U0010ffff]")  # where UTF-16 order, which JCS sorts keys by, is not Python's


def encode(value: Json) -> bytes:
    """Return the RFC 8785 bytes of `value`; raise InvalidEncoding where JCS has none (NaN, lone surrogate, huge integer).

    The standard library's encoder writes the same bytes for values without floats and five times faster; all others,
    and any text beyond plane 0, take the reference implementation. A test holds the two against each other.
    """
    try:
        if _is_plain(value) and not _BEYOND_PLANE_0.search(text := _PLAIN_ENCODER.encode(value)):
            return text.encode("utf-8")
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise InvalidEncoding("encoding.not-encodable", f"this value has no canonical JSON form: {error}") from error


def decode(data: bytes) -> Json:
    """Return the value of canonical JSON bytes.

    Raises InvalidEncoding for anything but the exact RFC 8785 bytes of a float-free value: other spacing, key order or
    escapes, duplicate keys, integers past 2^53 - 1, nesting past MAX_DEPTH, bytes that are not UTF-8.
    """
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InvalidEncoding("encoding.not-json", f"expected canonical JSON in UTF-8: {error}") from error
    _check_depth(value, MAX_DEPTH)
    if encode(value) != data:
        raise InvalidEncoding(
            "encoding.not-canonical", "expected RFC 8785 canonical JSON, got the same value in another spelling"
        )
    return cast("Json", value)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InvalidEncoding("encoding.duplicate-key", "expected each key once in a JSON object")
    return value


def _no_float(literal: str) -> NoReturn:
    raise InvalidEncoding("encoding.float", f"expected an integer or a string, got the number {literal[:40]}")


def _check_depth(value: Json, left: int) -> None:
    if left == 0:
        raise InvalidEncoding("encoding.too-deep", f"expected at most {MAX_DEPTH} levels of nesting")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        if type(child) is dict or type(child) is list:
            _check_depth(child, left - 1)


def _is_plain(value: Json) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if isinstance(value, dict):
        # A loop, and no call for a string: most values are strings, and every entry and statement comes past here.
        for key, child in value.items():
            if type(key) is not str or (type(child) is not str and not _is_plain(child)):
                return False
        return True
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, str) or (isinstance(value, int) and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER)
