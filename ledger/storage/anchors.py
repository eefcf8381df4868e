"""Rows of anchoring: each raw transaction before it is sent, and what became of it.

Promises: nothing about an attempt is overwritten; its state is its newest event. Leaves the order of states to the
anchoring service and the proof's meaning to `core.evidence`. DESIGN 4.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, func, insert, or_, select

from ledger.errors import Conflict
from ledger.storage.kept import Kept
from ledger.storage.rows import fetch_all, fetch_one, find_one, insert_new, values_of
from ledger.storage.tables.log import anchor_attempt, anchor_event, anchor_proof

OPEN_STATES = ("signed", "sent", "mined", "reorged", "reverted")  # an attempt in one of these may still change


@dataclass(frozen=True, kw_only=True)
class NewAttempt:
    log_id: int
    size: int
    root: bytes
    sender: bytes
    nonce: int
    raw_transaction: bytes
    transaction_hash: bytes
    replaces: int | None
    created_at: str


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    attempt_id: int
    state: str  # signed | sent | mined | final | reverted | spent | replaced | reorged
    at: str
    block_number: int | None = None
    block_hash: bytes | None = None
    gas_used: int | None = None


@dataclass(frozen=True)
class AnchorRow:
    """An attempt with its newest event."""

    id: int
    log_id: int
    size: int
    root: bytes
    sender: bytes
    nonce: int
    raw_transaction: bytes
    transaction_hash: bytes
    replaces: int | None
    created_at: str
    state: str
    block_number: int | None
    block_hash: bytes | None
    gas_used: int | None
    at: str


@dataclass(frozen=True)
class ProofRow:
    attempt_id: int
    header: bytes
    proof: bytes
    at: str


def insert_attempt(tx: Connection, new: NewAttempt) -> int:
    """Store a signed transaction with its event "signed" and return its id; Conflict("anchor.exists") when stored."""
    if not insert_new(tx, anchor_attempt, values_of(new)):
        raise Conflict("anchor.exists", "expected a new transaction, got one that is already stored")
    by_hash = anchor_attempt.c.transaction_hash == new.transaction_hash
    attempt_id: int = tx.scalars(select(anchor_attempt.c.id).where(by_hash)).one()
    append_event(tx, NewEvent(attempt_id=attempt_id, state="signed", at=new.created_at))
    return attempt_id


def append_event(tx: Connection, event: NewEvent) -> None:
    """Say what became of an attempt: this is its state from now on."""
    tx.execute(insert(anchor_event), values_of(event))


def attempt(tx: Connection, attempt_id: int) -> AnchorRow | None:
    return fetch_one(tx, AnchorRow, _anchors().where(anchor_attempt.c.id == attempt_id))


def open_attempts(tx: Connection, log_id: int | None = None) -> list[AnchorRow]:
    """Return the attempts that may still change, oldest first, of one log or of all."""
    statement = _anchors().where(anchor_event.c.state.in_(OPEN_STATES))
    if log_id is not None:
        statement = statement.where(anchor_attempt.c.log_id == log_id)
    return fetch_all(tx, AnchorRow, statement.order_by(anchor_attempt.c.id))


def anchors_after(tx: Connection, log_id: int, attempt_id: int = 0, *, limit: int = 500) -> list[AnchorRow]:
    """Return a page of a log's attempts with ids past `attempt_id`, oldest first."""
    statement = _anchors().where(anchor_attempt.c.log_id == log_id, anchor_attempt.c.id > attempt_id)
    return fetch_all(tx, AnchorRow, statement.order_by(anchor_attempt.c.id).limit(limit))


def anchor_covering(tx: Connection, log_id: int, size: int) -> AnchorRow | None:
    """Return the best anchor of at least `size` entries: final before mined, then the smallest."""
    return fetch_one(tx, AnchorRow, _COVERING, {"log_id": log_id, "size": size})


def latest_anchor(tx: Connection, log_id: int) -> AnchorRow | None:
    """Return the anchor that covers most of the log, mined or final."""
    statement = _anchors().where(anchor_attempt.c.log_id == log_id, anchor_event.c.state.in_(("final", "mined")))
    return fetch_one(tx, AnchorRow, statement.order_by(anchor_attempt.c.size.desc(), anchor_attempt.c.id).limit(1))


def best_anchor(tx: Connection, log_id: int) -> AnchorRow | None:
    """Return the final anchor that covers most of the log."""
    final = _anchors().where(anchor_attempt.c.log_id == log_id, anchor_event.c.state == "final")
    return fetch_one(tx, AnchorRow, final.order_by(anchor_attempt.c.size.desc(), anchor_attempt.c.id).limit(1))


def gas_used_since(tx: Connection, sender: bytes, at: str) -> int:
    """Return the gas that a sender's mined attempts used since `at`; one mined twice in a reorg counts once."""
    used = (
        select(func.max(anchor_event.c.gas_used))
        .join(anchor_attempt, anchor_attempt.c.id == anchor_event.c.attempt_id)
        .where(anchor_attempt.c.sender == sender, anchor_event.c.at >= at, anchor_event.c.gas_used.is_not(None))
        .group_by(anchor_event.c.attempt_id)
    )
    return sum(tx.scalars(used))


def final_anchors(tx: Connection, *, limit: int) -> list[AnchorRow]:
    """Return the newest final anchors of all logs, newest first."""
    statement = _anchors().where(anchor_event.c.state == "final").order_by(anchor_attempt.c.id.desc()).limit(limit)
    return fetch_all(tx, AnchorRow, statement)


def insert_proof(tx: Connection, row: ProofRow) -> bool:
    """Store what proves a final anchor without a provider; False when it is stored already."""
    return insert_new(tx, anchor_proof, values_of(row))


def proof_of(tx: Connection, attempt_id: int) -> ProofRow | None:
    return find_one(tx, ProofRow, anchor_proof, attempt_id=attempt_id)


def _anchors() -> Select[tuple[object, ...]]:
    newest = (
        select(func.max(anchor_event.c.id))
        .where(anchor_event.c.attempt_id == anchor_attempt.c.id)
        .correlate(anchor_attempt)
        .scalar_subquery()
    )
    event = (anchor_event.c[name] for name in ("state", "block_number", "block_hash", "gas_used", "at"))
    return select(*anchor_attempt.c, *event).join(anchor_event, anchor_event.c.id == newest)


_COVERING = Kept(  # every receipt asks; "final" < "mined"
    _anchors()
    .where(
        anchor_attempt.c.log_id == bindparam("log_id"),
        anchor_attempt.c.size >= bindparam("size"),
        or_(anchor_event.c.state == "final", anchor_event.c.state == "mined"),
    )
    .order_by(anchor_event.c.state, anchor_attempt.c.size, anchor_attempt.c.id)
    .limit(1)
)
