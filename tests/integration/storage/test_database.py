import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text

from ledger.errors import Conflict, InvalidInput, Unavailable
from ledger.storage.database import Database
from ledger.storage.directory import next_number
from ledger.storage.group_commit import MAX_BATCH
from ledger.storage.log import append_pending, pending_count
from ledger.storage.tables.directory import institution
from ledger.storage.tables.log import lease
from support.databases import new_postgresql_database, opened
from support.storage_rows import AT, new_entry, open_log

THREADS = 32
WRITES = 25


class Refusal(Exception):
    """What one caller's work says no with."""


def take_lease(name: str) -> Callable[[Connection], None]:
    def work(tx: Connection) -> None:
        tx.execute(insert(lease), {"name": name, "holder": "h", "fence": 1, "expires_at": AT})

    return work


def names(database: Database) -> set[str]:
    return set(database.read(lambda tx: tx.scalars(select(lease.c.name)).all()))


def test_a_written_row_is_read_back_after_reopening(database_url: str) -> None:
    with opened(database_url) as database:
        database.write(take_lease("one"))
    with opened(database_url) as database:
        assert names(database) == {"one"}


def test_a_work_that_raises_leaves_nothing_and_its_error_reaches_the_caller(database: Database) -> None:
    def work(tx: Connection) -> None:
        take_lease("one")(tx)
        raise Refusal

    with pytest.raises(Refusal):
        database.write(work)
    assert names(database) == set()


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable) as refused:
        database.read(take_lease("one"))
    assert refused.value.code == "database.unavailable"
    assert names(database) == set()


def test_a_read_sees_one_snapshot(database: Database) -> None:
    def work(tx: Connection) -> tuple[int, int]:
        before = len(tx.execute(select(lease)).all())
        database.write(take_lease("meanwhile"))
        return before, len(tx.execute(select(lease)).all())

    assert database.read(work) == (0, 0)
    assert names(database) == {"meanwhile"}


def test_an_unforeseen_constraint_is_a_conflict_without_the_values(database: Database) -> None:
    database.write(take_lease("secret-name"))
    with pytest.raises(Conflict) as refused:
        database.write(take_lease("secret-name"))
    assert refused.value.code == "database.refused"
    assert "secret-name" not in str(refused.value)


def test_an_unknown_table_is_unavailable_not_a_driver_error(database: Database) -> None:
    with pytest.raises(Unavailable) as refused:
        database.write(lambda tx: tx.execute(text("SELECT * FROM nowhere")))
    assert refused.value.code == "database.unavailable"


def test_concurrent_writers_keep_exactly_what_succeeded(database: Database) -> None:
    def caller(thread: int) -> int:
        failed = 0
        for number in range(WRITES):
            name = f"{thread}/{number}"
            try:
                database.write(failing(name) if number % 5 == 0 else take_lease(name))
            except Refusal:
                failed += 1
        return failed

    def failing(name: str) -> Callable[[Connection], None]:
        def work(tx: Connection) -> None:
            take_lease(name)(tx)
            raise Refusal

        return work

    with ThreadPoolExecutor(THREADS) as pool:
        failed = list(pool.map(caller, range(THREADS)))
    assert failed == [WRITES // 5] * THREADS
    assert names(database) == {f"{t}/{n}" for t in range(THREADS) for n in range(WRITES) if n % 5}


def test_concurrent_writers_share_commits_on_sqlite(sqlite_url: str) -> None:
    with opened(sqlite_url) as database:
        together = threading.Barrier(THREADS)

        def caller(thread: int) -> None:
            together.wait()
            for number in range(WRITES):
                database.write(take_lease(f"{thread}/{number}"))

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(caller, range(THREADS)))
        assert len(names(database)) == THREADS * WRITES
        assert database.commits < THREADS * WRITES / 3


def test_works_that_are_given_together_each_get_their_own_end(database: Database) -> None:
    def refusing(tx: Connection) -> None:
        take_lease("gone")(tx)
        raise Refusal

    done = database.write_each([take_lease("one"), refusing, take_lease("one"), take_lease("two")])
    assert [type(each) for each in done] == [type(None), Refusal, Conflict, type(None)]
    assert names(database) == {"one", "two"}
    assert database.write_each([]) == []


