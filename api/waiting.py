"""Waiting for the checkpoint that covers an entry, without holding a connection or a thread per waiter (DESIGN section 3).

Promises: one look at the database serves all who wait, at most every POLL_SECONDS, and only while someone waits.
Leaves to others: what to answer when the time is up.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from anyio.to_thread import run_sync

from ledger.errors import LedgerError

POLL_SECONDS = 0.02  # far below the batch interval, so it adds little to an answer's time


@dataclass
class CheckpointWaiter:
    """Wakes the requests whose entries a checkpoint covers; `covered` is asked in a thread."""

    covered: Callable[[list[str]], Iterable[str]]
    _waiting: dict[str, list[asyncio.Future[None]]] = field(default_factory=dict)
    _watch: asyncio.Task[None] | None = None

    async def wait(self, entry_id: str, seconds: float) -> bool:
        """Return True as soon as a checkpoint covers the entry, False when `seconds` have passed first."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(entry_id, []).append(future)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return False
        finally:
            self._forget(entry_id, future)
        return True

    def _forget(self, entry_id: str, future: asyncio.Future[None]) -> None:
        waiters = self._waiting.get(entry_id, [])
        if future in waiters:
            waiters.remove(future)
        if not waiters:
            self._waiting.pop(entry_id, None)

    async def _look(self) -> None:
        while self._waiting:
            asked = list(self._waiting)
            # A database that is away for a moment must not lose those who wait: their own deadline ends it.
            with contextlib.suppress(LedgerError):
                for entry_id in await run_sync(self.covered, asked):
                    for future in self._waiting.get(entry_id, []):
                        if not future.done():
                            future.set_result(None)
            await asyncio.sleep(POLL_SECONDS)
