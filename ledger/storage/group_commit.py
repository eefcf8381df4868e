"""Group commit: one durable commit for all who write at the same moment.

Promises: each work runs alone, in a SAVEPOINT of its own; what it raises undoes it alone and reaches its own caller; no
caller returns before its rows are durable; when the common commit fails, every caller of the batch is told so. Leaves
opening, locking and error words to `database`. Why: one fsync costs milliseconds, however many rows it covers (ADR 0040).
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from ledger.errors import LedgerError, Unavailable
from ledger.storage.kept import point

T = TypeVar("T")

MAX_BATCH = 256  # works per commit: bounds how long the first of them waits for the last


class _Job:
    """One caller's work, waiting for its turn or for the commit."""

    def __init__(self, work: Callable[[Connection], object]) -> None:
        self.work = work
        self.woken = threading.Event()
        self.leads = False
        self.result: object = None
        self.error: BaseException | None = None


class GroupCommit:
    """Joins concurrent writers; `transaction` begins one and commits on leaving, or rolls back and raises."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._led = False
        self._leader: int | None = None
        self.commits = 0

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in the next batch and return its result once that batch is durable."""
        if self._leader == threading.get_ident():
            raise RuntimeError("a work may not write through the database again: it has its transaction already")
        job = _Job(work)
        with self._lock:
            self._waiting.append(job)
            job.leads = not self._led
            self._led = True
        if not job.leads:
            self._wait(job)
        if job.leads:
            self._lead(job)
        if job.error is not None:
            raise job.error
        return cast("T", job.result)

    def _wait(self, job: _Job) -> None:
        try:
            job.woken.wait()
        except BaseException:  # interrupted while waiting: others must not wait for a leader who left
            with self._lock:
                if job in self._waiting:
                    self._waiting.remove(job)
                if job.leads:
                    self._appoint()
            raise

    def _lead(self, own: _Job) -> None:
        """Run the batch that begins with one's own job, then hand the lead to the first who waits."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
        self._leader = threading.get_ident()
        try:
            self._commit(batch)
        except BaseException as error:
            for job in batch:
                job.error = error if job is own else _lost(error)
            raise
        finally:
            self._leader = None
            with self._lock:
                self._appoint()
            for job in batch:
                job.woken.set()

    def _commit(self, batch: list[_Job]) -> None:
        try:
            with self._transaction() as connection:
                for job in batch:
                    _run(connection, job)
        except LedgerError as error:
            for job in batch:
                job.error = _lost(error)
            return
        self.commits += 1

    def _appoint(self) -> None:
        """Let the first who waits lead the next batch; the caller holds the lock."""
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].leads = True
            self._waiting[0].woken.set()


def _run(connection: Connection, job: _Job) -> None:
    try:
        with point(connection):
            job.result = job.work(connection)
    except Exception as error:  # noqa: BLE001  # whatever it is belongs to the caller of this work, not to the leader
        job.error = error
    driver = cast("Any", connection.connection.driver_connection)
    if not driver.in_transaction:  # SQLite rolled everything back by itself (disk full, I/O error)
        raise Unavailable("database.unavailable", "expected the transaction to live, the database gave it up")


def _lost(error: BaseException) -> Unavailable:
    if isinstance(error, Unavailable):
        return Unavailable(error.code, error.message)
    return Unavailable("database.unavailable", "expected the common commit to succeed, it was interrupted: try again")