def test_works_that_are_given_together_share_a_commit_with_each_other_and_with_others_on_sqlite(
    sqlite_url: str,
) -> None:
    with opened(sqlite_url) as database, ThreadPoolExecutor(2) as pool:
        proceed, entered = threading.Event(), threading.Event()

        def leading(tx: Connection) -> None:
            entered.set()
            proceed.wait(10)
            take_lease("first")(tx)

        leader = pool.submit(database.write, leading)
        entered.wait(10)
        several = pool.submit(database.write_each, [take_lease(str(number)) for number in range(3)])
        while len(database._group._waiting) < 3:  # type: ignore[union-attr]  # noqa: SLF001  # until all wait
            proceed.wait(0.001)
        proceed.set()
        leader.result(10)
        several.result(10)
        assert database.commits == 2
        assert names(database) == {"first", "0", "1", "2"}


def test_one_who_is_told_to_stop_takes_back_what_was_given_and_not_begun(sqlite_url: str) -> None:
    def stopping(_: Connection) -> None:
        raise KeyboardInterrupt

    with opened(sqlite_url) as database:
        works = [take_lease("lost"), stopping, *(take_lease(str(number)) for number in range(MAX_BATCH))]
        with pytest.raises(KeyboardInterrupt):
            database.write_each(works)
        database.write(take_lease("afterwards"))
        assert names(database) == {"afterwards"}


def test_concurrent_numbers_have_no_gap_and_no_repeat(database: Database) -> None:
    row = {column.name: column.name for column in institution.c}
    database.write(lambda tx: tx.execute(insert(institution), row))

    def number(_: int) -> int:
        return database.write(lambda tx: next_number(tx, "id", "agreement", "2026"))

    with ThreadPoolExecutor(THREADS) as pool:
        assert sorted(pool.map(number, range(200))) == list(range(1, 201))


def test_of_concurrent_writers_on_one_head_exactly_one_wins(database: Database) -> None:
    log_id = database.write(open_log)

    def caller(number: int) -> str:
        try:
            database.write(lambda tx: append_pending(tx, log_id, new_entry("s", salt=str(number)), at=AT))
        except Conflict as error:
            return error.code
        return "won"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(caller, range(8))) == ["subject.moved-on"] * 7 + ["won"]
    assert database.read(lambda tx: pending_count(tx, log_id)) == 1


def test_a_commit_that_fails_is_told_to_every_caller_and_nothing_stays(sqlite_url: str) -> None:
    with opened(sqlite_url) as database, ThreadPoolExecutor(8) as pool:
        entered, proceed = threading.Event(), threading.Event()

        def breaking(tx: Connection) -> None:
            entered.set()
            proceed.wait(10)
            take_lease("broken")(tx)
            tx.exec_driver_sql("ROLLBACK")  # what SQLite does by itself when the disk is full

        leader = pool.submit(database.write, lambda tx: proceed.wait(10) and take_lease("first")(tx))
        batch = [pool.submit(database.write, take_lease(f"{n}")) for n in range(4)]
        batch.append(pool.submit(database.write, breaking))
        while len(database._group._waiting) < len(batch):  # type: ignore[union-attr]  # noqa: SLF001  # until all are in one batch
            entered.wait(0.001)
        proceed.set()
        leader.result(10)
        for caller in batch:
            with pytest.raises(Unavailable) as refused:
                caller.result(10)
            assert refused.value.code == "database.unavailable"
        assert names(database) == {"first"}
        database.write(take_lease("afterwards"))
        assert names(database) == {"first", "afterwards"}


def test_a_work_that_writes_again_is_a_mistake_not_a_deadlock(sqlite_url: str) -> None:
    with opened(sqlite_url) as database:
        with pytest.raises(RuntimeError, match="may not write"):
            database.write(lambda _: database.write(take_lease("inner")))
        database.write(take_lease("after"))
        assert names(database) == {"after"}


def test_a_lock_held_by_another_process_is_busy(sqlite_url: str) -> None:
    with opened(sqlite_url) as database:
        other = Database(sqlite_url, busy_seconds=0)

        def holding(_: Connection) -> None:
            with pytest.raises(Unavailable) as refused:
                other.write(take_lease("b"))
            assert refused.value.code == "database.busy"

        database.write(holding)
        other.write(take_lease("c"))
        other.close()
        assert names(database) == {"c"}


