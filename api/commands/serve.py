"""`tally serve`: the HTTP service alone, any number of them, on a database, an object store and a chain that others made."""

import signal
import threading

import typer

from api.commands.configured import read_settings_to_run
from api.commands.local import require_own_chain
from api.commands.outcome import note
from api.commands.running import listening
from api.wiring.installation import open_installation
from api.wiring.logging import configure_logging
from ledger.services.log.bind_chain import require_binding
from ledger.services.log.register_log import bound

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def serve() -> None:
    """Run the HTTP service alone; it migrates and makes nothing. Ctrl-C or SIGTERM stops it."""
    settings = read_settings_to_run()
    require_own_chain(settings, "`tally serve`", "`tally up` runs service, worker and chain in one process.")
    configure_logging(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    installation = open_installation(settings)
    try:
        require_binding(installation.client, bound(installation.stores))
        with listening(installation) as url:
            note(f"Serving on {url}; entries are sequenced by `tally worker`. Ctrl-C stops.")
            stop.wait()
    finally:
        installation.close()
