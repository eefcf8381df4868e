"""How commands name an application, and how they tell what was done to one."""

from typing import Annotated

import typer

from api.commands.outcome import say, say_json
from api.commands.tables import covered, facts
from signing.canonical import Json

Application = Annotated[str, typer.Argument(metavar="APPLICATION", help="Id or number of the application.")]


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
