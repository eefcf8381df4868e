"""`tally up`: everything by one command."""

import signal
import threading
from typing import Annotated

import typer

from api.commands.configured import read_settings_to_run
from api.commands.http_processes import Front, front
from api.settings import Settings

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
    settings = read_settings_to_run()
    if port is not None or once:  # one walk needs no fixed address
        settings = settings.model_copy(update={"port": port or 0})
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with front(settings) as before:
        status = _run(settings, before, stop, demo=demo, once=once)
    raise typer.Exit(status if once else 0)


def _run(settings: Settings, before: Front, stop: threading.Event, *, demo: bool, once: bool) -> int:
    from api.commands.up_running import run  # noqa: PLC0415  # loaded while the HTTP processes load theirs

    return run(settings, before, stop, demo=demo, once=once)
