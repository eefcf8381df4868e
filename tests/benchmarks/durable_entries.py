"""How many entries a second become durable, indexed, filed and signed, in batches.

Measured: `append_many` (queue), then one turn of the sequencer: index, tiles and bundles (each fsynced), everything read
again, the root by a second path, the signed checkpoint. Beside: one table, the same bytes, the same batches, the same
durability (SQLite WAL, synchronous=FULL), and nothing else. Runs alternate, so that a busy machine slows both.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks.ledgers import entry_maker, new_ledger, new_sequencer, take
from benchmarks.measuring import Aim, Figure, Run, median, note, seconds_of, temporary_folder
from ledger.services.log.sequence import BATCH
from ledger.storage.log import NewEntry

AIM = Aim(5_000, "least")
BATCHES = 5  # in each of the runs, after one that warms up
RUNS = 3


def measure(run: Run) -> Sequence[Figure]:
    """Return entries per second of the batch path, and of raw inserts."""
    runs, batches = (1, 2) if run.quick else (RUNS, BATCHES)
    entries = entry_maker()
    ours, raw = [], []
    for number in range(runs):
        given = [list(islice(entries, BATCH)) for _ in range(batches + 1)]
        with temporary_folder() as folder:
            ours.append(batches * BATCH / _ours(folder, given))
            raw.append(batches * BATCH / _raw(folder, given))
        note(f"run {number + 1} of {runs}: {ours[-1]:,.0f} entries/s, raw inserts {raw[-1]:,.0f} rows/s")
    name = "raw batched INSERT of the same bytes"
    return [
        Figure(
            name="durable entries",
            value=median(ours),
            unit="entries/s",
            baseline=median(raw),
            baseline_name=name,
            aim=AIM,
        )
    ]


def _ours(folder: Path, batches: Sequence[Sequence[NewEntry]]) -> float:
    with new_ledger(folder) as ledger:
        sequencer = new_sequencer(ledger)

        def through(batch: Sequence[NewEntry]) -> None:
            ledger.append(batch)
            take(sequencer, BATCH)

        through(batches[0])
        return sum(seconds_of(partial(through, batch)) for batch in batches[1:])


def _raw(folder: Path, batches: Sequence[Sequence[NewEntry]]) -> float:
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, data BLOB NOT NULL)")

    def insert(batch: Sequence[NewEntry]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO entry (data) VALUES (?)", _rows(batch))
        connection.execute("COMMIT")

    insert(batches[0])
    seconds = sum(seconds_of(partial(insert, batch)) for batch in batches[1:])
    connection.close()
    return seconds


def _rows(batch: Sequence[NewEntry]) -> Iterator[tuple[bytes]]:
    return ((entry.data,) for entry in batch)
