"""`tally demo`: the main job once, on the service that runs here or on one started for it."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.configured import read_settings
from api.commands.demo_approve import walk_approvals
from api.commands.demo_blacklist import walk_blacklist
from api.commands.demo_sign import walk_signing
from api.commands.demo_walk import walk
from api.commands.http_processes import front
from api.commands.running import everything
from api.commands.service_address import running_service
from ledger.errors import InvalidInput

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def demo(
    pdf: Annotated[
        Path | None, typer.Option(help="Your own PDF; without it a contract is typeset.", exists=True, dir_okay=False)
    ] = None,
    *,
    sign: Annotated[
        bool,
        typer.Option(
            "--sign", help="The whole ceremony: customers with passkeys, a countersignature, one sealed file."
        ),
    ] = False,
    blacklist: Annotated[
        bool,
        typer.Option("--blacklist", help="The shared blacklist instead: three institutions, every step of a listing."),
    ] = False,
    approve: Annotated[
        bool,
        typer.Option("--approve", help="Tiered approval instead: rule set, two people, a committee, then an insider."),
    ] = False,
) -> None:
    """Walk one loan contract from PDF to verified receipt, printing each step."""
    settings = read_settings()
    if approve and (sign or blacklist or pdf):
        raise InvalidInput("demo.options", "--approve has no contract: give it alone")
    if approve:
        raise typer.Exit(walk_approvals(settings))
    if blacklist and (sign or pdf):
        raise InvalidInput("demo.options", "--blacklist has no contract: give it alone")
    if blacklist:
        raise typer.Exit(walk_blacklist(settings))
    if sign and pdf:
        raise InvalidInput("demo.options", "--sign typesets its own contract: give it without --pdf")
    url = running_service(settings)
    if url is not None:
        raise typer.Exit(walk_signing(url, settings) if sign else walk(url, settings, pdf))
    alone = {
        "port": 0,
        "processes": 0,
        **({"anchor_seconds": 1} if sign else {}),
    }  # nobody waits long for the seal's anchor
    settings = settings.model_copy(update=alone)
    with front(settings) as before, everything(settings, before) as running:
        status = walk_signing(running.url, settings) if sign else walk(running.url, settings, pdf)
    raise typer.Exit(status)
