"""What `tally up` does once its HTTP processes are on their way: run everything, say where, and wait to be stopped."""

import threading

from api.commands.demo_walk import walk
from api.commands.http_processes import Front
from api.commands.outcome import say
from api.commands.program import program
from api.commands.running import everything
from api.commands.set_up_code import say_set_up
from api.settings import Settings


def run(settings: Settings, before: Front, stop: threading.Event, *, demo: bool, once: bool) -> int:
    """Run until `stop` is set, or with `once` until the walk is done; return the walk's exit status."""
    with everything(settings, before) as running:
        say(f"Tallystick is up: {running.url}   data: {settings.data}")
        status = walk(running.url, settings) if demo else 0
        if once:
            say(f"\nServe its pages:\n  {program()} up    (it says how to make the first administrator)")
        else:
            say_set_up(running.installation)
            say(f"\nServing on {running.url} (verify page: {running.url}/verify). Ctrl-C stops.")
            stop.wait()
    return status
