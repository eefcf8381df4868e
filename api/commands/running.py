"""An installation that runs: opened, its worker started, its service listening. What `up`, `serve`, `worker` and `demo` share."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import structlog
import uvicorn

from api.app import create_app
from api.commands.preflight import ABSENT
from api.commands.service_address import announced
from api.pages.static import missing
from api.settings import Settings
from api.wiring import ids
from api.wiring.first_start import InstitutionOrder, ensure_chain, ensure_institution
from api.wiring.installation import Installation, open_installation
from api.wiring.logging import configure_logging
from api.worker import Worker
from ledger.errors import Conflict, Unavailable

log = structlog.get_logger("tally.start")

START_SECONDS = 20.0


@dataclass(frozen=True)
class Running:
    """A running installation and the address of its service."""

    installation: Installation
    url: str


@contextmanager
def everything(settings: Settings) -> Iterator[Running]:
    """Run service and worker of one installation in this process, made on its first start; close it at the end."""
    configure_logging(settings.log_level)
    with ExitStack() as stack:
        installation = open_installation(settings, make=True)
        stack.callback(installation.close)
        order = InstitutionOrder(
            code=settings.institution_code, name=settings.institution_name, zone=settings.institution_zone
        )
        ensure_institution(installation, order)
        ensure_chain(installation)
        worker = Worker(installation, ids.new_id())
        stack.callback(worker.close)
        worker.start()
        worker.publish(co_located=True)
        url = stack.enter_context(listening(installation))
        stack.enter_context(announced(settings, url))
        yield Running(installation, url)


@contextmanager
def listening(installation: Installation) -> Iterator[str]:
    """Serve HTTP from a thread of its own; yield the URL once it answers."""
    settings = installation.settings
    if absent := missing():
        log.warning("third-party files are missing", code="assets.missing", files=absent, todo=ABSENT)
    bound = _bind(settings.host, settings.port)
    installation.listens_on(bound.getsockname()[1])
    config = uvicorn.Config(
        create_app(installation), log_config=None, access_log=False, timeout_graceful_shutdown=5, server_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="tally-http", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield f"http://{settings.host}:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        bound.close()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    waited = threading.Event()
    for _ in range(int(START_SECONDS / 0.01)):
        if server.started:
            return
        if not thread.is_alive():
            break
        waited.wait(0.01)
    raise Unavailable("service.not-started", "the HTTP service did not start; see the log lines above")


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
