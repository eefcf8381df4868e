"""Rows of the log: appending under a subject's head, giving indexes, reading back.

Promises: an entry is accepted only on top of the head its writer saw; indexes are given once, without gaps, under a
fence; what is in the log never changes. Leaves hashing to `core.log` and the order of steps to the sequencer. DESIGN 3.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, text, update

from ledger.errors import Conflict
from ledger.storage.kept import Kept
from ledger.storage.leases import check_fence, sequencer_lease
from ledger.storage.rows import (
    MAX_PAGE,
    changed,
    fetch_all,
    fetch_one,
    find_all,
    find_one,
    insert_ignore,
    insert_new,
    page_size,
    select_rows,
)
from ledger.storage.tables import log as table

READ_CHUNK = 1000  # entries held in memory while a range is streamed: at most 8 MB


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """An entry to append: `prev_leaf_hash` is the head its writer saw (None when n = 1)."""

    entry_id: str
    data: bytes
    leaf_hash: bytes
    subject_kind: str
    subject_id: str
    n: int
    prev_leaf_hash: bytes | None


@dataclass(frozen=True)
class PendingRow:
    id: int
    log_id: int
    entry_id: str
    data: bytes
    leaf_hash: bytes
    subject_kind: str
    subject_id: str
    n: int
    created_at: str


@dataclass(frozen=True)
class EntryRow:
    log_id: int
    idx: int
    entry_id: str
    leaf_hash: bytes
    data: bytes
    subject_kind: str
    subject_id: str
    n: int


@dataclass(frozen=True)
class HeadRow:
    log_id: int
    kind: str
    id: str
    n: int
    leaf_hash: bytes


def subject_head(tx: Connection, log_id: int, kind: str, subject_id: str, *, lock: bool = False) -> HeadRow | None:
    """Return the newest (n, leaf hash) of a subject; `lock` (writers only) holds it until the transaction ends."""
    place = {"log_id": log_id, "kind": kind, "id": subject_id}
    return fetch_one(tx, HeadRow, _HEAD_LOCKED, place) if lock else find_one(tx, HeadRow, table.subject_head, **place)


def heads(tx: Connection, log_id: int, *, after: tuple[str, str] = ("", ""), limit: int = 500) -> list[HeadRow]:
    """Return a page of subject heads in the order of (kind, id), strictly after the given one."""
    beyond = (table.subject_head.c.kind > after[0]) | (
        (table.subject_head.c.kind == after[0]) & (table.subject_head.c.id > after[1])
    )
    statement = select_rows(HeadRow, table.subject_head).where(table.subject_head.c.log_id == log_id, beyond)
    return fetch_all(
        tx, HeadRow, statement.order_by(table.subject_head.c.kind, table.subject_head.c.id).limit(page_size(limit))
    )


def append_pending(tx: Connection, log_id: int, new: NewEntry, *, at: str) -> None:
    """Queue one entry and advance its subject's head.

    Raises Conflict("subject.moved-on") when the head is not the one its writer saw, Conflict("entry.exists") when the
    entry's id was used before.
    """
    append_many(tx, log_id, [new], at=at)


def append_many(tx: Connection, log_id: int, new: Sequence[NewEntry], *, at: str) -> None:
    """Queue entries, each on top of its subject's head or of an earlier one of the same call; all or nothing."""
    firsts = [_first_head(log_id, item) for item in new if item.n == 1]
    follow = [_next_head(log_id, item) for item in new if item.n != 1]
    if any((item.prev_leaf_hash is None) != (item.n == 1) for item in new):
        raise _moved_on()
    if firsts and insert_ignore(tx, table.subject_head, firsts) != len(firsts):
        raise _moved_on()
    if follow and changed(tx, _ADVANCE, follow) != len(follow):
        raise _moved_on()
    pending = [_pending_values(log_id, item, at) for item in new]
    if new and not insert_new(tx, table.pending, pending if len(new) > 1 else pending[0]):
        raise Conflict("entry.exists", "expected a new entry id, got one that the log already holds")


def take_pending(tx: Connection, log_id: int, limit: int) -> list[PendingRow]:
    """Return the oldest waiting entries of a log; they stay queued until `assign` removes them."""
    return fetch_all(tx, PendingRow, _OLDEST_PENDING, {"log_id": log_id, "most": limit})


