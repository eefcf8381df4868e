"""Rows of the logs themselves: which logs there are, whether they run, and their signed checkpoints.

Promises: a checkpoint is stored once per size, only on top of the one its signer saw, under a fence. Leaves checking the
root and the signature to the sequencer. DESIGN 3.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ledger.errors import Conflict
from ledger.storage.kept import Kept
from ledger.storage.leases import check_fence, sequencer_lease
from ledger.storage.rows import changed, fetch_all, fetch_one, find_one, insert_new, page_size, select_rows, values_of
from ledger.storage.tables import log as table


@dataclass(frozen=True, kw_only=True)
class NewLog:
    origin: str
    institution_id: str
    kind: str  # main | access
    public_key: str
    evm_address: bytes
    opened_at: str


@dataclass(frozen=True)
class LogRow:
    id: int
    origin: str
    institution_id: str
    kind: str
    public_key: str
    evm_address: bytes
    registry_log_id: bytes | None
    opened_at: str


@dataclass(frozen=True)
class StatusRow:
    log_id: int
    state: str  # running | stopped
    reason: str
    at: str


@dataclass(frozen=True)
class CheckpointRow:
    log_id: int
    size: int
    root: bytes
    note: bytes
    evm_signature: bytes | None
    fence: int
    at: str


def insert_log(tx: Connection, new: NewLog) -> int:
    """Open a log in state "running" and return its id; Conflict("log.exists") when the origin is taken."""
    if tx.scalar(select(table.log.c.id).where(table.log.c.origin == new.origin)) is not None or not insert_new(
        tx, table.log, values_of(new)
    ):
        raise Conflict("log.exists", f"expected a new origin, got {new.origin}, which this database already has")
    log_id: int = tx.scalars(select(table.log.c.id).where(table.log.c.origin == new.origin)).one()
    tx.execute(insert(table.log_status), values_of(StatusRow(log_id, "running", "", new.opened_at)))
    return log_id


def all_logs(tx: Connection) -> list[LogRow]:
    return fetch_all(tx, LogRow, select_rows(LogRow, table.log).order_by(table.log.c.id))


def log_by_origin(tx: Connection, origin: str) -> LogRow | None:
    return find_one(tx, LogRow, table.log, origin=origin)


def log_by_id(tx: Connection, log_id: int) -> LogRow | None:
    return find_one(tx, LogRow, table.log, id=log_id)


def log_of_institution(tx: Connection, institution_id: str, kind: str = "main") -> LogRow | None:
    """Return the institution's first log of that kind."""
    return find_one(tx, LogRow, table.log, "id", institution_id=institution_id, kind=kind)


def set_registry_log_id(tx: Connection, log_id: int, registry_log_id: bytes) -> None:
    """Note, once, under which id the registry knows the log; Conflict("log.registered") when it has another."""
    known = log_by_id(tx, log_id)
    if known is not None and known.registry_log_id == registry_log_id:
        return
    unset = (table.log.c.id == log_id) & table.log.c.registry_log_id.is_(None)
    if not changed(tx, update(table.log).where(unset).values(registry_log_id=registry_log_id)):
        raise Conflict("log.registered", "expected a log without a registry id, got one registered under another id")


def log_status(tx: Connection, log_id: int) -> StatusRow | None:
    return find_one(tx, StatusRow, table.log_status, log_id=log_id)


def set_log_status(tx: Connection, status: StatusRow) -> None:
    """Replace a log's state ("running" or "stopped") with its reason."""
    tx.execute(update(table.log_status).where(table.log_status.c.log_id == status.log_id).values(values_of(status)))


def insert_checkpoint(tx: Connection, row: CheckpointRow, *, previous_size: int | None) -> None:
    """Store the checkpoint that follows the one of `previous_size` (None: the log's first).

    Raises Conflict("lease.lost") under an old fence, Conflict("checkpoint.moved-on") when another is newest.
    """
    check_fence(tx, sequencer_lease(row.log_id), row.fence)
    newest: int | None = _NEWEST_SIZE.scalar(tx, {"log_id": row.log_id})
    grows = previous_size is None or row.size > previous_size
    if newest != previous_size or not grows or not insert_new(tx, table.checkpoint, values_of(row)):
        raise Conflict("checkpoint.moved-on", f"expected to follow size {newest}, got a successor of {previous_size}")


def latest_checkpoint(tx: Connection, log_id: int) -> CheckpointRow | None:
    return fetch_one(tx, CheckpointRow, _LATEST, {"log_id": log_id})


def newest_sizes(tx: Connection) -> dict[int, int]:
    """Return the size under the newest checkpoint of each log that has one: what those who wait look at, many times a second."""
    return {log_id: size for log_id, size in _NEWEST_SIZES.all(tx) if size is not None}


def checkpoint_covering(tx: Connection, log_id: int, index: int) -> CheckpointRow | None:
    """Return the first checkpoint that contains the entry at `index`."""
    statement = select_rows(CheckpointRow, table.checkpoint).where(
        table.checkpoint.c.log_id == log_id, table.checkpoint.c.size > index
    )
    return fetch_one(tx, CheckpointRow, statement.order_by(table.checkpoint.c.size).limit(1))


def checkpoint_of_size(tx: Connection, log_id: int, size: int) -> CheckpointRow | None:
    return find_one(tx, CheckpointRow, table.checkpoint, log_id=log_id, size=size)


def checkpoints_after(tx: Connection, log_id: int, size: int, *, limit: int = 500) -> list[CheckpointRow]:
    """Return a page of checkpoints larger than `size`, smallest first."""
    statement = select_rows(CheckpointRow, table.checkpoint).where(
        table.checkpoint.c.log_id == log_id, table.checkpoint.c.size > size
    )
    return fetch_all(tx, CheckpointRow, statement.order_by(table.checkpoint.c.size).limit(page_size(limit)))


_LATEST = Kept(  # asked many times a second
    select_rows(CheckpointRow, table.checkpoint)
    .where(table.checkpoint.c.log_id == bindparam("log_id"))
    .order_by(table.checkpoint.c.size.desc())
    .limit(1)
)
_NEWEST_SIZE = Kept(select(func.max(table.checkpoint.c.size)).where(table.checkpoint.c.log_id == bindparam("log_id")))
_NEWEST_SIZES = Kept(
    select(
        table.log.c.id,
        select(func.max(table.checkpoint.c.size)).where(table.checkpoint.c.log_id == table.log.c.id).scalar_subquery(),
    )
)
