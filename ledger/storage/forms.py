"""The forms that texts of columns have beyond being text: what a row class says of them, and `rows` checks when it reads.

Promises: plain predicates over one value. Whoever owns the database can write anything into it; services rely on these forms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from ledger.core.log.directory import check_zone
from ledger.errors import InvalidInput

_YEARS = ("1970", "9000")  # a service adds to times, and subtracts: far from both ends of what a time can hold


@dataclass(frozen=True)
class Form:
    """What every value of a column fulfils."""

    holds: Callable[[str], bool]


def is_instant(text: str) -> bool:
    """Say whether a text is a time with its zone, in the years that services count with."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None and _YEARS[0] <= text[:4] <= _YEARS[1]
    except ValueError:
        return False


def one_of(enum: type[StrEnum]) -> Form:
    """Return the form of a word of a list."""
    return Form(frozenset(map(str, enum)).__contains__)


def words_of(enum: type[StrEnum]) -> Form:
    """Return the form of words of a list with a space between them; of none, too."""
    known = frozenset(map(str, enum))
    return Form(lambda text: known.issuperset(text.split()))


def is_zone(text: str) -> bool:
    """Say whether a text names a time zone."""
    try:
        check_zone(text)
    except InvalidInput:
        return False
    return True


Zone = Annotated[str, Form(is_zone)]
Instant = Annotated[str, Form(is_instant)]