def pending_count(tx: Connection, log_id: int) -> int:
    return tx.scalar(select(func.count()).where(table.pending.c.log_id == log_id)) or 0


def oldest_pending_at(tx: Connection, log_id: int) -> str | None:
    """Return since when the oldest waiting entry waits."""
    found: str | None = _OLDEST_PENDING_AT.scalar(tx, {"log_id": log_id})
    return found


def assign(tx: Connection, log_id: int, first_index: int, rows: Sequence[PendingRow], *, fence: int) -> None:
    """Give `rows` the indexes from `first_index` on: they become entries and leave the queue, in one transaction.

    Raises Conflict("lease.lost") under an old fence, Conflict("log.moved-on") when the log does not end just before
    `first_index` or a row was taken by someone else.
    """
    check_fence(tx, sequencer_lease(log_id), fence)
    if size(tx, log_id) != first_index:
        raise Conflict("log.moved-on", f"expected the log to end before index {first_index}; read its size again")
    if not rows:
        return
    ids = [row.id for row in rows]
    values = {"first": first_index, "ids": ids if tx.dialect.name == "postgresql" else json.dumps(ids)}
    copied, removed = (changed(tx, text(statement), values) for statement in _MOVE[tx.dialect.name])
    if (copied, removed) != (len(rows), len(rows)):
        raise Conflict("log.moved-on", "expected all rows still queued; another sequencer took some: read again")


def size(tx: Connection, log_id: int) -> int:
    """Return how many entries have an index."""
    last: int | None = _LAST_INDEX.scalar(tx, {"log_id": log_id})
    return 0 if last is None else last + 1


def entries_between(tx: Connection, log_id: int, start: int, end: int) -> Iterator[EntryRow]:
    """Yield the entries with start <= index < end in order, holding at most READ_CHUNK of them."""
    while start < end:
        place = {"log_id": log_id, "start": start, "stop": min(end, start + READ_CHUNK)}
        yield from fetch_all(tx, EntryRow, _ENTRIES_BETWEEN, place)
        start += READ_CHUNK


