"""`tally up`: everything by one command."""

import signal
import threading
from typing import Annotated

import typer

from api.commands.configured import read_settings
from api.commands.demo_walk import walk
from api.commands.outcome import say
from api.commands.running import everything
from api.commands.set_up_code import say_set_up

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Walk one loan contract from PDF to verified receipt first.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="With --demo: stop after the walk, with its exit status.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Listen here instead of TALLY_PORT; 0 takes a free one.")
    ] = None,
) -> None:
    """Run service, worker and chain together, made on the first start. Ctrl-C stops it."""
    settings = read_settings()
    if port is not None or once:  # one walk needs no fixed address
        settings = settings.model_copy(update={"port": port or 0})
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with everything(settings) as running:
        say(f"Tallystick is up: {running.url}   data: {settings.data}")
        status = walk(running.url, settings) if demo else 0
        say_set_up(running.installation)
        if not once:
            say(f"\nServing on {running.url} (verify page: {running.url}/verify). Ctrl-C stops.")
            stop.wait()
    raise typer.Exit(status if once else 0)
