"""Rows of what ties an installation to its chain: the binding, each log's registration, and the transactions that made them.

Promises: one binding per installation and one registration per log, for good; a transaction is stored before it is sent.
Leaves to the services which chain that is and whether a transaction was mined. DESIGN 4.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from ledger.errors import Conflict
from ledger.storage.kept import Kept
from ledger.storage.rows import fetch_all, find_one, insert_new, select_rows, values_of
from ledger.storage.tables.log import anchor_attempt, chain_binding, log_registration, setup_transaction

_ONLY = 1


@dataclass(frozen=True, kw_only=True)
class BindingRow:
    chain_id: int
    genesis_hash: bytes
    registry: bytes
    code_hash: bytes
    deployed_transaction: bytes | None
    block_number: int | None
    at: str


@dataclass(frozen=True)
class RegistrationRow:
    log_id: int
    terms: bytes  # canonical JSON
    registry_log_id: bytes
    at: str


@dataclass(frozen=True, kw_only=True)
class NewSetup:
    purpose: str  # deploy | verifier | register | blacklist:…
    log_id: int | None
    sender: bytes
    nonce: int
    raw_transaction: bytes
    transaction_hash: bytes
    created_at: str


@dataclass(frozen=True)
class SetupRow:
    id: int
    purpose: str
    log_id: int | None
    sender: bytes
    nonce: int
    raw_transaction: bytes
    transaction_hash: bytes
    created_at: str


def chain_of_installation(tx: Connection) -> BindingRow | None:
    """Return the chain and registry that this installation belongs to."""
    found = _BOUND.first(tx)
    return None if found is None else BindingRow(**dict(zip(_BINDING, found, strict=True)))


def insert_binding(tx: Connection, row: BindingRow) -> None:
    """Bind the installation; Conflict("chain.already-bound") when it is bound to anything already."""
    if not insert_new(tx, chain_binding, {"id": _ONLY, **values_of(row)}):
        raise Conflict("chain.already-bound", "expected an installation without a chain, got one that is bound to one")


def registration_of(tx: Connection, log_id: int) -> RegistrationRow | None:
    return find_one(tx, RegistrationRow, log_registration, log_id=log_id)


def insert_registration(tx: Connection, row: RegistrationRow) -> bool:
    """Fix the terms under which a log is registered; False when they are fixed already."""
    return insert_new(tx, log_registration, values_of(row))


def insert_setup(tx: Connection, new: NewSetup) -> None:
    """Store a signed transaction before it is sent; the same one again is welcome."""
    insert_new(tx, setup_transaction, values_of(new))


def setup_transactions(tx: Connection, purpose: str, log_id: int | None = None) -> list[SetupRow]:
    """Return the transactions of one purpose (and log), oldest first."""
    rows = setup_transaction.c
    place = rows.log_id.is_(None) if log_id is None else rows.log_id == log_id
    statement = select_rows(SetupRow, setup_transaction).where(rows.purpose == purpose, place)
    return fetch_all(tx, SetupRow, statement.order_by(rows.id))


def next_stored_nonce(tx: Connection, sender: bytes) -> int:
    """Return the nonce after the highest that any stored transaction of this sender has."""
    highest = [
        tx.scalar(select(func.max(table.c.nonce)).where(table.c.sender == sender))
        for table in (anchor_attempt, setup_transaction)
    ]
    return 1 + max((nonce for nonce in highest if nonce is not None), default=-1)


_BINDING = tuple(BindingRow.__dataclass_fields__)
_BOUND = Kept(select_rows(BindingRow, chain_binding).where(chain_binding.c.id == _ONLY))  # every receipt asks
