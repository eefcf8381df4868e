"""The one door to the database: `read(work)` on a snapshot, `write(work)` all or nothing.

Promises: a work that raises leaves nothing; a work that returned is durable; SQLAlchemy's errors never get past here.
On SQLite concurrent writers share one commit (`group_commit`); on PostgreSQL each has its own, and a work lost to a
serialization failure or deadlock runs again, so works must be repeatable. Leaves what a work does to the row functions.
DESIGN 3, ADR 0040.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ledger.errors import Conflict, InvalidInput, LedgerError, Unavailable
from ledger.storage.group_commit import GroupCommit

__all__ = ["Connection", "Database"]

T = TypeVar("T")

BUSY_SECONDS = 10  # longer than any batch of ours takes, shorter than a caller waits for an answer
RETRIES = 8  # of a transaction that PostgreSQL asked to run again; after that the caller is told to try later
RETRY_STATES = {"40001", "40P01"}  # serialization_failure, deadlock_detected


class Database:
    """An opened SQLite file or PostgreSQL database; thread-safe."""

    def __init__(
        self, url: str, *, pool_size: int = 16, busy_seconds: int = BUSY_SECONDS, secure_delete: bool = False
    ) -> None:
        """Open `url`; nothing is read yet.

        `busy_seconds` is how long to wait for another process's writer or for a free connection; `secure_delete` makes
        SQLite overwrite what is deleted.
        """
        parsed = _parse(url)
        self._busy_seconds = busy_seconds
        self.dialect = parsed.get_backend_name()
        if self.dialect == "sqlite":
            for_readers = [*_PRAGMAS, _wait(busy_seconds), "PRAGMA query_only=ON"]
            secure = f"PRAGMA secure_delete={'ON' if secure_delete else 'OFF'}"
            for_writers = [*_PRAGMAS, _NO_WAIT, _WRITER_CACHE, secure]
            pool = {"max_overflow": 0, "pool_timeout": busy_seconds}
            self._readers = _sqlite_engine(parsed, _begin, for_readers, pool | {"pool_size": pool_size})
            begin_writing = partial(_begin_writing, busy_seconds)
            self._writers = _sqlite_engine(parsed, begin_writing, for_writers, pool | {"pool_size": 1})
            self._group: GroupCommit | None = GroupCommit(self._sqlite_transaction)
        else:
            self._writers = _postgresql_engine(parsed, pool_size, busy_seconds)
            self._readers = self._writers.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._group = None

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one snapshot that it cannot write to.

        Raises Unavailable("database.unavailable" | "database.busy").
        """
        with _translated(), self._readers.connect() as connection, connection.begin():
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction and return once it is durable; whatever it raises undoes it.

        `work` may run more than once, does nothing but rows, and calls neither `read` nor `write`. Raises
        Unavailable("database.unavailable" | "database.busy"), Conflict("database.refused") when a row breaks a
        constraint that no row function foresaw.
        """
        with _translated():
            if self._group is not None:
                return self._group.write(work)
            return self._write_with_retries(work)

    def write_each(self, works: Sequence[Callable[[Connection], T]]) -> list[T | Exception]:
        """Run each work as `write` does, none touched by what another raises; return of each its result, or what it raised.

        On SQLite they share one commit; on PostgreSQL they have theirs one after the other.
        """
        if self._group is None:
            return [self._attempted(work) for work in works]
        with _translated():
            done = self._group.write_each(works)
        return [_translate(each) if isinstance(each, SQLAlchemyError) else each for each in done]

    def _attempted(self, work: Callable[[Connection], T]) -> T | Exception:
        try:
            return self.write(work)
        except Exception as error:  # noqa: BLE001  # whatever it is belongs to this work, not to the next
            return error

    def close(self) -> None:
        self._readers.dispose()
        self._writers.dispose()

    def empty_write_ahead(self) -> bool:
        """Move SQLite's write-ahead file into the database and empty it; False while a reader still needs it."""
        with _translated():
            connection = self._writers.raw_connection()  # no transaction: a checkpoint cannot run inside one
            try:
                cursor = connection.cursor()
                cursor.execute(_wait(self._busy_seconds))
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = cursor.fetchone()
                cursor.execute(_NO_WAIT)
            finally:
                connection.close()
        return busy is not None and busy[0] == 0

    def rewrite(self) -> None:
        """Write the whole database anew, so that nothing deleted lies in freed pages; nobody else may be working on it.

        Raises Unavailable("database.unavailable" | "database.busy"), also where the disk has no room for a second copy.
        """
        with _translated(), self._writers.connect() as connection:
            if self._group is None:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM FULL")
                return
            cursor = connection.connection.cursor()  # the driver's own: VACUUM cannot run inside a transaction
            cursor.execute(_wait(self._busy_seconds))
            cursor.execute("VACUUM")
            cursor.execute(_NO_WAIT)
            cursor.close()
        self.empty_write_ahead()

    @property
    def joins_writers(self) -> bool:
        """Whether writers of one process share their commits: more than one of them at a time then gains nothing."""
        return self._group is not None

    @property
    def commits(self) -> int:
        """How many commits the group commit made so far (0 on PostgreSQL): writes per commit is what it saves."""
        return 0 if self._group is None else self._group.commits

    @contextmanager
    def _sqlite_transaction(self) -> Iterator[Connection]:
        with _translated(), self._writers.connect() as connection, connection.begin():
            yield connection

    def _write_with_retries(self, work: Callable[[Connection], T]) -> T:
        for attempt in range(RETRIES):
            try:
                with self._writers.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in RETRY_STATES:
                    raise
                time.sleep(0.002 * attempt)
        raise Unavailable(
            "database.busy", f"expected to commit within {RETRIES} attempts, others were first: try again"
        )


