import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from api.waiting import CheckpointWaiter
from ledger.core.log.permissions import Principal, Role
from ledger.core.log.receipt import Receipt
from ledger.errors import NotAllowed, Unavailable
from ledger.services.evidence.issue_receipts import Answer, Asked
from support.receipts import receipt

OFFICER = Principal("officer", "lender", frozenset({Role.OFFICER}), "program")
FIRST, SECOND = Asked(OFFICER, "first"), Asked(OFFICER, "second")
RECEIPT = receipt()
LONG, SHORT = 60.0, 0.01


@dataclass
class Log:
    """A log that grows when the test says so, and counts what it is asked."""

    size: int = 0
    answers: dict[Asked, Answer] = field(default_factory=dict)
    away: int = 0
    asked: list[list[Asked]] = field(default_factory=list)
    looks: int = 0

    def sizes(self) -> Mapping[int, int]:
        self.looks += 1
        return {1: self.size}

    def receipts(self, asked: Sequence[Asked]) -> Mapping[Asked, Answer]:
        if self.away:
            self.away -= 1
            raise Unavailable("database.unavailable", "away")
        self.asked.append(list(asked))
        return {one: self.answers.get(one, Unavailable("entry.pending", "waits")) for one in asked}

    def cover(self, *asked: Asked) -> None:
        self.answers |= dict.fromkeys(asked, RECEIPT)
        self.size += 1

    async def looked(self, times: int = 2) -> None:
        """Return when the waiter has looked that often again."""
        until = self.looks + times
        while self.looks < until:  # noqa: ASYNC110  # the thread that looks tells nobody
            await asyncio.sleep(0)


def run(log: Log, story: Callable[[CheckpointWaiter], Awaitable[None]]) -> None:
    async def told() -> None:
        await story(CheckpointWaiter(log.sizes, log.receipts, poll_seconds=0))

    asyncio.run(told())


def test_a_waiter_gets_its_receipt_when_a_checkpoint_covers_it_and_the_other_waits_on() -> None:
    log = Log()

    async def story(waiter: CheckpointWaiter) -> None:
        first = asyncio.create_task(waiter.wait(FIRST, LONG))
        second = asyncio.create_task(waiter.wait(SECOND, LONG))
        await log.looked()
        log.cover(FIRST)
        assert await first is RECEIPT
        assert not second.done()
        log.cover(SECOND)
        assert await second is RECEIPT

    run(log, story)


def test_who_waits_is_asked_for_again_only_when_a_log_grew() -> None:
    log = Log()

    async def story(waiter: CheckpointWaiter) -> None:
        task = asyncio.create_task(waiter.wait(FIRST, LONG))
        await log.looked(5)
        assert log.asked == [[FIRST]]
        log.cover(FIRST)
        await task

    run(log, story)
    assert log.asked == [[FIRST], [FIRST]]


def test_who_comes_after_the_checkpoint_is_asked_for_at_once() -> None:
    log = Log()
    log.cover(FIRST, SECOND)

    async def story(waiter: CheckpointWaiter) -> None:
        assert await waiter.wait(FIRST, LONG) is RECEIPT
        assert await waiter.wait(SECOND, LONG) is RECEIPT

    run(log, story)


def test_two_who_wait_for_one_entry_both_get_it() -> None:
    log = Log()

    async def story(waiter: CheckpointWaiter) -> None:
        both = [asyncio.create_task(waiter.wait(FIRST, LONG)) for _ in range(2)]
        await log.looked()
        log.cover(FIRST)
        assert await asyncio.gather(*both) == [RECEIPT, RECEIPT]

    run(log, story)


def test_what_keeps_a_receipt_from_being_made_reaches_its_waiter_alone() -> None:
    log = Log()
    log.cover(SECOND)
    log.answers[FIRST] = NotAllowed("permission.denied", "no")

    async def story(waiter: CheckpointWaiter) -> None:
        refused, given = await asyncio.gather(
            waiter.wait(FIRST, LONG), waiter.wait(SECOND, LONG), return_exceptions=True
        )
        assert isinstance(refused, NotAllowed)
        assert isinstance(given, Receipt)

    run(log, story)


def test_a_database_that_is_away_for_a_moment_loses_nobody() -> None:
    log = Log(away=3)
    log.cover(FIRST)

    async def story(waiter: CheckpointWaiter) -> None:
        assert await waiter.wait(FIRST, LONG) is RECEIPT

    run(log, story)


@pytest.mark.parametrize("covered_later", [True, False])
def test_who_waited_too_long_is_told_so_and_leaves_nothing_behind(covered_later: bool) -> None:  # noqa: FBT001  # a parameter
    log = Log()

    async def story(waiter: CheckpointWaiter) -> None:
        assert await waiter.wait(FIRST, SHORT) is None
        if covered_later:
            log.cover(FIRST)
            assert await waiter.wait(FIRST, LONG) is RECEIPT

    run(log, story)
    assert log.asked[0] == [FIRST]
