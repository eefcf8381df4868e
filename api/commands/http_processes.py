"""HTTP in processes of its own: one interpreter serves some hundreds of signatures a second, and shares nothing with the worker (ADR 0103).

Promises: all of them serve one socket; one that ends by itself is replaced; none outlives the block. They are started before there is
anything to serve, and load what they need while the process that starts them opens it (ADR 0202). Leaves to others: what a
process does (`http_process`) and where its questions to the embedded chain are answered (`chain_door`).
"""

import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import structlog

from api.commands.http_process import READY, Order
from api.commands.listener import bound
from api.commands.processors import spread
from api.settings import Settings
from ledger.errors import Unavailable

log = structlog.get_logger("tally.start")

START_SECONDS = 20.0
_COMMAND = (sys.executable, "-c", "from api.commands.http_process import main; main()")
_STOP_SECONDS = 15.0  # a request under way gets five of them
_AGAIN_SECONDS = 1.0


def not_started() -> Unavailable:
    return Unavailable("service.not-started", "the HTTP service did not start; see the log lines above")


@dataclass(frozen=True)
class Front:
    """The socket of the service, bound, and the processes that will serve it, loading; none where HTTP is served by this process."""

    listener: socket.socket
    places: "tuple[_Place, ...]"

    @contextmanager
    def serving(self, settings: Settings, chain_door: str) -> Iterator[None]:
        """Serve from these processes, from when all answer until the block ends; raise Unavailable("service.not-started")."""
        try:
            for place in self.places:
                place.order(settings, chain_door)
            for place in self.places:
                place.wait_until_ready()
            for place in self.places:
                threading.Thread(target=place.keep, name="tally-http-keeper", daemon=True).start()
            yield
        finally:
            for place in self.places:
                place.tell_to_end()
            for place in self.places:
                place.wait_until_ended()


@contextmanager
def front(settings: Settings) -> Iterator[Front]:
    """Bind the socket and start as many processes as the settings say; raise Conflict("service.port-in-use")."""
    with bound(settings) as listener:
        places = tuple(_Place(listener, processor) for processor in spread(settings.processes))
        try:
            for place in places:
                place.start()
            yield Front(listener, places)
        finally:
            for place in places:
                place.end_now()


@dataclass
class _Place:
    """The place of one process, which another takes when it ends before its time."""

    listener: socket.socket
    processor: int | None
    _process: "subprocess.Popen[bytes] | None" = None
    _order: Order | None = None
    _ready: int = -1  # our end of the pipe on which the process says that it answers
    _theirs: int = -1  # the number of its end
    _ending: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._ready, self._theirs = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            _COMMAND,
            stdin=subprocess.PIPE,
            pass_fds=(self.listener.fileno(), self._theirs),
            process_group=0,  # Ctrl-C in a terminal is for us alone: we end it, or not, even while it is still loading
        )
        os.close(self._theirs)

    def order(self, settings: Settings, chain_door: str) -> None:
        """Tell the process what to serve."""
        self._order = Order(
            settings=settings,
            listener=self.listener.fileno(),
            ready=self._theirs,
            chain_door=chain_door,
            processor=self.processor,
        )
        assert self._process is not None  # noqa: S101  # it was started
        assert self._process.stdin is not None  # noqa: S101  # it was asked for
        with suppress(BrokenPipeError):  # it ended at once: whoever waits for it says so
            self._process.stdin.write(self._order.to_line())
            self._process.stdin.flush()

    def wait_until_ready(self) -> None:
        readable, _, _ = select.select([self._ready], [], [], START_SECONDS)
        said = os.read(self._ready, len(READY)) if readable else b""
        os.close(self._ready)
        if said != READY:
            raise not_started()

    def keep(self) -> None:
        """Start another whenever the process ends, until told to end."""
        while self._process is not None and self._order is not None:
            status = self._process.wait()
            if self._ending.is_set():
                return
            log.warning("an HTTP process ended; starting another", code="service.process-ended", status=status)
            if self._ending.wait(_AGAIN_SECONDS):
                return
            self.start()
            self.order(self._order.settings, self._order.chain_door)
            with suppress(Unavailable):  # it ended again, or takes long: the next look at it decides
                self.wait_until_ready()

    def tell_to_end(self) -> None:
        self._ending.set()
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def wait_until_ended(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.end_now()

    def end_now(self) -> None:
        """End a process that has served nothing, or does not listen; one that has ended is left alone."""
        self.tell_to_end()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
