from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.errors import Conflict
from ledger.storage.database import Database
from ledger.storage.leases import acquire_lease, check_fence, release_lease

T0 = "2026-11-23T15:00:00.000Z"
T5 = "2026-11-23T15:00:05.000Z"
T9 = "2026-11-23T15:00:09.999Z"
T10 = "2026-11-23T15:00:10.000Z"
T15 = "2026-11-23T15:00:15.000Z"


def take(database: Database, holder: str, now: str) -> int | None:
    return database.write(lambda tx: acquire_lease(tx, "job", holder, now, 10))


def lost(database: Database, fence: int) -> bool:
    try:
        database.write(lambda tx: check_fence(tx, "job", fence))
    except Conflict as error:
        return error.code == "lease.lost"
    return False


def test_a_held_lease_is_refused_to_others_and_renewed_for_its_holder(database: Database) -> None:
    assert take(database, "a", T0) == 1
    assert take(database, "b", T9) is None
    assert take(database, "a", T5) == 1
    assert take(database, "b", T10) is None
    assert take(database, "b", T15) == 2


def test_an_expired_lease_goes_to_another_under_a_higher_fence(database: Database) -> None:
    assert take(database, "a", T0) == 1
    assert take(database, "b", T10) == 2
    assert lost(database, 1)
    assert not lost(database, 2)
    assert take(database, "a", T10) is None


def test_an_expired_lease_comes_back_to_its_holder_under_a_higher_fence(database: Database) -> None:
    assert take(database, "a", T0) == 1
    assert take(database, "a", T15) == 2


def test_a_released_lease_is_free_at_once(database: Database) -> None:
    assert take(database, "a", T0) == 1
    database.write(lambda tx: release_lease(tx, "job", 1, T5))
    assert take(database, "b", T5) == 2


def test_releasing_a_lost_lease_does_not_touch_the_new_holder(database: Database) -> None:
    assert take(database, "a", T0) == 1
    assert take(database, "b", T10) == 2
    database.write(lambda tx: release_lease(tx, "job", 1, T10))
    assert take(database, "c", T15) is None


def test_a_fence_of_a_lease_nobody_took_is_refused(database: Database) -> None:
    for fence in (0, 1):
        with pytest.raises(Conflict):
            database.write(lambda tx, f=fence: check_fence(tx, "job", f))  # type: ignore[misc]  # bound per turn


@pytest.mark.parametrize("earlier", [False, True])
def test_of_concurrent_takers_exactly_one_leads(database: Database, *, earlier: bool) -> None:
    if earlier:
        take(database, "before", T0)
    with ThreadPoolExecutor(8) as pool:
        fences = list(pool.map(lambda holder: take(database, str(holder), T10), range(8)))
    assert [fence for fence in fences if fence is not None] == [2 if earlier else 1]
