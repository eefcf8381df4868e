"""What all identifiers share: one spelling for equal text, and refusals that say what is wrong without repeating the value.

Promises: no message holds any part of an identifier: it may end in a terminal, a log line or a ticket.
"""

import unicodedata
from datetime import date
from typing import NoReturn

from ledger.errors import InvalidInput

MAX_CHARS = (
    200  # the longest names on identity papers are below 100; what is longer is a pasted table, not an identifier
)

_MASKS = frozenset("*•●○■□#?×※…")
_EARLIEST_YEAR = 1880  # nobody who applies for a loan was born before


def clean(text: str, *, drop: str = "") -> str:
    """Return NFKC text without white space, invisible characters and the characters in `drop`.

    Raises InvalidInput: identifier.empty, identifier.too-long, identifier.masked.
    """
    if len(text) > MAX_CHARS:
        refuse("too-long", f"expected at most {MAX_CHARS} characters, got {len(text)}")
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(character for character in folded if not _is_ignored(character) and character not in drop)
    if not kept:
        refuse("empty", "expected an identifier, got nothing but spaces")
    if any(character in _MASKS for character in kept):
        refuse(
            "masked", "parts of it are hidden (such as *); the whole identifier is needed, a masked one gets no token"
        )
    return kept


def _is_ignored(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in {"Cf", "Cc"}


def digits_only(text: str, what: str) -> str:
    """Return the text when it is ASCII digits; raise InvalidInput("identifier.characters")."""
    if not (text.isascii() and text.isdigit()):
        place = next(place for place, character in enumerate(text, 1) if not ("0" <= character <= "9"))
        refuse("characters", f"expected {what} to be digits, character {place} is none")
    return text


def real_date(year: str, month: str, day: str, today: date) -> date:
    """Return the date of birth; raise InvalidInput("identifier.date") for one that no calendar has, or that is to come."""
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        refuse("date", "the date of birth in it is not in any calendar: check the digits")
    if not found.year >= _EARLIEST_YEAR or found > today:
        refuse("date", f"the date of birth in it is before {_EARLIEST_YEAR} or still to come: check the digits")
    return found


def refuse(reason: str, message: str) -> NoReturn:
    """Raise InvalidInput with the code identifier.<reason>."""
    raise InvalidInput(REASONS[reason], message, field="identifier")


REASONS = {
    "empty": "identifier.empty",
    "too-long": "identifier.too-long",
    "masked": "identifier.masked",
    "length": "identifier.length",
    "characters": "identifier.characters",
    "check-digit": "identifier.check-digit",
    "date": "identifier.date",
    "region": "identifier.region",
    "country": "identifier.country",
    "form": "identifier.form",
    "placeholder": "identifier.placeholder",
}
