"""HTTP over one listening socket: bound first, so that a taken port is told before anything starts, then served from a thread."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from api.app import create_app
from api.commands.preflight import ABSENT
from api.commands.processors import keep_to
from api.pages.static import missing
from api.settings import Settings
from api.wiring.installation import Installation
from ledger.errors import Conflict, Unavailable

log = structlog.get_logger("tally.start")

START_SECONDS = 20.0
BACKLOG = 2048  # connections that wait to be accepted: a burst of a second, rather than refused ones


@contextmanager
def bound(settings: Settings) -> Iterator[socket.socket]:
    """Yield the socket of the service, listening; raise Conflict("service.port-in-use")."""
    if absent := missing():
        log.warning("third-party files are missing", code="assets.missing", files=absent, todo=ABSENT)
    with _bind(settings.host, settings.port) as listener:
        listener.listen(BACKLOG)
        yield listener


@contextmanager
def serving(installation: Installation, listener: socket.socket, processor: int | None = None) -> Iterator[None]:
    """Serve HTTP from a thread of its own, from when it answers until the block ends; it and its threads keep to `processor`."""
    installation.listens_on(listener.getsockname()[1])
    config = uvicorn.Config(
        create_app(installation), log_config=None, access_log=False, timeout_graceful_shutdown=5, server_header=False
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


def not_started() -> Unavailable:
    return Unavailable("service.not-started", "the HTTP service did not start; see the log lines above")


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    waited = threading.Event()
    for _ in range(int(START_SECONDS / 0.01)):
        if server.started:
            return
        if not thread.is_alive():
            break
        waited.wait(0.01)
    raise not_started()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = f"port {port} of {host} is in use; stop what listens there, or choose another with TALLY_PORT (0 takes a free one)"
        raise Conflict("service.port-in-use", message) from error
    return listener
