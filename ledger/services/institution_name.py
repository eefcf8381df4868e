"""The name of an institution: it stands in the entry that opened it, once that is in the log."""

from ledger.core.log.entry import parse_entry
from ledger.storage.database import Connection
from ledger.storage.directory import InstitutionRow, institution_by_id
from ledger.storage.log import entry_by_id


def institution_name(tx: Connection, row: InstitutionRow) -> str:
    """Return the name, else the code."""
    opened = entry_by_id(tx, row.opened_entry)
    name = parse_entry(opened.data).public.get("name") if opened else None
    return name if isinstance(name, str) else row.code


def name_of(tx: Connection, institution_id: str) -> str:
    """Return the name of an institution by its id; the id itself where there is none."""
    row = institution_by_id(tx, institution_id)
    return institution_name(tx, row) if row else institution_id
