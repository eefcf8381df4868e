"""HTTP in processes of its own: one interpreter serves some two hundred signatures a second, and shares nothing with the worker (ADR 0103).

Promises: all of them serve one socket; one that ends by itself is replaced; none outlives the block. Leaves to others: what a
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
from api.commands.processors import spread
from api.commands.serving import START_SECONDS, not_started
from api.settings import Settings
from ledger.errors import Unavailable

log = structlog.get_logger("tally.start")

_COMMAND = (sys.executable, "-c", "from api.commands.http_process import main; main()")
_STOP_SECONDS = 15.0  # a request under way gets five of them
_AGAIN_SECONDS = 1.0


@contextmanager
def serving_apart(settings: Settings, listener: socket.socket, chain_door: str) -> Iterator[None]:
    """Serve from `settings.processes` processes, from when all answer until the block ends; raise Unavailable("service.not-started")."""
    places = [_Place(settings, listener, chain_door, processor) for processor in spread(settings.processes)]
    try:
        for place in places:
            place.start()
        for place in places:
            place.wait_until_ready()
        for place in places:
            threading.Thread(target=place.keep, name="tally-http-keeper", daemon=True).start()
        yield
    finally:
        for place in places:
            place.tell_to_end()
        for place in places:
            place.wait_until_ended()


@dataclass
class _Place:
    """The place of one process, which another takes when it ends before its time."""

    settings: Settings
    listener: socket.socket
    chain_door: str
    processor: int | None
    _process: "subprocess.Popen[bytes] | None" = None
    _ready: int = -1
    _ending: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._ready, theirs = os.pipe()
        order = Order(
            settings=self.settings,
            listener=self.listener.fileno(),
            ready=theirs,
            chain_door=self.chain_door,
            processor=self.processor,
        )
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            _COMMAND, stdin=subprocess.PIPE, pass_fds=(order.listener, theirs)
        )
        os.close(theirs)
        assert self._process.stdin is not None  # noqa: S101  # it was asked for
        with suppress(BrokenPipeError):  # it ended at once: whoever waits for it says so
            self._process.stdin.write(order.to_line())
            self._process.stdin.flush()

    def wait_until_ready(self) -> None:
        readable, _, _ = select.select([self._ready], [], [], START_SECONDS)
        said = os.read(self._ready, len(READY)) if readable else b""
        os.close(self._ready)
        if said != READY:
            raise not_started()

    def keep(self) -> None:
        """Start another whenever the process ends, until told to end."""
        while self._process is not None:
            status = self._process.wait()
            if self._ending.is_set():
                return
            log.warning("an HTTP process ended; starting another", code="service.process-ended", status=status)
            if self._ending.wait(_AGAIN_SECONDS):
                return
            self.start()
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
            self._process.kill()
            self._process.wait()
