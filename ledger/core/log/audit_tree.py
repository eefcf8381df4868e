"""A log's tree, built once more from the bytes of its entries: the root at every signed size, the bytes of every file.

Promises: memory of one unfinished tile per level and one unfinished bundle, however long the log is. Leaves to others:
reading rows and files, and comparing (services/log/audit_log.py). DESIGN sections 3 and 8.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.core.log.compact_range import EMPTY, CompactRange, extend
from ledger.core.log.hashing import NodeHash
from ledger.core.log.tiles import TILE_HEIGHT, TILE_WIDTH, BundleRef, Tile, encode_bundle

Files = dict[str, bytes]


@dataclass
class TreeWalk:
    """The tree so far. `append` runs that end at or before the next multiple of 256."""

    compact: CompactRange = EMPTY
    _rows: list[list[bytes]] = field(default_factory=list)  # per level, the hashes of the unfinished tile
    _entries: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.compact.size

    @property
    def room(self) -> int:
        """How many entries the unfinished bundle still takes."""
        return TILE_WIDTH - self.size % TILE_WIDTH

    def root(self) -> NodeHash:
        return self.compact.root()

    def append(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> Files:
        """Take the next entries and their leaf hashes; return the files of the tiles and the bundle that they fill."""
        index = self.size // TILE_WIDTH
        self.compact = extend(self.compact, leaves)
        self._entries += entries
        if len(self._entries) < TILE_WIDTH:
            self._push(0, leaves)
            return {}
        files = {BundleRef(index).path: encode_bundle(self._entries)}
        self._entries = []
        return files | self._push(0, leaves)

    def unfinished(self, previous_size: int) -> Files:
        """Return the partial files that a checkpoint at this size wrote, the one before being at `previous_size`."""
        files: Files = {}
        size, old = self.size, previous_size
        if size % TILE_WIDTH:
            files[BundleRef(size // TILE_WIDTH, size % TILE_WIDTH).path] = encode_bundle(self._entries)
        for level, row in enumerate(self._rows):
            index, width = divmod(size, TILE_WIDTH)
            if width and size != old:
                files[Tile(level, index, width).path] = b"".join(row)
            size, old = size >> TILE_HEIGHT, old >> TILE_HEIGHT
        return files

    def _push(self, level: int, hashes: Sequence[bytes]) -> Files:
        if level == len(self._rows):
            self._rows.append([])
        row = self._rows[level]
        row += hashes
        if len(row) < TILE_WIDTH:
            return {}
        index = (self.size >> TILE_HEIGHT * (level + 1)) - 1
        self._rows[level] = []
        return {Tile(level, index).path: b"".join(row)} | self._push(level + 1, [extend(EMPTY, row).root()])
