"""The parts of one audit and how they are run: one after another here, or spread over processes that open the stores anew.

Promises: the same parts give the same findings however they are spread; each part reads in a snapshot of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context

from ledger.core.log.audit_findings import CheckedLog, Gathered
from ledger.services.context import Stores
from ledger.services.log.audit_documents import audit_documents
from ledger.services.log.audit_log import audit_log
from ledger.services.log.audit_subjects import TABLES, Part, audit_subjects
from ledger.services.log.audit_tables import audit_tables
from ledger.services.log.audit_world import log_rows
from ledger.storage.audit_reads import distinct, subject_bounds
from ledger.storage.database import Connection

SUBJECTS_PER_PART = 5_000  # seconds of work: fine enough for a progress bar, coarse enough for a process

OpenStores = Callable[[], Stores]


@dataclass(frozen=True)
class Done:
    """What one part gave."""

    gathered: Gathered
    log: CheckedLog | None = None


@dataclass(frozen=True)
class LogTask:
    log_id: int

    def run(self, stores: Stores) -> Done:
        result = audit_log(stores, self.log_id)
        return Done(result.gathered, result.checked)


@dataclass(frozen=True)
class SubjectsTask:
    part: Part

    def run(self, stores: Stores) -> Done:
        return Done(audit_subjects(stores, self.part))


@dataclass(frozen=True)
class DocumentsTask:
    def run(self, stores: Stores) -> Done:
        return Done(audit_documents(stores))


@dataclass(frozen=True)
class TablesTask:
    def run(self, stores: Stores) -> Done:
        return Done(audit_tables(stores))


Task = LogTask | SubjectsTask | DocumentsTask | TablesTask


def plan(tx: Connection) -> list[Task]:
    """Return the parts, the longest first."""
    tasks: list[Task] = [LogTask(row.id) for row in log_rows(tx)]
    found: set[object] = set(TABLES)
    for table, column in (
        ("entry", "subject_kind"),
        ("pending", "subject_kind"),
        ("subject_head", "kind"),
        ("blind_index", "subject_kind"),
    ):
        found |= set(distinct(tx, table, column))
    for kind in sorted(str(kind) for kind in found):
        bounds = [None, *subject_bounds(tx, kind, SUBJECTS_PER_PART), None]
        tasks += [SubjectsTask(Part(kind, first, last)) for first, last in pairwise(bounds)]
    return [*tasks, DocumentsTask(), TablesTask()]


def run_here(stores: Stores, tasks: Sequence[Task]) -> Iterator[Done]:
    for task in tasks:
        yield task.run(stores)


def run_spread(tasks: Sequence[Task], workers: int, reopen: OpenStores) -> Iterator[Done]:
    """Run the parts in `workers` fresh processes; `reopen` must be picklable and is called once in each."""
    context = get_context("spawn")  # a forked child would share database connections and threads' locks
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(reopen,)) as pool:
        for future in as_completed([pool.submit(_run, task) for task in tasks]):
            yield future.result()


_OPENED: list[Stores] = []  # of a worker process: what its initializer opened


def _begin(reopen: OpenStores) -> None:
    _OPENED[:] = [reopen()]


def _run(task: Task) -> Done:
    return task.run(_OPENED[0])
