"""Take new entries of applications into the figures: from one checkpoint to a later one, in one transaction (DESIGN section 6).

Promises: each entry counts once; two workers on one log take turns; a crash repeats nothing. What was erased is passed over. The
tables are derived: `anew` deletes them and starts from the first entry.
"""

from zoneinfo import ZoneInfo

from ledger.core.applications.expected_figures import read_told
from ledger.core.applications.figures import fold
from ledger.core.log.audit_findings import Gathered
from ledger.core.log.business_time import BusinessTime
from ledger.core.log.directory import parse_calendar
from ledger.services.applications.trail import placed_of
from ledger.services.context import Stores
from ledger.services.log.audit_vault import Vault
from ledger.storage import figures as rows
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.logs import LogRow
from ledger.storage.notices import move_cursor, read_cursor
from signing.canonical import decode

BATCH = 2_000  # entries in one transaction, and then up to the next checkpoint
_CLOSED = frozenset(
    {"people", "application", "author", "statement", "signature", "held", "submission", "inputs", "moved", "sitting"}
)  # what the figures do not need stays closed
_OPENED = 400  # entries whose fields are opened at once: below the parameter limit of every SQLite


def fold_figures(stores: Stores, log: LogRow, *, anew: bool = False) -> int:
    """Fold up to a later checkpoint of a log and return by how many entries; 0 when there is none, or another worker was first."""
    if anew:
        stores.database.write(lambda tx: rows.forget_facts(tx, log.id))
    start = stores.database.read(lambda tx: read_cursor(tx, rows.READER, log.id))
    end = stores.database.read(lambda tx: rows.next_size(tx, log.id, start, most=BATCH))
    if end is None:
        return 0
    return end - start if stores.database.write(lambda tx: _fold(tx, stores, log, start, end)) else 0


def business_time(tx: Connection, institution_id: str) -> BusinessTime | None:
    """Return how an institution counts its time."""
    row = institution_by_id(tx, institution_id)
    return None if row is None else BusinessTime(ZoneInfo(row.zone), parse_calendar(decode(row.calendar.encode())))


def _fold(tx: Connection, stores: Stores, log: LogRow, start: int, end: int) -> bool:
    if not move_cursor(tx, rows.READER, log.id, seen=start, next_index=end):
        return False
    clock = business_time(tx, log.institution_id)
    found = [placed_of(log, raw) for raw in rows.application_entries(tx, log.id, start, end)]
    placed = [each for each in found if each is not None and "stands" in each.entry.private]
    if clock is None or not placed:
        return True
    vault, facts = Vault.of(tx, stores, Gathered()), list[rows.PlacedFact]()
    now = rows.stages(tx, sorted({each.entry.subject.id for each in placed}))
    for first in range(0, len(placed), _OPENED):
        part = placed[first : first + _OPENED]
        values = vault.open(part, but=_CLOSED)
        for each in part:
            entry = each.entry
            told = read_told(entry.type, entry.at, values[entry.id])
            if told is not None:
                now[entry.subject.id], fact = fold(now.get(entry.subject.id), told, clock)
                facts.append(rows.PlacedFact(each.index or 0, entry.subject.id, fact))
    rows.add_facts(tx, log.id, facts, now)
    return True
