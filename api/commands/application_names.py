"""What people write for an application, an id or its own number, and how a command tells what it did to one."""

from typing import Annotated

import typer

from api.commands.client import Client
from api.commands.names import is_id
from api.commands.outcome import say, say_json
from api.commands.tables import covered, facts
from ledger.errors import NotFound
from signing.canonical import Json

Application = Annotated[str, typer.Argument(metavar="APPLICATION", help="Id or number of the application.")]


def application_id(client: Client, text: str) -> str:
    """Return the id of the application that has this id or number; raise NotFound("application.unknown")."""
    if is_id(text):
        return text
    items = client.get("/v1/applications", search="number", value=text)["items"]
    first = items[0] if isinstance(items, list) and items else None
    if not isinstance(first, dict):
        message = f"no application of your institution has the number {text}; `tally application list` shows them"
        raise NotFound("application.unknown", message)
    return str(first["id"])


def say_done(done: dict[str, Json], what: str, application: str, *, as_json: bool) -> None:
    """Say that something was recorded of an application."""
    if as_json:
        say_json(done)
        return
    say(
        facts(
            [
                (what, f"application {application}"),
                ("Id", str(done["id"])),
                ("Entry", str(done["entry"])),
                covered(done),
            ]
        )
    )
