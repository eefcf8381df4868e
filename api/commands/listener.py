"""The socket of the service: bound first, so that a taken port is told before anything starts."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from api.settings import Settings
from ledger.errors import Conflict

BACKLOG = 2048  # connections that wait to be accepted: a burst of a second, rather than refused ones


@contextmanager
def bound(settings: Settings) -> Iterator[socket.socket]:
    """Yield the socket of the service, listening; raise Conflict("service.port-in-use")."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise _in_use(settings) from error
        listener.listen(BACKLOG)  # from here on nobody else can have the port
        yield listener


def _in_use(settings: Settings) -> Conflict:
    return Conflict(
        "service.port-in-use",
        f"port {settings.port} of {settings.host} is in use; stop what listens there, or choose another with TALLY_PORT (0 takes a free one)",
    )
