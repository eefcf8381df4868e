"""Strict reading of the members of one JSON object, for the formats of every wing.

Promises: an unknown, missing or mistyped member is refused with the caller's code and the name of its place.
Leaves to others: what the members mean.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from ledger.core.log.printable import is_printable
from ledger.errors import InvalidInput, LedgerError
from signing.canonical import Json
from signing.errors import SigningError

MAX_TEXT = 300

_Part = TypeVar("_Part")
_Word = TypeVar("_Word", bound=StrEnum)


class Fields:
    """The members of one object; `where` names it in messages, `code` is raised for every defect."""

    def __init__(self, value: Json, names: frozenset[str], *, where: str, code: str) -> None:
        self._where, self._code = where, code
        if not isinstance(value, dict):
            raise self._refused("", "an object")
        for name in sorted(value.keys() ^ names):
            raise self._refused(name[:40], "to be present" if name in names else "to be absent: it is unknown here")
        self._values = value

    def text(self, name: str) -> str:
        value = self._values[name]
        if (
            not isinstance(value, str)
            or not 0 < len(value) <= MAX_TEXT
            or not is_printable(value)
            or value != value.strip()
        ):
            raise self._refused(name, f"1 to {MAX_TEXT} printable characters")
        return value

    def integer(self, name: str, *, least: int) -> int:
        value = self._values[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self._refused(name, f"an integer of at least {least}")
        return value

    def boolean(self, name: str) -> bool:
        value = self._values[name]
        if not isinstance(value, bool):
            raise self._refused(name, "true or false")
        return value

    def one_of(self, name: str, words: type[_Word]) -> _Word:
        """Return the member that is one of these words; nothing but text is compared with them."""
        return self.parsed(name, lambda value: word_of(value, words))

    def octets(self, name: str, length: int) -> bytes:
        """Return bytes from lower-case hexadecimal, exactly `length` of them."""
        return self.parsed(name, lambda value: octets(value, length))

    def optional(self, name: str, parse: Callable[[Json], _Part]) -> _Part | None:
        return None if self._values[name] is None else self.parsed(name, parse)

    def parsed(self, name: str, parse: Callable[[Json], _Part]) -> _Part:
        """Return what `parse` makes of the member; its refusal is raised under this object's code and place."""
        return self._parse(name, self._values[name], parse)

    def many(self, name: str, parse: Callable[[Json], _Part], *, most: int, least: int = 0) -> tuple[_Part, ...]:
        """Return the members of a list of `least` to `most` things."""
        value = self._values[name]
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise self._refused(name, f"a list of {least} to {most}")
        return tuple(self._parse(name, item, parse) for item in value)

    def _parse(self, name: str, value: Json, parse: Callable[[Json], _Part]) -> _Part:
        try:
            return parse(value)
        except (LedgerError, SigningError) as error:
            raise self._refused(name, f"another value: {error.message}") from error

    def _refused(self, name: str, expected: str) -> InvalidInput:
        place = f"{self._where}.{name}" if name else self._where
        return InvalidInput(self._code, f"{place}: expected {expected}", field=place)


def octets(value: Json, length: int) -> bytes:
    """Return `length` bytes from lower-case hexadecimal without a prefix."""
    data = _hexadecimal(value)
    if len(data) != length:
        raise InvalidInput("field.malformed", f"expected {length} bytes, got {len(data)}")
    return data


def octets_up_to(value: Json, most: int) -> bytes:
    """Return 1 to `most` bytes from lower-case hexadecimal without a prefix."""
    data = _hexadecimal(value)
    if not 0 < len(data) <= most:
        raise InvalidInput("field.malformed", f"expected 1 to {most} bytes, got {len(data)}")
    return data


def string(value: Json) -> str:
    if not isinstance(value, str):
        raise InvalidInput("field.malformed", "expected text")
    return value


def word_of(value: Json, words: type[_Word]) -> _Word:
    """Return the word of an enumeration; raise InvalidInput("field.malformed"), whatever JSON stands there."""
    if not isinstance(value, str) or value not in set(words):
        raise InvalidInput("field.malformed", f"expected one of {', '.join(words)}")
    return words(value)


def _hexadecimal(value: Json) -> bytes:
    text = string(value)
    if set(text) - set("0123456789abcdef") or len(text) % 2:
        raise InvalidInput("field.malformed", "expected lower-case hexadecimal")
    return bytes.fromhex(text)
