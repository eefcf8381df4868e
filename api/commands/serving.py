"""HTTP over a socket that was bound before, served from a thread of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create_app
from api.commands.http_processes import START_SECONDS, not_started
from api.commands.processors import keep_to
from api.wiring.installation import Installation


@contextmanager
def serving(installation: Installation, listener: socket.socket, processor: int | None = None) -> Iterator[None]:
    """Serve HTTP from a thread of its own, from when it answers until the block ends; it and its threads keep to `processor`."""
    installation.listens_on(listener.getsockname()[1])
    config = uvicorn.Config(
        create_app(installation),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    server = uvicorn.Server(config)

    def run() -> None:
        keep_to(processor)
        server.run(sockets=[listener])

    thread = threading.Thread(target=run, name="tally-http", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    waited = threading.Event()
    for _ in range(int(START_SECONDS / 0.01)):
        if server.started:
            return
        if not thread.is_alive():
            break
        waited.wait(0.01)
    raise not_started()
