"""Rows that say since which entry a member of staff is reached by mail; the address itself stands only in the vault.

Promises: one row per change, each named by its entry; the newest counts, also where it takes the address away. DESIGN 3 and 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ledger.storage.rows import find_all, insert_new, values_of
from ledger.storage.tables import directory as table


@dataclass(frozen=True)
class PersonAddressRow:
    entry_id: str
    institution_id: str
    person_id: str


def insert_address(tx: Connection, row: PersonAddressRow) -> None:
    insert_new(tx, table.person_address, values_of(row))


def address_entry(tx: Connection, person_id: str) -> str | None:
    """Return the entry that holds the person's address of today; None where none was ever set."""
    rows = find_all(tx, PersonAddressRow, table.person_address, "entry_id", person_id=person_id)
    return rows[-1].entry_id if rows else None


def has_addresses(tx: Connection, institution_id: str) -> bool:
    """Say whether anybody of an institution ever gave an address."""
    rows = table.person_address.c
    return tx.scalar(select(rows.entry_id).where(rows.institution_id == institution_id).limit(1)) is not None


def holders_of(tx: Connection, institution_id: str, roles: Sequence[str]) -> set[str]:
    """Return the people of an institution who hold one of the roles now."""
    grants = table.role_grant.c
    statement = select(grants.principal_id).where(
        grants.institution_id == institution_id, grants.role.in_(roles), grants.revoked_entry.is_(None)
    )
    return set(tx.scalars(statement))
