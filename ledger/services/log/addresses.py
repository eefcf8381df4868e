"""The mail address of a member of staff, opened where it is used: by whoever sends mail, and by whoever may see the directory."""

from ledger.services.context import Stores
from ledger.services.opening import open_fields
from ledger.storage.database import Connection
from ledger.storage.person_addresses import address_entry
from ledger.storage.vault_fields import VaultRow, fields_of_entry


def address_of(stores: Stores, person_id: str) -> str | None:
    """Return the address of today; None where there is none, it was taken away, or it was erased."""
    return opened_address(stores, stores.database.read(lambda tx: sealed_address(tx, person_id)))


def sealed_address(tx: Connection, person_id: str) -> list[VaultRow]:
    """Return the sealed fields of the entry that set the address."""
    entry_id = address_entry(tx, person_id)
    return fields_of_entry(tx, entry_id) if entry_id is not None else []


def opened_address(stores: Stores, sealed: list[VaultRow]) -> str | None:
    opened = open_fields(stores, sealed).get("email")
    return opened.value if opened is not None and isinstance(opened.value, str) else None
