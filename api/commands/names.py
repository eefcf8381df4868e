"""What people write for an agreement or an entry: an id, or an agreement's own number."""

import re
from typing import Final

from api.commands.client import Client
from ledger.errors import InvalidInput, NotFound

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def agreement_id(client: Client, text: str) -> str:
    """Return the id of the agreement that has this id or number; raise NotFound("agreement.unknown")."""
    if is_id(text):
        return text
    items = client.get("/v1/agreements", search="number", value=text)["items"]
    first = items[0] if isinstance(items, list) and items else None
    if not isinstance(first, dict):
        raise NotFound(
            "agreement.unknown",
            f"no agreement of your institution has the number {text}; `tally agreement list` shows them",
        )
    return str(first["id"])


def application_id(client: Client, text: str) -> str:
    """Return the id of the application that has this id or number; raise NotFound("application.unknown")."""
    if is_id(text):
        return text
    items = client.get("/v1/applications", search="number", value=text)["items"]
    first = items[0] if isinstance(items, list) and items else None
    if not isinstance(first, dict):
        raise NotFound("application.unknown", f"no application of your institution has the number {text}")
    return str(first["id"])


def require_id(text: str, what: str) -> str:
    """Return the text when it is an id; raise InvalidInput("id.malformed")."""
    if not is_id(text):
        raise InvalidInput("id.malformed", f"expected the id of {what}, as 01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10")
    return text
