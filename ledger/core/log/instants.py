"""Times in records and envelopes: UTC to the millisecond, one spelling, a day and hour that exist."""

import re
from datetime import datetime

from ledger.core.log.fields import string
from ledger.errors import InvalidInput
from signing.canonical import Json

_INSTANT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")


def instant(text: str) -> datetime:
    """Return the moment of its one spelling; raise InvalidInput("instant.malformed")."""
    if not _INSTANT.fullmatch(text):
        raise InvalidInput("instant.malformed", "expected UTC to the millisecond, as 2026-11-23T15:04:05.123Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("instant.malformed", "expected a day and hour that exist") from error


def instant_text(value: Json) -> str:
    """Return the text of a member that is a moment; raise InvalidInput("instant.malformed")."""
    text = string(value)
    instant(text)
    return text