def leaf_hashes_between(tx: Connection, log_id: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the stored leaf hashes with start <= index < end in order, without reading the entries."""
    while start < end:
        stop = min(end, start + READ_CHUNK)
        statement = select(table.entry.c.leaf_hash).where(
            table.entry.c.log_id == log_id, table.entry.c.idx >= start, table.entry.c.idx < stop
        )
        yield from tx.scalars(statement.order_by(table.entry.c.idx)).all()
        start = stop


def entry_by_id(tx: Connection, entry_id: str) -> EntryRow | None:
    """Return an entry that has its index; one still waiting is None here."""
    return find_one(tx, EntryRow, table.entry, entry_id=entry_id)


def pending_by_id(tx: Connection, entry_id: str) -> PendingRow | None:
    return find_one(tx, PendingRow, table.pending, entry_id=entry_id)


def entries_of_subject(tx: Connection, log_id: int, kind: str, subject_id: str, *, after_n: int = 0) -> list[EntryRow]:
    """Return a page of a subject's entries in the order of n, those still waiting left out."""
    statement = select_rows(EntryRow, table.entry).where(
        table.entry.c.log_id == log_id,
        table.entry.c.subject_kind == kind,
        table.entry.c.subject_id == subject_id,
        table.entry.c.n > after_n,
    )
    return fetch_all(tx, EntryRow, statement.order_by(table.entry.c.n).limit(MAX_PAGE))


def waiting_of_subject(tx: Connection, log_id: int, kind: str, subject_id: str) -> list[PendingRow]:
    """Return a subject's entries that wait for the sequencer, in the order of n."""
    return find_all(tx, PendingRow, table.pending, "n", log_id=log_id, subject_kind=kind, subject_id=subject_id)


def leaf_hash_of_subject(tx: Connection, log_id: int, kind: str, subject_id: str, n: int) -> bytes | None:
    """Return the leaf hash of a subject's n-th entry, waiting or in the log; None when there is none."""
    place = {"log_id": log_id, "subject_kind": kind, "subject_id": subject_id, "n": n}
    for statement in _LEAF_OF_SUBJECT:
        found: bytes | None = statement.scalar(tx, place)
        if found is not None:
            return found
    return None


# Statements of the write path: kept, because they run many times a second.
_HEAD_LOCKED = Kept(
    select_rows(HeadRow, table.subject_head)
    .where(*(table.subject_head.c[name] == bindparam(name) for name in ("log_id", "kind", "id")))
    .with_for_update()
)
_WAITING = table.pending.c.log_id == bindparam("log_id")
_OLDEST_PENDING = Kept(
    select_rows(PendingRow, table.pending).where(_WAITING).order_by(table.pending.c.id).limit(bindparam("most"))
)
_OLDEST_PENDING_AT = Kept(select(table.pending.c.created_at).where(_WAITING).order_by(table.pending.c.id).limit(1))
_LAST_INDEX = Kept(select(func.max(table.entry.c.idx)).where(table.entry.c.log_id == bindparam("log_id")))
_ENTRIES_BETWEEN = Kept(
    select_rows(EntryRow, table.entry)
    .where(
        table.entry.c.log_id == bindparam("log_id"),
        table.entry.c.idx >= bindparam("start"),
        table.entry.c.idx < bindparam("stop"),
    )
    .order_by(table.entry.c.idx)
)
_LEAF_OF_SUBJECT = tuple(  # in this order: a row may move from the first to the second in between
    Kept(
        select(rows.c.leaf_hash).where(
            *(rows.c[name] == bindparam(name) for name in ("log_id", "subject_kind", "subject_id", "n"))
        )
    )
    for rows in (table.pending, table.entry)
)
_ADVANCE = Kept(
    update(table.subject_head)
    .where(
        table.subject_head.c.log_id == bindparam("log_id_"),
        table.subject_head.c.kind == bindparam("kind_"),
        table.subject_head.c.id == bindparam("id_"),
        table.subject_head.c.n == bindparam("prev_n"),
        table.subject_head.c.leaf_hash == bindparam("prev"),
    )
    .values(n=bindparam("n_"), leaf_hash=bindparam("leaf"))
)

# The bytes go from table to table inside the database, in one statement: several times faster than row by row.
_MOVE = {
    "sqlite": (
        """INSERT INTO entry (log_id, idx, entry_id, leaf_hash, data, subject_kind, subject_id, n)
        SELECT p.log_id, :first + j.key, p.entry_id, p.leaf_hash, p.data, p.subject_kind, p.subject_id, p.n
        FROM json_each(:ids) AS j CROSS JOIN pending AS p WHERE p.id = j.value ORDER BY j.key""",
        "DELETE FROM pending WHERE id IN (SELECT value FROM json_each(:ids))",
    ),
    "postgresql": (
        """INSERT INTO entry (log_id, idx, entry_id, leaf_hash, data, subject_kind, subject_id, n)
        SELECT p.log_id, :first + j.place - 1, p.entry_id, p.leaf_hash, p.data, p.subject_kind, p.subject_id, p.n
        FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS j (id, place) JOIN pending AS p ON p.id = j.id
        ORDER BY j.place""",
        "DELETE FROM pending WHERE id = ANY (CAST(:ids AS bigint[]))",
    ),
}


def _moved_on() -> Conflict:
    return Conflict(
        "subject.moved-on",
        "expected to follow the subject's newest entry, got another head: read the head again and retry",
    )


def _first_head(log_id: int, new: NewEntry) -> dict[str, object]:
    return {"log_id": log_id, "kind": new.subject_kind, "id": new.subject_id, "n": 1, "leaf_hash": new.leaf_hash}


def _next_head(log_id: int, new: NewEntry) -> dict[str, object]:
    subject = {"log_id_": log_id, "kind_": new.subject_kind, "id_": new.subject_id}
    return {**subject, "prev_n": new.n - 1, "prev": new.prev_leaf_hash, "n_": new.n, "leaf": new.leaf_hash}


def _pending_values(log_id: int, new: NewEntry, at: str) -> dict[str, object]:
    return {
        "log_id": log_id,
        "entry_id": new.entry_id,
        "data": new.data,
        "leaf_hash": new.leaf_hash,
        "subject_kind": new.subject_kind,
        "subject_id": new.subject_id,
        "n": new.n,
        "created_at": at,
    }