def test_a_writer_gets_its_turn_soon_after_another_process_has_written(sqlite_url: str) -> None:
    with opened(sqlite_url) as database:
        assert min(_lateness(database, sqlite_url, attempt) for attempt in range(3)) < 0.04


def _lateness(database: Database, url: str, attempt: int) -> float:
    """Return how long after the lock was free a writer had it that had waited for it, where SQLite itself would pause for a tenth of a second."""
    other, entered, ended = Database(url), threading.Event(), [0.0]

    def holding(_: Connection) -> None:
        entered.set()
        time.sleep(0.24)
        ended[0] = time.monotonic()

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(other.write, holding)
        entered.wait(10)
        database.write(take_lease(f"{attempt}"))
        late = time.monotonic() - ended[0]
        held.result(10)
    other.close()
    return late


def test_a_pool_with_no_free_connection_is_busy(database_url: str) -> None:
    database = Database(database_url, pool_size=1, busy_seconds=0)
    with pytest.raises(Unavailable) as refused:
        database.read(lambda _: database.read(lambda _: None))
    assert refused.value.code == "database.busy"
    database.close()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_a_url_we_cannot_keep_data_at_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Database(url)
    assert refused.value.code == "database.url"


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database" * 100)
    with opened(f"sqlite:///{tmp_path / 'x.db'}") as database, pytest.raises(Unavailable) as refused:
        database.read(lambda tx: tx.execute(select(lease)))
    assert refused.value.code == "database.unavailable"


def test_a_server_that_is_away_is_unavailable() -> None:
    with opened("postgresql://127.0.0.1:1/none") as database, pytest.raises(Unavailable) as refused:
        database.read(lambda tx: tx.execute(select(lease)))
    assert refused.value.code == "database.unavailable"


def test_a_deadlocked_work_runs_again_on_postgresql(postgresql_server: str, postgresql_template: str) -> None:
    with opened(new_postgresql_database(postgresql_server, template=postgresql_template)) as database:
        for name in "ab":
            database.write(take_lease(name))
        met = threading.Barrier(2, timeout=10)
        first_time = {"ab": True, "ba": True}

        def crossing(order: str) -> Callable[[Connection], None]:
            def work(tx: Connection) -> None:
                bump = text("UPDATE lease SET fence = fence + 1 WHERE name = :name")
                tx.execute(bump, {"name": order[0]})
                if first_time[order]:
                    first_time[order] = False
                    met.wait()
                tx.execute(bump, {"name": order[1]})

            return work

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(database.write, [crossing("ab"), crossing("ba")]))
        assert database.read(lambda tx: list(tx.scalars(select(lease.c.fence)))) == [3, 3]


def test_a_process_told_to_stop_inside_a_work_fails_the_batch_and_frees_the_lead(sqlite_url: str) -> None:
    with opened(sqlite_url) as database, ThreadPoolExecutor(4) as pool:
        proceed = threading.Event()

        def stopping(_: Connection) -> None:
            raise KeyboardInterrupt

        leader = pool.submit(database.write, lambda tx: proceed.wait(10) and take_lease("first")(tx))
        batch = [pool.submit(database.write, work) for work in (stopping, take_lease("second"))]
        while len(database._group._waiting) < len(batch):  # type: ignore[union-attr]  # noqa: SLF001  # until both are in one batch
            proceed.wait(0.001)
        proceed.set()
        leader.result(10)
        raised = [type(caller.exception(10)) for caller in batch]
        assert set(raised) <= {KeyboardInterrupt, Unavailable}
        assert Unavailable in raised
        database.write(take_lease("afterwards"))
        assert names(database) == {"first", "afterwards"}


def test_a_writer_interrupted_while_waiting_leaves_nothing_behind(sqlite_url: str) -> None:
    def interrupt(_signal: int, _frame: object) -> None:
        proceed.set()
        raise KeyboardInterrupt

    proceed, entered = threading.Event(), threading.Event()

    def leading(tx: Connection) -> None:
        entered.set()
        proceed.wait(10)
        take_lease("first")(tx)

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with opened(sqlite_url) as database, ThreadPoolExecutor(1) as pool:
            leader = pool.submit(database.write, leading)
            entered.wait(10)
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                database.write(take_lease("interrupted"))
            leader.result(10)
            database.write(take_lease("afterwards"))
            assert names(database) - {"interrupted"} == {"first", "afterwards"}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
