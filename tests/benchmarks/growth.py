"""Whether the log grows heavier: the time of an inclusion proof and the memory of a sequencer's turn at 10^3, 10^5 and 10^6 entries.

The log grows through the real path (queued, indexed, filed, re-read, signed). A proof is the inclusion path of a random entry, read
from stored tiles by a reader that remembers nothing. Memory is the peak that Python allocates (tracemalloc) while a sequencer that
remembers nothing loads the edge of the tree and takes a batch of 256. Beside: the same at 10^3.
"""

import random
import tracemalloc
from collections.abc import Iterator, Sequence
from itertools import islice

from benchmarks.ledgers import grow_to, grown, new_sequencer, take
from benchmarks.measuring import Aim, Figure, Run, median, note, seconds_of
from ledger.core.log.proofs import inclusion_path
from ledger.services.log.tree import tree_reader
from ledger.storage.log import NewEntry
from ledger.storage.log import size as log_size
from support.ledgers import Ledger

SIZES = (10**3, 10**5, 10**6)
QUICK_SIZES = (10**3, 10**4)
PROOFS = 300
BATCH = 256  # one whole tile and bundle: the same work at every size
# A path has a node per doubling, so twice as many at a million as at a thousand; flat means no more than that.
PROOF_AIM = Aim(2, "most", "ratio")
MEMORY_AIM = Aim(1.5, "most", "ratio")


def measure(run: Run) -> Sequence[Figure]:
    """Return proof time and memory at each size, beside the smallest."""
    shared, figures = grown(run), list[Figure]()
    first: tuple[float, float] | None = None
    for size in QUICK_SIZES if run.quick else SIZES:
        grow_to(shared.ledger, size, shared.entries)
        found = proof_milliseconds(shared.ledger), memory_kilobytes(shared.ledger, shared.entries)
        first = first or found
        figures += _figures(size, found, first)
    return sorted(figures, key=lambda figure: figure.unit)


def _figures(size: int, found: tuple[float, float], first: tuple[float, float]) -> Iterator[Figure]:
    names = (("proof time", "ms", PROOF_AIM), ("sequencer memory", "kB", MEMORY_AIM))
    for (name, unit, aim), value, beside in zip(names, found, first, strict=True):
        yield Figure(
            name=f"{name} at {size:,} entries",
            value=value,
            unit=unit,
            baseline=beside,
            baseline_name="at 1,000",
            aim=aim,
        )


def proof_milliseconds(ledger: Ledger) -> float:
    """Return the median time of an inclusion path out of stored tiles."""
    size = ledger.stores.database.read(lambda tx: log_size(tx, ledger.log.id))
    chosen = random.Random(size)  # noqa: S311  # the same entries in every run

    def prove() -> None:
        inclusion_path(chosen.randrange(size), size, tree_reader(ledger.stores, ledger.log.id, size).node)

    prove()
    return median([seconds_of(prove) for _ in range(PROOFS)]) * 1000


def memory_kilobytes(ledger: Ledger, entries: Iterator[NewEntry]) -> float:
    """Return the most that a turn over `BATCH` entries allocates, by a sequencer that starts from the stored tiles."""
    size = ledger.stores.database.read(lambda tx: log_size(tx, ledger.log.id))
    fill = (
        BATCH - size % BATCH
    )  # to a whole bundle: an unfinished one is read again, which depends on the size's last digits
    ledger.append(list(islice(entries, fill)))
    take(new_sequencer(ledger), BATCH)  # this turn also loads what is loaded once, which does not count
    ledger.append(list(islice(entries, BATCH)))
    sequencer = new_sequencer(ledger)
    tracemalloc.start()
    try:
        take(sequencer, BATCH)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    note(f"a turn allocates {peak / 1e3:,.0f} kB at most")
    return peak / 1e3
