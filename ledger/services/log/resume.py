"""The way out of a stopped log: re-verify everything from the rows up, and only then let it run (docs/log-stopped.md).

Promises: the log runs again only if every entry's bytes give its leaf hash, every signed checkpoint verifies and is the
root of the rows, and every file of the signed tree has the bytes that the rows give. A missing file is written again from
the rows; a file or row with other bytes is named and left alone; a signed checkpoint is never touched. Memory of one chunk.
Leaves to others: repairing what is named (the operator) and watching the log meanwhile (it stays stopped).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.core.log.checkpoint import Checkpoint, open_checkpoint
from ledger.core.log.compact_range import CompactRange, extend
from ledger.core.log.directory import format_instant
from ledger.core.log.hashing import same_digest
from ledger.core.log.note import VerifierKey
from ledger.core.log.tiles import TILE_WIDTH
from ledger.errors import NotFound, VerificationFailed
from ledger.services.context import Stores
from ledger.services.log.log_files import LogFiles
from ledger.services.log.stop import RUNNING
from ledger.services.log.tree_growth import Edge, Growth, check_rows, first_row, grow
from ledger.storage import log as rows
from ledger.storage.logs import CheckpointRow, LogRow, StatusRow, checkpoints_after, latest_checkpoint, set_log_status

CHUNK = 16 * TILE_WIDTH  # a multiple of a tile, so that tiles and bundles of inner steps are whole


@dataclass(frozen=True)
class Resumed:
    """What was verified: entries, of which `signed` are covered by a checkpoint, and the files that were written again."""

    entries: int
    signed: int
    checkpoints: int
    rewritten: tuple[str, ...]


def resume(stores: Stores, log: LogRow, now: datetime) -> Resumed:
    """Re-verify the whole log and set it running; nothing changes when it raises, but for missing files written again.

    Raises VerificationFailed: log.row-missing, log.row-differs, log.file-differs, log.checkpoint-differs, note.*.
    """
    newest, entries = stores.database.read(lambda tx: (latest_checkpoint(tx, log.id), rows.size(tx, log.id)))
    signed = newest.size if newest else 0
    if entries < signed:
        raise VerificationFailed("log.row-missing", f"expected the {signed} signed entries, got {entries} rows")
    check = _Check(stores, log, LogFiles(stores.objects, log.id), signed)
    resumed = check.everything(entries)
    status = StatusRow(log.id, RUNNING, "", format_instant(now))
    stores.database.write(lambda tx: set_log_status(tx, status))
    return resumed


@dataclass(frozen=True)
class _Check:
    stores: Stores
    log: LogRow
    files: LogFiles
    signed: int

    def everything(self, entries: int) -> Resumed:
        edge, checkpoints, rewritten = Edge(), 0, list[str]()
        for end in self._cuts(entries):
            start = first_row(edge.size)
            chunk = self._rows(start, end)
            checkpoints += self._check_checkpoints(edge.compact, check_rows(chunk, start, end)[edge.size - start :])
            growth = grow(edge, chunk, end)
            rewritten += self._check_files(self._lasting(growth, entries), end)
            edge = growth.edge
        return Resumed(entries, self.signed, checkpoints, tuple(rewritten))

    def _cuts(self, entries: int) -> Iterator[int]:
        """Yield where the chunks end: at the signed size, at the last entry, and at whole tiles in between."""
        yield from range(CHUNK, self.signed, CHUNK)
        if self.signed:
            yield self.signed
        yield from range(first_row(self.signed) + CHUNK, entries, CHUNK)
        if entries > self.signed:
            yield entries

    def _rows(self, start: int, end: int) -> list[rows.EntryRow]:
        return self.stores.database.read(lambda tx: list(rows.entries_between(tx, self.log.id, start, end)))

    def _checkpoints(self, after: int, until: int) -> Iterator[CheckpointRow]:
        """Yield the checkpoints with after < size <= until."""
        while page := self.stores.database.read(lambda tx, size=after: checkpoints_after(tx, self.log.id, size)):  # type: ignore[misc]  # mypy cannot infer a lambda's default
            for row in page:
                if row.size > until:
                    return
                yield row
            after = page[-1].size

    def _check_checkpoints(self, compact: CompactRange, leaves: Sequence[bytes]) -> int:
        """Compare the checkpoints signed while these leaves were appended with the roots that the rows give."""
        count, start = 0, compact.size
        for row in self._checkpoints(start, start + len(leaves)):
            compact = extend(compact, leaves[compact.size - start : row.size - start])
            self._check_checkpoint(row, compact.root())
            count += 1
        return count

    def _check_checkpoint(self, row: CheckpointRow, root: bytes) -> None:
        noted = open_checkpoint(row.note, VerifierKey.parse(self.log.public_key))
        if noted != Checkpoint(self.log.origin, row.size, root) or not same_digest(row.root, root):
            raise VerificationFailed(
                "log.checkpoint-differs",
                f"expected the signed root {noted.root.hex()} at {noted.size}, the rows give {root.hex()} at {row.size}",
            )

    def _lasting(self, growth: Growth, entries: int) -> Mapping[str, bytes]:
        """Return the files that stay: where the walk only paused, partial ones were perhaps never written."""
        if growth.edge.size in {self.signed, entries}:
            return {**growth.files, **{tile.path: data for tile, data in growth.edge.tails.items()}}
        return {path: data for path, data in growth.files.items() if ".p/" not in path}

    def _check_files(self, files: Mapping[str, bytes], end: int) -> list[str]:
        """Compare stored files; write the missing ones of the signed tree again. Beyond it the next turn writes them."""
        missing: list[str] = []
        for path, expected in files.items():
            try:
                stored = self.files.read(path)
            except NotFound:
                missing.append(path)
                continue
            if stored != expected:
                raise VerificationFailed(
                    "log.file-differs",
                    f"{path}: expected the bytes that the rows give, got others; move the object away, then resume again",
                )
        if end > self.signed:
            return []
        self.files.write({path: files[path] for path in missing})
        return missing
