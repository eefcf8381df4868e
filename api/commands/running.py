"""An installation that runs: opened, its worker started, its service listening. What `up`, `serve`, `worker` and `demo` share."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from api.commands.chain_door import chain_door
from api.commands.http_processes import serving_apart
from api.commands.service_address import announced
from api.commands.serving import bound, serving
from api.settings import Settings
from api.wiring import ids
from api.wiring.first_start import InstitutionOrder, ensure_chain, ensure_institution
from api.wiring.installation import Installation, open_installation
from api.wiring.logging import configure_logging
from api.worker import Worker


@dataclass(frozen=True)
class Running:
    """A running installation and the address of its service."""

    installation: Installation
    url: str


@contextmanager
def everything(settings: Settings) -> Iterator[Running]:
    """Run worker and service of one installation, made on its first start; close it at the end.

    The worker and the embedded chain run in this process, HTTP in as many others as the settings say, or in this one for none.
    """
    configure_logging(settings.log_level)
    with ExitStack() as stack:
        installation = open_installation(settings, make=True)
        stack.callback(installation.close)
        order = InstitutionOrder(
            code=settings.institution_code, name=settings.institution_name, zone=settings.institution_zone
        )
        ensure_institution(installation, order)
        ensure_chain(installation)
        listener = stack.enter_context(bound(settings))
        installation.listens_on(listener.getsockname()[1])
        worker = Worker(installation, ids.new_id())
        stack.callback(worker.close)
        worker.start()
        worker.publish(co_located=True)
        stack.enter_context(_serving(installation, listener))
        url = _url(settings, listener)
        stack.enter_context(announced(settings, url))
        yield Running(installation, url)


@contextmanager
def listening(installation: Installation) -> Iterator[str]:
    """Serve HTTP from a thread of this process; yield the URL once it answers."""
    with bound(installation.settings) as listener, serving(installation, listener):
        yield _url(installation.settings, listener)


@contextmanager
def _serving(installation: Installation, listener: socket.socket) -> Iterator[None]:
    settings, embedded = installation.settings, installation.embedded
    with ExitStack() as stack:
        if not settings.processes:
            stack.enter_context(serving(installation, listener))
        else:
            door = stack.enter_context(chain_door(embedded.handle_rpc)) if embedded else ""
            stack.enter_context(serving_apart(settings, listener, door))
        yield


def _url(settings: Settings, listener: socket.socket) -> str:
    return f"http://{settings.host}:{listener.getsockname()[1]}"
