"""Rows of the vault: sealed values and salts of private fields, which may be erased but never changed.

Promises: one value per entry and field. Leaves sealing to `vault` and who may read to the services. DESIGN 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete

from ledger.errors import Conflict
from ledger.storage.rows import changed, find_all, insert_new, values_of
from ledger.storage.tables.log import vault_field


@dataclass(frozen=True)
class VaultRow:
    entry_id: str
    field: str
    record_id: str
    sealed: bytes


def insert_fields(tx: Connection, rows: Sequence[VaultRow]) -> None:
    """Store sealed fields; Conflict("vault.exists") when one of them was stored before."""
    if rows and not insert_new(tx, vault_field, [values_of(row) for row in rows]):
        raise Conflict("vault.exists", "expected fields of a new entry, got one that the vault already holds")


def fields_of_entry(tx: Connection, entry_id: str) -> list[VaultRow]:
    """Return what the vault holds of an entry, by field name; erased fields are missing."""
    return find_all(tx, VaultRow, vault_field, "field", entry_id=entry_id)


def erase_record(tx: Connection, record_id: str) -> int:
    """Delete what was sealed under a record key that is being destroyed; return how many fields."""
    return changed(tx, delete(vault_field).where(vault_field.c.record_id == record_id))
