"""Rows of seals: sealed versions, and the jobs that make them.

Promises: a version is stored once; a job is held by one worker at a time, and only the holder of its newest attempt can finish it.
Leaves what is sealed, and what follows a failure, to the services. Times are UTC text with milliseconds. DESIGN 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Update, and_, func, select, update

from ledger.errors import Conflict
from ledger.storage.rows import (
    changed,
    fetch_all,
    find_all,
    find_one,
    insert_ignore,
    insert_new,
    select_rows,
    values_of,
)
from ledger.storage.tables.agreements import agreement_state
from ledger.storage.tables.seals import seal_job, sealed_version


class Wanted(StrEnum):
    """What a job is to do next."""

    SEAL = "seal"
    RENEWAL = "renewal"
    NOTHING = "nothing"


@dataclass(frozen=True)
class VersionRow:
    agreement_id: str
    version: int
    document_id: str
    contract_bytes: int
    sealed_at: str
    renew_before: str
    entry_id: str


@dataclass(frozen=True)
class JobRow:
    agreement_id: str
    wanted: str
    attempts: int
    holder: str
    held_until: str
    next_at: str
    last_code: str | None
    last_message: str | None
    changed_at: str


@dataclass(frozen=True)
class Setback:
    """Why an attempt failed, and when the next one is due."""

    code: str
    message: str
    next_at: str


def insert_version(tx: Connection, row: VersionRow) -> None:
    """Record a sealed version; Conflict("seal.exists") when another worker recorded this one."""
    if not insert_new(tx, sealed_version, values_of(row)):
        raise Conflict("seal.exists", f"expected a new version {row.version} of this seal, got one that exists")


def versions_of(tx: Connection, agreement_id: str) -> list[VersionRow]:
    """Return the sealed versions, oldest first."""
    return find_all(tx, VersionRow, sealed_version, "version", agreement_id=agreement_id)


def agreement_of_version(tx: Connection, document_id: str) -> str | None:
    """Return the agreement of which this document is a sealed version, None where it is none."""
    row = find_one(tx, VersionRow, sealed_version, document_id=document_id)
    return row.agreement_id if row else None


def add_job(tx: Connection, agreement_id: str, wanted: Wanted, at: str) -> None:
    """Ask for a seal or a renewal; nothing happens where that is asked for already."""
    first = JobRow(agreement_id, wanted, 0, "", at, at, None, None, at)
    if not insert_ignore(tx, seal_job, values_of(first)):
        done = and_(seal_job.c.agreement_id == agreement_id, seal_job.c.wanted == Wanted.NOTHING)
        tx.execute(update(seal_job).where(done).values(**{**values_of(first), "attempts": seal_job.c.attempts}))


def job_of(tx: Connection, agreement_id: str) -> JobRow | None:
    return find_one(tx, JobRow, seal_job, agreement_id=agreement_id)


def due_jobs(tx: Connection, now: str, *, limit: int) -> list[JobRow]:
    """Return jobs that nobody holds and that are due, the one that waited longest first."""
    columns = seal_job.c
    statement = select_rows(JobRow, seal_job).where(
        columns.wanted != Wanted.NOTHING, columns.next_at <= now, columns.held_until <= now
    )
    return fetch_all(tx, JobRow, statement.order_by(columns.next_at, columns.agreement_id).limit(limit))


def take_job(tx: Connection, job: JobRow, *, holder: str, now: str, until: str) -> int | None:
    """Take a due job for one attempt and return the attempt's number, None when somebody was first."""
    columns = seal_job.c
    mine = and_(
        columns.agreement_id == job.agreement_id,
        columns.attempts == job.attempts,
        columns.wanted == job.wanted,
        columns.held_until <= now,
    )
    attempt = job.attempts + 1
    taken = update(seal_job).where(mine).values(attempts=attempt, holder=holder, held_until=until, changed_at=now)
    return attempt if changed(tx, taken) else None


def finish_job(tx: Connection, agreement_id: str, attempt: int, now: str) -> None:
    """Close the job of this attempt; Conflict("lease.lost") when a newer attempt was begun: what this one made is discarded."""
    done = {"wanted": Wanted.NOTHING, "holder": "", "held_until": now, "changed_at": now}
    if not changed(tx, _of_attempt(agreement_id, attempt).values(**done, last_code=None, last_message=None)):
        raise Conflict("lease.lost", "expected to hold this seal's job still: another worker has begun it anew")


def put_back_job(tx: Connection, agreement_id: str, attempt: int, setback: Setback, now: str) -> None:
    """Note why the attempt failed and when the next is due; nothing happens when a newer attempt was begun."""
    values = {
        "holder": "",
        "held_until": now,
        "next_at": setback.next_at,
        "last_code": setback.code,
        "last_message": setback.message,
        "changed_at": now,
    }
    tx.execute(_of_attempt(agreement_id, attempt).values(**values))


def signed_agreements(tx: Connection, state: str, *, limit: int) -> list[str]:
    """Return ids of agreements in this state, which wait to be sealed."""
    columns = agreement_state.c
    statement = select(columns.agreement_id).where(columns.state == state).order_by(columns.agreement_id).limit(limit)
    return [str(found) for found in tx.scalars(statement)]


def ending_versions(tx: Connection, before: str, *, limit: int) -> Sequence[VersionRow]:
    """Return newest versions whose archive time stamp rests on a certificate that ends before this moment, without a job yet."""
    newest = (
        select(sealed_version.c.agreement_id, func.max(sealed_version.c.version).label("version"))
        .group_by(sealed_version.c.agreement_id)
        .subquery()
    )
    columns = sealed_version.c
    same = and_(columns.agreement_id == newest.c.agreement_id, columns.version == newest.c.version)
    idle = and_(seal_job.c.agreement_id == columns.agreement_id, seal_job.c.wanted == Wanted.NOTHING)
    statement = select_rows(VersionRow, sealed_version).join(newest, same).join(seal_job, idle)
    return fetch_all(
        tx, VersionRow, statement.where(columns.renew_before < before).order_by(columns.renew_before).limit(limit)
    )


def count_jobs(tx: Connection) -> list[tuple[str, int, int]]:
    """Return for each kind of work that is wanted how many jobs there are, and how many of them failed at least once."""
    columns = seal_job.c
    statement = (
        select(columns.wanted, func.count(), func.count(columns.last_code))
        .where(columns.wanted != Wanted.NOTHING)
        .group_by(columns.wanted)
        .order_by(columns.wanted)
    )
    return [(str(wanted), int(jobs), int(failed)) for wanted, jobs, failed in tx.execute(statement)]


def _of_attempt(agreement_id: str, attempt: int) -> Update:
    columns = seal_job.c
    return update(seal_job).where(
        columns.agreement_id == agreement_id, columns.attempts == attempt, columns.wanted != Wanted.NOTHING
    )
