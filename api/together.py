"""Requests that want the same thing at the same moment, served in one call (ADR 0201).

Promises: whoever comes while a call is under way is in the next one, so nobody waits for others to come; each gets the answer to
its own question. A call costs one change of thread and back, however many are in it. Leaves to others: what the call does.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from ledger.errors import LedgerError

A = TypeVar("A")
B = TypeVar("B")

MOST = 32  # in one call: what it holds, a lock on the database among it, it holds for some tens of milliseconds


@dataclass
class Together(Generic[A, B]):
    """Hands on what was asked, in the order in which it came; `answer` is called in a thread, at most `at_once` times at once.

    A call that fails as nobody foresaw is made again for each alone, so it must be one that can be repeated.
    """

    answer: Callable[[Sequence[A]], Sequence[B | Exception]]
    at_once: int = 1
    _waiting: "deque[tuple[A, asyncio.Future[B]]]" = field(default_factory=deque)
    _calls: "set[asyncio.Task[None]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        self._threads = CapacityLimiter(self.at_once)  # of its own: it never queues behind other requests

    async def ask(self, asked: A) -> B:
        """Return the answer to `asked`, or raise it where it is an exception."""
        future: asyncio.Future[B] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if len(self._calls) < self.at_once:
            self._calls.add(asyncio.create_task(self._serve()))
        return await future

    async def _serve(self) -> None:
        try:
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
                answers = await self._answers([asked for asked, _ in taken])
                for (_, future), answer in zip(taken, answers, strict=True):
                    _tell(future, answer)
        finally:  # at once: whoever comes now begins a new one
            self._calls.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _answers(self, asked: list[A]) -> Sequence[B | Exception]:
        try:
            return await run_sync(self.answer, asked, limiter=self._threads)
        except LedgerError as error:  # the database is away, for each of them
            return [error] * len(asked)
        except Exception as error:  # noqa: BLE001  # the outermost edge of whichever request it was
            return [error] if len(asked) == 1 else [(await self._answers([one]))[0] for one in asked]


def _tell(future: asyncio.Future[B], answer: B | Exception) -> None:
    if future.done():  # whoever asked has gone
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
