"""Ids that follow one another, though a machine's clock does not."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.following_ids import following

_TAIL = (1 << 64) - 1


def uuid7(milliseconds: int, fraction: int, random: int) -> str:
    return str(UUID(int=(milliseconds << 80) | (7 << 76) | (fraction << 64) | (0b10 << 62) | random))


IDS = st.builds(uuid7, st.integers(0, (1 << 48) - 2), st.integers(0, 4095), st.integers(0, (1 << 62) - 1))


def test_fresh_id_that_follows_is_taken_as_it_is() -> None:
    assert following(uuid7(5, 0, 9), lambda: uuid7(5, 1, 0))() == uuid7(5, 1, 0)


def test_id_of_a_clock_that_is_behind_follows_by_the_least_time() -> None:
    make = following(uuid7(5, 4095, 9), lambda: uuid7(3, 1, 7))
    assert [make(), make()] == [uuid7(6, 0, 7), uuid7(6, 1, 7)]


@given(IDS, st.lists(IDS, min_size=1, max_size=5))
def test_each_id_sorts_after_the_one_before_and_keeps_its_randomness(previous: str, fresh: list[str]) -> None:
    waiting = iter(fresh)
    make = following(previous, lambda: next(waiting))
    made = [make() for _ in fresh]
    assert sorted({previous, *made}) == [previous, *made]
    assert [UUID(one).int & _TAIL for one in made] == [UUID(one).int & _TAIL for one in fresh]
    assert all(UUID(one).version == 7 for one in made)
