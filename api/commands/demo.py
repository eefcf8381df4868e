"""`tally demo`: the main job once, on the service that runs here or on one started for it."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.configured import read_settings
from api.commands.demo_walk import walk
from api.commands.running import everything
from api.commands.service_address import running_service

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def demo(
    pdf: Annotated[
        Path | None, typer.Option(help="Your own PDF; without it a contract is typeset.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Walk one loan contract from PDF to verified receipt, printing each step."""
    settings = read_settings()
    url = running_service(settings)
    if url is not None:
        raise typer.Exit(walk(url, settings, pdf))
    with everything(settings.model_copy(update={"port": 0, "processes": 0})) as running:
        status = walk(running.url, settings, pdf)
    raise typer.Exit(status)
