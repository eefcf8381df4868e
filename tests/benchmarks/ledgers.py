"""A real ledger in a folder and real entries to put into it, for the measures of the log.

Promises: the ledger is opened through the services, on SQLite with synchronous=FULL and fsynced files; an entry is a
canonical entry as large as an `agreement.signed` one, the first of a subject of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from benchmarks.measuring import Run, note, temporary_folder
from ledger.core.log.entry import Subject, draft_entry
from ledger.core.log.hashing import leaf_hash
from ledger.services.log.sequence import BATCH, Sequenced, Sequencer, Turn
from ledger.storage.database import Database
from ledger.storage.log import NewEntry
from ledger.storage.log import size as log_size
from ledger.storage.migrate import migrate
from support.entries import draft
from support.ledgers import Ledger, new_id, open_ledger, open_stores

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ENTRY_TYPE = "benchmark.written"  # a type of no version: its bytes are checked in full, its meaning is unknown
SUBJECT_KIND = "measure"
NOTE_BYTES = 240  # makes the entry as long as an `agreement.signed` one, some 600 bytes
LEASE_SECONDS = 3600.0
REPORT_EVERY = 50_000
_MARK = "00000000-0000-7000-8000-{:012}"


@dataclass(frozen=True)
class Grown:
    """A log that the measures of one run grow further and share."""

    folder: Path
    ledger: Ledger
    entries: Iterator[NewEntry]


def grown(run: Run) -> Grown:
    """Return the run's shared log, opened when first asked for and removed when the run ends."""
    found = run.shared.get("grown")
    if not isinstance(found, Grown):
        folder = run.until_end.enter_context(temporary_folder())
        found = Grown(folder, run.until_end.enter_context(new_ledger(folder)), entry_maker())
        run.shared["grown"] = found
    return found


@contextmanager
def new_ledger(folder: Path) -> Iterator[Ledger]:
    """Yield an empty ledger whose files lie in `folder`."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    migrate(url)
    stores = open_stores(folder, Database(url, pool_size=8))
    try:
        yield open_ledger(stores)
    finally:
        stores.record_keys.close()
        stores.database.close()


def entry_maker() -> Iterator[NewEntry]:
    """Yield entries without end: canonical bytes made once, of which only the two ids differ."""
    places = (_MARK.format(1), _MARK.format(2))
    subject = Subject(SUBJECT_KIND, places[0], 1, None)
    facts = {"pages": 12, "note": "." * NOTE_BYTES}  # no commitments: what stands behind them would be other tables
    model, _ = draft_entry(
        draft(type=ENTRY_TYPE, id=places[1], subject=subject, public=facts, committed={}, private={}), b""
    )
    text = model.to_bytes().decode()
    while True:
        entry_id, subject_id = new_id(), new_id()
        data = text.replace(places[1], entry_id).replace(places[0], subject_id).encode()
        yield NewEntry(
            entry_id=entry_id,
            data=data,
            leaf_hash=leaf_hash(data),
            subject_kind=SUBJECT_KIND,
            subject_id=subject_id,
            n=1,
            prev_leaf_hash=None,
        )


def new_sequencer(ledger: Ledger) -> Sequencer:
    """Return a sequencer that remembers nothing."""
    return Sequencer(ledger.stores, ledger.log, ledger.signers)


def take(sequencer: Sequencer, batch: int) -> Sequenced:
    """Take one turn, which must find work."""
    done = sequencer.take(Turn(holder="benchmark", now=START, batch=batch, lease_seconds=LEASE_SECONDS))
    if done is None:
        message = "expected entries to wait for the sequencer, found none"
        raise RuntimeError(message)
    return done


def grow_to(ledger: Ledger, size: int, entries: Iterator[NewEntry]) -> None:
    """Bring the log to exactly `size` entries through the real path: queued, indexed, filed, re-read, signed."""
    sequencer = new_sequencer(ledger)
    now = ledger.stores.database.read(lambda tx: log_size(tx, ledger.log.id))
    count = min(BATCH, size - now)
    while count > 0:
        ledger.append(list(islice(entries, count)))
        now = take(sequencer, count).checkpoint.size
        if now % REPORT_EVERY < BATCH:
            note(f"log grown to {now:,} entries")
        count = min(BATCH, size - now)
