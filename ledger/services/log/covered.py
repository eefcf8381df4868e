"""Tell which entries a signed checkpoint covers: what those who wait for their receipt ask, many times a second."""

from collections.abc import Sequence

from ledger.storage.database import Connection
from ledger.storage.log import index_of
from ledger.storage.logs import latest_checkpoint


def covered(tx: Connection, entry_ids: Sequence[str]) -> set[str]:
    """Return those of the entries that the newest checkpoint of their log covers; unknown ones are left out."""
    places = index_of(tx, entry_ids)
    newest = {log_id: latest_checkpoint(tx, log_id) for log_id in {place.log_id for place in places.values()}}
    sizes = {log_id: row.size if row else 0 for log_id, row in newest.items()}
    return {entry_id for entry_id, place in places.items() if place.idx < sizes[place.log_id]}