_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
)
# While another process writes, SQLite by itself looks again after ever longer pauses, up to a tenth of a second, and so misses its turn for
# seconds where that one writes all the time. `_begin_writing` looks at even, short ones instead.
_NO_WAIT = "PRAGMA busy_timeout=0"
_PAUSE_SECONDS = 0.00025
_WRITER_CACHE = "PRAGMA cache_size=-32000"  # KiB: random keys touch many index pages; the default is 2 MB


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidInput("database.url", "expected sqlite:///FILE or postgresql://…, got no database URL") from error
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite":
        raise InvalidInput("database.url", f"expected sqlite:///FILE or postgresql://…, got {parsed.drivername}")
    if parsed.database in {None, "", ":memory:"}:
        raise InvalidInput("database.url", "expected a file: an SQLite database in memory would be lost")
    return parsed


def _wait(seconds: int) -> str:
    return f"PRAGMA busy_timeout={seconds * 1000}"


def _begin(driver: sqlite3.Connection) -> None:
    driver.execute("BEGIN")


def _begin_writing(busy_seconds: int, driver: sqlite3.Connection) -> None:
    """Begin as soon as no other process writes; raise as SQLite does when that takes longer than `busy_seconds`."""
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the upper bytes say why: a recovery, a snapshot


def _sqlite_engine(
    url: URL, begin: Callable[[sqlite3.Connection], None], pragmas: list[str], pool: Mapping[str, int]
) -> Engine:
    # Transactions are ours to begin: the driver's own way would begin late and never as IMMEDIATE.
    connect = {"isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, hide_parameters=True, connect_args=connect, **pool)

    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401  # the border: a driver connection
        _enter_wal(connection)
        for pragma in pragmas:
            connection.execute(pragma)

    def on_begin(connection: Connection) -> None:
        # Straight to the driver: it is begun for every read, and SQLAlchemy's own way costs five times as much.
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        try:
            begin(driver)
        except sqlite3.Error as error:
            raise OperationalError("BEGIN", None, error) from error

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _enter_wal(connection: Any) -> None:  # noqa: ANN401  # the border: a driver connection
    """Use write-ahead logging; where another process is turning a new file over to it, SQLite refuses without waiting."""
    for pause in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
            time.sleep(pause)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def _postgresql_engine(url: URL, pool_size: int, busy_seconds: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=busy_seconds,
        pool_pre_ping=True,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": max(busy_seconds, 2)},
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise _translate(error) from error


def _translate(error: SQLAlchemyError) -> LedgerError:
    name = type(getattr(error, "orig", None) or error).__name__
    if isinstance(error, IntegrityError):
        return Conflict(
            "database.refused", f"expected rows that keep every constraint, the database refused one ({name})"
        )
    if isinstance(error, PoolTimeoutError) or (isinstance(error, OperationalError) and _is_locked(error)):
        return Unavailable("database.busy", "expected a turn in time, others held on longer: try again")
    return Unavailable("database.unavailable", f"expected the database to answer, got {name}: see its own log")


def _is_locked(error: OperationalError) -> bool:
    name = getattr(error.orig, "sqlite_errorname", "")
    return isinstance(name, str) and name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
