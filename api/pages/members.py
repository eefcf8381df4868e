"""The members of what a page's script sends, read one by one; whatever JSON stands there, the refusal asks to load the page again."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from ledger.errors import InvalidInput

_CODE: Final = "pen.malformed"
_MOST_HEX: Final = 200  # digits: a signature in two halves has 130


def object_in(body: Mapping[str, Any], name: str, code: str = _CODE) -> dict[str, Any]:
    """Return the member that is an object; raise InvalidInput(code)."""
    found = body.get(name)
    if not isinstance(found, dict):
        raise InvalidInput(code, f"expected an object {name}; load the page again", field=name)
    return found


def bytes_in(body: Mapping[str, Any], name: str) -> bytes:
    """Return the bytes of a member in base64; raise InvalidInput("pen.malformed")."""
    found = body.get(name)
    try:
        return base64.b64decode(found if isinstance(found, str) else "?", validate=True)
    except ValueError as error:
        raise InvalidInput(_CODE, f"expected {name} in base64; load the page again", field=name) from error


def hex_in(body: Mapping[str, Any], name: str, length: int | None = None) -> bytes:
    """Return the bytes of a member in hexadecimal, as many as asked for; raise InvalidInput("pen.malformed")."""
    found = body.get(name)
    try:
        data = bytes.fromhex(found) if isinstance(found, str) and len(found) <= _MOST_HEX else b""
    except ValueError:
        data = b""
    if not data or length not in (None, len(data)):
        raise InvalidInput(_CODE, f"expected {name} in hexadecimal; load the page again", field=name)
    return data
