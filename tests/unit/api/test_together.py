import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from api.together import MOST, Together
from ledger.errors import Unavailable

POISON, REFUSED = -1, -2


@dataclass
class Desk:
    """Doubles what it is asked, once it is let; keeps each call."""

    calls: list[list[int]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    away: bool = False

    def answer(self, asked: Sequence[int]) -> list[int | Exception]:
        self.calls.append(list(asked))
        assert self.closed.wait(10)
        if self.away:
            raise Unavailable("database.unavailable", "away")
        if POISON in asked:
            raise ZeroDivisionError
        return [ValueError(one) if one == REFUSED else one * 2 for one in asked]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def asked(together: Together[int, int], *numbers: int, desk: Desk) -> list[int | BaseException]:
    """Ask one number, and the others while the first is being answered."""
    first = asyncio.create_task(together.ask(numbers[0]))
    while not desk.calls:  # noqa: ASYNC110  # the thread that answers tells nobody
        await asyncio.sleep(0)
    others = [asyncio.create_task(together.ask(number)) for number in numbers[1:]]
    await asyncio.sleep(0)
    desk.closed.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


def test_who_comes_during_a_call_is_in_the_next_one_and_gets_the_own_answer(desk: Desk) -> None:
    answers = asyncio.run(asked(Together(desk.answer), 1, 2, 3, desk=desk))
    assert answers == [2, 4, 6]
    assert desk.calls == [[1], [2, 3]]


def test_no_call_has_more_than_its_most(desk: Desk) -> None:
    numbers = range(MOST + 2)
    assert asyncio.run(asked(Together(desk.answer), *numbers, desk=desk)) == [number * 2 for number in numbers]
    assert [len(call) for call in desk.calls] == [1, MOST, 1]


def test_who_comes_after_all_were_answered_begins_a_new_call(desk: Desk) -> None:
    async def story() -> list[int]:
        together = Together(desk.answer)
        return [await together.ask(number) for number in (1, 2)]

    desk.closed.set()
    assert asyncio.run(story()) == [2, 4]
    assert desk.calls == [[1], [2]]


def test_as_many_calls_at_once_as_are_allowed(desk: Desk) -> None:
    async def story() -> list[int]:
        together = Together(desk.answer, at_once=2)
        tasks = [asyncio.create_task(together.ask(1))]
        while len(desk.calls) < len(tasks):  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)
        tasks.append(asyncio.create_task(together.ask(2)))
        while len(desk.calls) < len(tasks):  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)
        tasks.append(asyncio.create_task(together.ask(3)))
        await asyncio.sleep(0)
        desk.closed.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(story()) == [2, 4, 6]
    assert desk.calls == [[1], [2], [3]]


def test_a_refusal_reaches_whom_it_is_for_alone(desk: Desk) -> None:
    first, refused, last = asyncio.run(asked(Together(desk.answer), 1, REFUSED, 3, desk=desk))
    assert (first, last) == (2, 6)
    assert isinstance(refused, ValueError)


def test_one_that_fails_as_nobody_foresaw_fails_alone(desk: Desk) -> None:
    first, poisoned, last = asyncio.run(asked(Together(desk.answer), 1, POISON, 3, desk=desk))
    assert (first, last) == (2, 6)
    assert isinstance(poisoned, ZeroDivisionError)
    assert desk.calls == [[1], [POISON, 3], [POISON], [3]]


def test_stores_that_are_away_are_told_to_all_and_asked_once(desk: Desk) -> None:
    desk.away = True
    answers = asyncio.run(asked(Together(desk.answer), 1, 2, 3, desk=desk))
    assert {type(answer) for answer in answers} == {Unavailable}
    assert desk.calls == [[1], [2, 3]]


def test_who_has_gone_is_not_told_and_the_others_are(desk: Desk) -> None:
    async def story() -> int:
        together = Together(desk.answer)
        gone = asyncio.create_task(together.ask(1))
        while not desk.calls:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)
        gone.cancel()
        stays = asyncio.create_task(together.ask(2))
        await asyncio.sleep(0)
        desk.closed.set()
        return await stays

    assert asyncio.run(story()) == 4
