"""Waiting for the checkpoint that covers an entry, without holding a connection or a thread per waiter (DESIGN section 3).

Promises: while somebody waits, the sizes of the newest checkpoints are looked at every POLL_SECONDS, which costs one small statement
however many wait; only when one grew are the receipts of those who wait made, all in one go. Leaves to others: what to answer
when the time is up.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from ledger.core.log.receipt import Receipt
from ledger.errors import LedgerError
from ledger.services.evidence.issue_receipts import Answer, Asked

POLL_SECONDS = 0.02  # far below the batch interval, so it adds little to an answer's time
PENDING = "entry.pending"


@dataclass
class CheckpointWaiter:
    """Wakes the requests whose entries a checkpoint covers, with their receipts; both questions are asked in a thread."""

    sizes: Callable[[], Mapping[int, int]]  # of each log's newest checkpoint
    receipts: Callable[[Sequence[Asked]], Mapping[Asked, Answer]]
    poll_seconds: float = POLL_SECONDS
    _waiting: dict[Asked, list[asyncio.Future[Receipt]]] = field(default_factory=dict)
    _fresh: set[Asked] = field(default_factory=set)  # not asked for since they came
    _seen: Mapping[int, int] = field(default_factory=dict)
    _watch: asyncio.Task[None] | None = None
    _thread: CapacityLimiter = field(
        default_factory=lambda: CapacityLimiter(1)
    )  # its own: it never queues behind requests

    async def wait(self, asked: Asked, seconds: float) -> Receipt | None:
        """Return the receipt as soon as a checkpoint covers the entry, None when `seconds` have passed first.

        Raises what kept the receipt from being made: NotAllowed, NotFound, VerificationFailed.
        """
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(asked, []).append(future)
        self._fresh.add(asked)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            return None
        finally:
            self._forget(asked, future)

    def _forget(self, asked: Asked, future: asyncio.Future[Receipt]) -> None:
        waiters = self._waiting.get(asked, [])
        if future in waiters:
            waiters.remove(future)
        if not waiters:
            self._waiting.pop(asked, None)
            self._fresh.discard(asked)

    async def _look(self) -> None:
        while self._waiting:
            # A database that is away for a moment must not lose those who wait: their own deadline ends it.
            with contextlib.suppress(LedgerError):
                await self._look_once()
            await asyncio.sleep(self.poll_seconds)

    async def _look_once(self) -> None:
        sizes = await run_sync(self.sizes, limiter=self._thread)
        # A checkpoint may have come before its waiter did, so whoever is new is asked for once in any case.
        asked = list(self._waiting if sizes != self._seen else self._fresh)
        if not asked:
            return
        self._fresh.difference_update(asked)
        try:
            answers = await run_sync(self.receipts, asked, limiter=self._thread)
        except LedgerError:
            self._fresh.update(one for one in asked if one in self._waiting)
            raise
        self._seen = sizes
        for one, answer in answers.items():
            self._tell(one, answer)

    def _tell(self, asked: Asked, answer: Answer) -> None:
        for future in self._waiting.get(asked, []):
            if future.done():
                continue
            if isinstance(answer, Receipt):
                future.set_result(answer)
            elif answer.code != PENDING:
                future.set_exception(answer)
