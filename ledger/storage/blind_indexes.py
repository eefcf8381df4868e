"""Rows of the blind indexes: which subjects carry a keyed digest, so that search never touches clear text.

Promises: rows may be erased with the person. Leaves the digest to `blind_index`. DESIGN 3.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Select, delete, select

from ledger.storage.rows import changed, fetch_all, insert_new, select_rows, values_of
from ledger.storage.tables.directory import blind_index


@dataclass(frozen=True)
class BlindRow:
    institution_id: str
    kind: str
    digest: bytes
    subject_kind: str
    subject_id: str
    entry_id: str


def insert_blind(tx: Connection, row: BlindRow) -> bool:
    """Let a subject be found by a digest; False when it can be already."""
    return insert_new(tx, blind_index, values_of(row))


def find_blind(tx: Connection, institution_id: str, kind: str, digest: bytes, *, limit: int = 100) -> list[BlindRow]:
    """Return the subjects an institution knows under a digest, in the order of their ids."""
    statement = select_rows(BlindRow, blind_index).where(
        blind_index.c.institution_id == institution_id, blind_index.c.kind == kind, blind_index.c.digest == digest
    )
    return fetch_all(tx, BlindRow, statement.order_by(blind_index.c.subject_id).limit(limit))


def subjects_under(institution_id: str, kind: str, digest: bytes, subject_kind: str) -> Select[tuple[str]]:
    """Return the query of the subjects of one kind that an institution knows under a digest, as a part of another query."""
    return select(blind_index.c.subject_id).where(
        blind_index.c.institution_id == institution_id,
        blind_index.c.kind == kind,
        blind_index.c.digest == digest,
        blind_index.c.subject_kind == subject_kind,
    )


def erase_blind(tx: Connection, institution_id: str, subject_kind: str, subject_id: str) -> int:
    """Make a subject unfindable; return how many rows went."""
    same = (
        (blind_index.c.institution_id == institution_id)
        & (blind_index.c.subject_kind == subject_kind)
        & (blind_index.c.subject_id == subject_id)
    )
    return changed(tx, delete(blind_index).where(same))
