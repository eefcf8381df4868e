"""Rows of the consortium on chain: where it is, who was seen in it, members' signatures, which versions are on record for good.

Promises: one consortium per installation, for good; nothing is overwritten. Leaves to the services what the chain says. DESIGN 4, 7.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from ledger.errors import Conflict
from ledger.storage.rows import fetch_one, find_all, find_one, insert_new, select_rows, values_of
from ledger.storage.tables import blacklist as table

_ONLY = 1


@dataclass(frozen=True)
class ConsortiumRow:
    consortium: bytes
    registry: bytes
    at: str


@dataclass(frozen=True)
class SeenRow:
    changes: int
    record: str
    at: str


@dataclass(frozen=True)
class EndorsementRow:
    digest: bytes
    signer: bytes
    signature: bytes
    at: str


@dataclass(frozen=True)
class OnChainRow:
    epoch_id: bytes
    number: int
    block_number: int
    at: str


def consortium_of_installation(tx: Connection) -> ConsortiumRow | None:
    """Return the consortium that this installation's blacklist belongs to."""
    return find_one(tx, ConsortiumRow, table.consortium_binding, id=_ONLY)


def bind_consortium(tx: Connection, row: ConsortiumRow) -> None:
    """Bind the installation; the same again is welcome; Conflict("consortium.already-bound") for another."""
    if insert_new(tx, table.consortium_binding, {"id": _ONLY, **values_of(row)}):
        return
    bound = consortium_of_installation(tx)
    if bound is None or (bound.consortium, bound.registry) != (row.consortium, row.registry):
        raise Conflict(
            "consortium.already-bound",
            "this installation belongs to another consortium's contract: use another data folder for another consortium",
        )


def newest_seen(tx: Connection) -> SeenRow | None:
    """Return the members as they were seen last."""
    changes = table.consortium_seen.c.changes
    return fetch_one(tx, SeenRow, select_rows(SeenRow, table.consortium_seen).order_by(changes.desc()).limit(1))


def insert_seen(tx: Connection, row: SeenRow) -> bool:
    """Store what was seen after so many changes; False where it is stored already."""
    return insert_new(tx, table.consortium_seen, values_of(row))


def insert_endorsement(tx: Connection, row: EndorsementRow) -> bool:
    """Store a member's signature; False where that member signed this already."""
    return insert_new(tx, table.version_endorsement, values_of(row))


def endorsements(tx: Connection, digest: bytes) -> list[EndorsementRow]:
    """Return the signatures under one message, by ascending signer."""
    return find_all(tx, EndorsementRow, table.version_endorsement, "signer", digest=digest)


def insert_on_chain(tx: Connection, row: OnChainRow) -> bool:
    """Note that a version is on record in a final block; False where that is known."""
    return insert_new(tx, table.version_on_chain, values_of(row))


def newest_on_chain(tx: Connection, epoch_id: bytes) -> int:
    """Return the newest version of an epoch that is on record for good; 0 where none is."""
    columns = table.version_on_chain.c
    found = tx.scalar(select(func.max(columns.number)).where(columns.epoch_id == epoch_id))
    return 0 if found is None else int(found)
