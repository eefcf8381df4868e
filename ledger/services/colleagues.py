"""Names of colleagues by their ids, for whoever works beside them: a lender's own staff are known to one another by name."""

from collections.abc import Iterable

from ledger.services.context import Stores
from ledger.services.opening import open_fields
from ledger.storage.database import Connection
from ledger.storage.directory import person_by_id
from ledger.storage.vault_fields import fields_of_entry


def names_of(tx: Connection, stores: Stores, institution_id: str, people: Iterable[str]) -> dict[str, str]:
    """Return the names of an institution's people by their ids; those of others, of programs, and erased ones are missing."""
    names = {}
    for person in sorted(set(people)):
        row = person_by_id(tx, person)
        known = row is not None and row.institution_id == institution_id
        opened = open_fields(stores, fields_of_entry(tx, row.added_entry)) if row and known else {}
        if "name" in opened:
            names[person] = str(opened["name"].value)
    return names
