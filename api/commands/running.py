"""An installation that runs: opened, its worker started, its service listening. What `up`, `serve`, `worker` and `demo` share."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import structlog

from api.commands.chain_door import chain_door
from api.commands.http_processes import Front
from api.commands.listener import bound
from api.commands.preflight import ABSENT
from api.commands.service_address import announced
from api.pages.static import missing
from api.settings import Settings
from api.wiring import ids
from api.wiring.first_start import InstitutionOrder, ensure_chain, ensure_institution, ensure_verifier
from api.wiring.installation import Installation, open_installation
from api.wiring.logging import configure_logging
from api.worker import Worker

log = structlog.get_logger("tally.start")


@dataclass(frozen=True)
class Running:
    """A running installation and the address of its service."""

    installation: Installation
    url: str


@contextmanager
def everything(settings: Settings, before: Front) -> Iterator[Running]:
    """Run worker and service of one installation, made on its first start; close it at the end.

    The worker and the embedded chain run in this process, HTTP in those that were started before, or in this one for none.
    """
    configure_logging(settings.log_level)
    _warn_of_absent()
    with ExitStack() as stack:
        installation = open_installation(settings, make=True)
        stack.callback(installation.close)
        order = InstitutionOrder(
            code=settings.institution_code, name=settings.institution_name, zone=settings.institution_zone
        )
        ensure_institution(installation, order)
        ensure_chain(installation)
        ensure_verifier(installation)
        installation.listens_on(before.listener.getsockname()[1])
        worker = Worker(installation, ids.new_id())
        stack.callback(worker.close)
        worker.start()
        worker.publish(co_located=True)
        stack.enter_context(_serving(installation, before))
        url = _url(settings, before.listener)
        stack.enter_context(announced(settings, url))
        yield Running(installation, url)


@contextmanager
def listening(installation: Installation) -> Iterator[str]:
    """Serve HTTP from a thread of this process; yield the URL once it answers."""
    _warn_of_absent()
    with bound(installation.settings) as listener, _serving_here(installation, listener):
        yield _url(installation.settings, listener)


@contextmanager
def _serving(installation: Installation, before: Front) -> Iterator[None]:
    embedded = installation.embedded
    with ExitStack() as stack:
        if not before.places:
            stack.enter_context(_serving_here(installation, before.listener))
        else:
            door = stack.enter_context(chain_door(embedded.handle_rpc)) if embedded else ""
            stack.enter_context(before.serving(installation.settings, door))
        yield


@contextmanager
def _serving_here(installation: Installation, listener: socket.socket) -> Iterator[None]:
    from api.commands.serving import serving  # noqa: PLC0415  # a process that serves nothing itself does without

    with serving(installation, listener):
        yield


def _warn_of_absent() -> None:
    if absent := missing():
        log.warning("third-party files are missing", code="assets.missing", files=absent, todo=ABSENT)


def _url(settings: Settings, listener: socket.socket) -> str:
    return f"http://{settings.host}:{listener.getsockname()[1]}"
