"""Group commit: one durable commit for all who write at the same moment.

Promises: each work runs alone, in a SAVEPOINT of its own; what it raises undoes it alone and reaches its own caller; no
caller returns before its rows are durable; when the common commit fails, every caller of the batch is told so. Leaves
opening, locking and error words to `database`. Why: one fsync costs milliseconds, however many rows it covers (ADR 0040).
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
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
        self.error: Exception | None = None


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
        [job] = self._done([work])
        if job.error is not None:
            raise job.error
        return cast("T", job.result)

    def write_each(self, works: Sequence[Callable[[Connection], T]]) -> list[T | Exception]:
        """Run each work as `write` would, all in the next batch; return of each its result, or what it raised."""
        return [cast("T", job.result) if job.error is None else job.error for job in self._done(works)]

    def _done(self, works: Sequence[Callable[[Connection], object]]) -> "list[_Job]":
        if self._leader == threading.get_ident():
            raise RuntimeError("a work may not write through the database again: it has its transaction already")
        jobs = [_Job(work) for work in works]
        try:
            with self._lock:
                self._waiting.extend(jobs)
                if jobs and not self._led:
                    jobs[0].leads = self._led = True
            for job in jobs:  # side by side in the queue, so whoever of them is appointed, those before are done
                if not job.leads:
                    job.woken.wait()
                if job.leads:
                    self._lead()
        except BaseException:  # interrupted: others must not wait for a leader who left
            self._leave(jobs)
            raise
        return jobs

    def _leave(self, jobs: "list[_Job]") -> None:
        """Take back what was not begun; hand the lead on where one of these had it."""
        with self._lock:
            gone = [job for job in jobs if job in self._waiting]
            for job in gone:
                self._waiting.remove(job)
            if any(job.leads for job in gone):
                self._appoint()

    def _lead(self) -> None:
        """Run the batch that begins with the job of whoever calls, then hand the lead to the first who waits."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
        self._leader = threading.get_ident()
        try:
            self._commit(batch)
        except BaseException as error:
            for job in batch:
                job.error = _lost(error)
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
