"""Entries of applications read back from the log with their opened fields, application by application."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.audit_entry import EntryRecord, Placed, read_record
from ledger.services.applications.view import KIND
from ledger.services.log.audit_vault import Values
from ledger.services.log.audit_world import facts_of
from ledger.storage.audit_reads import Raw, Read, stream
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow

NOT_NEEDED = frozenset({"people", "held"})  # a replay rests on neither, and personal data stays closed
COLUMNS = ("idx", "entry_id", "leaf_hash", "data", "n", "subject_kind", "subject_id")


@dataclass(frozen=True)
class History:
    """The entries of one application in their order, not yet opened."""

    application: str
    entries: list[Placed]


def placed_of(log: LogRow, raw: Raw) -> Placed | None:
    """Return the entry of a row of COLUMNS; None where it cannot be read, which `tally audit` names."""
    index, entry_id, leaf, data, n, kind, subject = raw
    place = index if isinstance(index, int) else None
    record = EntryRecord(
        log=facts_of(log), index=place, entry_id=entry_id, leaf_hash=leaf, data=data, kind=str(kind), subject_id=subject, n=n
    )  # fmt: skip
    return read_record(record)[0]


def histories(tx: Connection, log: LogRow) -> Iterator[History]:
    """Yield the history of each application of a log."""
    equal: dict[str, object] = {"log_id": log.id, "subject_kind": KIND}
    rows = stream(tx, Read(table="entry", columns=COLUMNS, order=("subject_id", "n"), equal=equal))
    for application, group in groupby(rows, key=lambda raw: str(raw[6])):
        placed = [placed_of(log, raw) for raw in group]
        yield History(application, [entry for entry in placed if entry is not None])


def trail_entry(placed: Placed, values: Values) -> TrailEntry:
    """Return an entry as a replay sees it."""
    entry = placed.entry
    return TrailEntry(
        index=placed.index or 0,
        id=entry.id,
        type=entry.type,
        kind=entry.subject.kind,
        subject=entry.subject.id,
        at=datetime.fromisoformat(entry.at),
        facts=entry.public,
        values=values,
        n=entry.subject.n,
        leaf=placed.leaf,
        closed=frozenset(entry.private.keys() - values.keys() - NOT_NEEDED),
    )
