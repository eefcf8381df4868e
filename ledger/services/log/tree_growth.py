"""From committed rows to the files of the tree: a pure step that the sequencer takes and `resume` repeats.

Promises: the files are a function of the rows alone, so whoever writes them, and however often, writes the same bytes;
memory of one batch and one edge, however long the log is. DESIGN 3, ADR 0060. Leaves to others: reading rows, writing
files, and checking what was written (`recheck`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.core.log.compact_range import EMPTY, CompactRange, extend
from ledger.core.log.hashing import LeafHash, leaf_hash
from ledger.core.log.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    TileReader,
    bundles_to_write,
    encode_bundle,
    grow_tiles,
)
from ledger.errors import VerificationFailed
from ledger.storage.log import EntryRow

ReadFile = Callable[[str], bytes]
"""A path below the log's prefix ("tile/0/000.p/5") to the stored bytes."""


@dataclass(frozen=True)
class Edge:
    """What is needed of a tree to go on from it: its compact range and the unfinished tile of each level."""

    compact: CompactRange = EMPTY
    tails: Mapping[Tile, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.compact.size


@dataclass(frozen=True)
class Growth:
    """A tree after one batch: its new edge, and the files by path that it has now and had not before."""

    edge: Edge
    files: Mapping[str, bytes]


def first_row(size: int) -> int:
    """Return from which index rows are needed to go on from `size`: the unfinished bundle is written anew, wider."""
    return size - size % TILE_WIDTH


def load_edge(size: int, read: ReadFile) -> Edge:
    """Return the edge of the tree of `size` leaves from its stored tiles; its root must still be compared."""
    tails = {tile: read(tile.path) for tile in _unfinished(size)}
    return Edge(TileReader(size, lambda tile: tails.get(tile) or read(tile.path)).compact_range(), tails)


def check_rows(rows: Sequence[EntryRow], start: int, end: int) -> list[LeafHash]:
    """Return the leaf hashes of the rows' bytes; raise VerificationFailed("log.row-missing" | "log.row-differs")."""
    if [row.idx for row in rows] != list(range(start, end)):
        raise VerificationFailed(
            "log.row-missing", f"expected the entries {start} to {end - 1} without gaps, got {len(rows)} rows"
        )
    leaves = [leaf_hash(row.data) for row in rows]
    for row, leaf in zip(rows, leaves, strict=True):
        if row.leaf_hash != leaf:
            raise VerificationFailed(
                "log.row-differs",
                f"expected bytes with the leaf hash {row.leaf_hash.hex()} at index {row.idx}, theirs is {leaf.hex()}",
            )
    return leaves


def grow(edge: Edge, rows: Sequence[EntryRow], end: int) -> Growth:
    """Return the tree of `end` leaves; `rows` are those from `first_row(edge.size)` to `end`."""
    start = first_row(edge.size)
    leaves = check_rows(rows, start, end)[edge.size - start :]
    tiles = grow_tiles(edge.size, leaves, edge.tails.__getitem__)
    files = {tile.path: data for tile, data in tiles.items()}
    for bundle in bundles_to_write(edge.size, end):
        place = bundle.index * TILE_WIDTH - start
        files[bundle.path] = encode_bundle([row.data for row in rows[place : place + bundle.width]])
    known = {**edge.tails, **tiles}
    tails = {tile: known[tile] for tile in _unfinished(end)}
    return Growth(Edge(extend(edge.compact, leaves), tails), files)


def _unfinished(size: int) -> list[Tile]:
    tiles: list[Tile] = []
    level = 0
    while size > 0:
        index, width = divmod(size, TILE_WIDTH)
        if width:
            tiles.append(Tile(level, index, width))
        level, size = level + 1, size >> TILE_HEIGHT
    return tiles
