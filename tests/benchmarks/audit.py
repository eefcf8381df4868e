"""How long the integrity audit takes over a million entries.

Measured: the service behind `tally audit` in as many processes as it has processors: every row, entry, tile, bundle and checkpoint read
again, parsed and compared. The log is the one of the measure `growth` (made here when that did not run): a chain is not asked,
and no documents are in it. Beside: SHA-256 over the bytes of the same entries, read from the same database. A finding is a failure.
"""

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.ledgers import grow_to, grown
from benchmarks.measuring import Aim, Figure, Run, note, seconds_of
from ledger.services.context import Stores
from ledger.services.log.audit import Scope, audit
from ledger.storage.database import Database
from ledger.storage.log import size as log_size
from support.ledgers import Ledger, open_stores

AIM_PER_MILLION = 120.0
MILLION = 10**6
SIZE, QUICK_SIZE = MILLION, 30_000


def measure(run: Run) -> Sequence[Figure]:
    """Return the seconds of an audit; of a smaller log extrapolated to a million entries, and labelled so."""
    shared = grown(run)
    grow_to(shared.ledger, QUICK_SIZE if run.quick else SIZE, shared.entries)
    size = shared.ledger.stores.database.read(lambda tx: log_size(tx, shared.ledger.log.id))
    workers = os.cpu_count() or 1
    note(f"auditing {size:,} entries with {workers} processes")
    seconds = seconds_of(lambda: _audit(shared.ledger, shared.folder, workers)) * MILLION / size
    hashing = seconds_of(lambda: _hash(shared.folder)) * MILLION / size
    how = f"extrapolated from {size:,}" if run.quick else f"{size:,} entries"
    return [
        Figure(
            name=f"audit of a million entries ({how})",
            value=seconds,
            unit="s",
            baseline=hashing,
            baseline_name="SHA-256 of the same entries",
            aim=Aim(AIM_PER_MILLION, "most"),
        )
    ]


def _audit(ledger: Ledger, folder: Path, workers: int) -> None:
    report = audit(ledger.stores, None, Scope(workers, partial(reopen, folder)), lambda _progress: None)
    if report.findings:
        message = f"expected a clean log, got {report.total} findings; the first: {report.findings[0]}"
        raise RuntimeError(message)


def reopen(folder: Path) -> Stores:
    """Open the stores again in another process."""
    return open_stores(folder, Database(f"sqlite:///{folder / 'ledger.db'}", pool_size=8))


def _hash(folder: Path) -> None:
    connection = sqlite3.connect(folder / "ledger.db")
    for (data,) in connection.execute("SELECT data FROM entry ORDER BY log_id, idx"):
        hashlib.sha256(data).digest()
    connection.close()
