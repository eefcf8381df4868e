"""`tally worker`: the sequencing and anchoring loops alone; any number may run, leases decide who leads."""

import signal
import threading

import typer

from api.commands.configured import read_settings_to_run
from api.commands.local import require_own_chain
from api.commands.outcome import note
from api.wiring import ids
from api.wiring.installation import open_installation
from api.wiring.logging import configure_logging
from api.worker import Worker
from ledger.services.log.bind_chain import require_binding
from ledger.services.log.register_log import bound

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def worker() -> None:
    """Run the sequencing and anchoring loops alone; it migrates and makes nothing. Ctrl-C or SIGTERM stops it."""
    settings = read_settings_to_run()
    require_own_chain(settings, "`tally worker`", "`tally up` runs service, worker and chain in one process.")
    configure_logging(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    installation = open_installation(settings)
    try:
        require_binding(installation.client, bound(installation.stores))
        loops = Worker(installation, ids.new_id())
        loops.start()
        loops.publish(co_located=False)
        note("Working. Ctrl-C stops after the present turn.")
        stop.wait()
        loops.close()
    finally:
        installation.close()
