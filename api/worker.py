"""The background loops: sequencing every log, registering and anchoring them, messages and the ceremony's calendar (DESIGN 3–5, 9).

Promises: each turn is one call of a service that can be repeated after a crash; a failing turn is logged with its code and
tried again, never faster than its pause. Any number of workers may run: leases decide who leads.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from api.seal_turns import Sealing
from api.turns import (
    Anchoring,
    Delivering,
    Figuring,
    Lapsing,
    Messaging,
    Minding,
    Publishing,
    Rooting,
    Sequencing,
    Tidying,
)
from api.wiring import ids
from api.wiring.installation import Installation
from ledger.errors import LedgerError
from ledger.storage.logs import all_logs
from signing.errors import SigningError

log = structlog.get_logger("tally.worker")

LOOK_SECONDS = 5.0  # how soon a log that was opened while we run is sequenced
LONGEST_PAUSE_SECONDS = 30.0  # after repeated failures: soon enough to catch up, rare enough to keep the log readable


@dataclass
class Loop:
    """One thread that takes turns until it is told to stop; `turn` returns how many seconds to rest."""

    name: str
    turn: Callable[[], float]
    stop: threading.Event
    end: Callable[[], None] = lambda: None
    _failures: int = 0

    def run(self) -> None:
        while not self.stop.is_set():
            self.stop.wait(self._take_turn())
        with suppress(LedgerError):
            self.end()

    def _take_turn(self) -> float:
        try:
            pause = self.turn()
        except (LedgerError, SigningError) as error:
            return self._failed(error.code, error.message)
        except Exception as error:  # the outermost edge of this thread: a loop must not die in silence
            log.exception("turn failed unexpectedly", loop=self.name, error=type(error).__name__)
            return self._failed("unexpected", type(error).__name__)
        if self._failures:
            log.info("loop works again", loop=self.name, after_failures=self._failures)
        self._failures = 0
        return pause

    def _failed(self, code: str, message: str) -> float:
        self._failures += 1
        if self._failures in {1, 10} or self._failures % 100 == 0:
            log.warning(
                "turn failed; trying again", loop=self.name, code=code, message=message, failures=self._failures
            )
        return min(LONGEST_PAUSE_SECONDS, 0.05 * float(2 ** min(self._failures, 10)))


@dataclass
class Worker:
    """The loops of one process: one that sequences each log, and one that registers and anchors them all."""

    installation: Installation
    holder: str
    stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _sequenced: set[int] = field(default_factory=set)

    def start(self) -> None:
        """Start the loops; logs that are opened later get theirs within LOOK_SECONDS."""
        self._follow_logs()
        self._start("logs", self._follow_logs)
        self._start("anchors", Anchoring(self.installation, self.holder).turn)
        self._start("messages", Messaging(self.installation).turn)
        self._start("webhooks", Delivering(self.installation).turn)
        self._start("minding", Minding(self.installation).turn)
        self._start("seals", Sealing(self.installation, self.holder).turn)
        self._start("figures", Figuring(self.installation).turn)
        self._start("tidying", Tidying(self.installation).turn)

    def publish(self, *, co_located: bool) -> None:
        """Start the loop of the blacklist's registry, where the settings want one; `co_located` evaluators are made and run here."""
        if self.installation.settings.blacklist_seconds:
            self._start("blacklist", Publishing(self.installation, co_located).turn)
            self._start("listings", Lapsing(self.installation).turn)
            self._start("roots", Rooting(self.installation, ids.new_id(), co_located).turn)

    def close(self, timeout_seconds: float = 10.0) -> None:
        """Ask every loop to finish its turn, and wait for it."""
        self.stop.set()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _start(self, name: str, turn: Callable[[], float], end: Callable[[], None] = lambda: None) -> None:
        thread = threading.Thread(target=Loop(name, turn, self.stop, end).run, name=f"tally-{name}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _follow_logs(self) -> float:
        for row in self.installation.stores.database.read(all_logs):
            if row.id not in self._sequenced:
                self._sequenced.add(row.id)
                sequencing = Sequencing(self.installation, row, self.holder)
                self._start(f"sequence-{row.id}", sequencing.turn, sequencing.end)
        return LOOK_SECONDS
