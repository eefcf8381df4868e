"""The tree as files: C2SP tlog-tiles paths and bytes, which of them a growing log writes, and the tree read back from them.

Promises: one path per tile and one tile per path; a reader that asks for no tile which a tree of its size does not have.
Leaves to others: storing and fetching, and whether the root that the tiles give was signed (checkpoint.py).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ledger.core.log.compact_range import EMPTY, CompactRange, extend
from ledger.core.log.hashing import HASH_BYTES, node_hash
from ledger.core.log.proofs import NodeReader, complete_subtrees
from ledger.errors import InvalidInput, VerificationFailed

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_TILE_LEVEL = 63  # tlog-tiles
MAX_ENTRY = 0xFFFF  # an entry's length is a uint16 in a bundle
MAX_INDEX = 1 << 56  # no tree below 2**64 leaves has more tiles at a level; keeps hostile paths short
KEPT_TILES = 64  # enough for the tiles of one proof at every level, and a bound on the reader's memory

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """`width` consecutive hashes of complete subtrees of 256**level leaves, the `index`-th tile of its level."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= MAX_TILE_LEVEL:
            raise InvalidInput("tile.malformed", f"expected a tile level of 0 to {MAX_TILE_LEVEL}, got {self.level}")
        _check_place(self.index, self.width)

    @property
    def path(self) -> str:
        """The path below the log's prefix, as "tile/0/x001/234.p/5"."""
        return f"tile/{self.level}/{_index_path(self.index, self.width)}"


@dataclass(frozen=True)
class BundleRef:
    """`width` consecutive entries, the `index`-th bundle of the log."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check_place(self.index, self.width)

    @property
    def path(self) -> str:
        """The path below the log's prefix, as "tile/entries/x001/234.p/5"."""
        return f"tile/entries/{_index_path(self.index, self.width)}"


FetchTile: TypeAlias = Callable[[Tile], bytes]
"""A tile to its bytes. A wider tile may be given for a narrower one: its first hashes are the same."""


def parse_tile_path(path: str) -> Tile | BundleRef:
    """Return what a path below the log's prefix names; raise InvalidInput("tile.malformed") for any spelling but `.path`."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise InvalidInput("tile.malformed", f"expected tile/<level or entries>/<index>[.p/<width>], got {path[:80]!r}")
    index = int(match[2].replace("x", "").replace("/", ""))
    width = int(match[3] or TILE_WIDTH)
    parsed = BundleRef(index, width) if match[1] == "entries" else Tile(int(match[1]), index, width)
    if parsed.path != path:
        raise InvalidInput("tile.malformed", f"expected {parsed.path!r}, got the other spelling {path[:80]!r}")
    return parsed


def tiles_to_write(old_size: int, new_size: int) -> list[Tile]:
    """Return the tiles that a log growing from `old_size` to `new_size` must write, level by level from the leaves."""
    _check_growth(old_size, new_size)
    tiles: list[Tile] = []
    level, old, new = 0, old_size, new_size
    while new > 0:
        tiles += [Tile(level, index, width) for index, width in _grown(old, new)]
        level, old, new = level + 1, old >> TILE_HEIGHT, new >> TILE_HEIGHT
    return tiles


def bundles_to_write(old_size: int, new_size: int) -> list[BundleRef]:
    """Return the entry bundles that a log growing from `old_size` to `new_size` must write."""
    _check_growth(old_size, new_size)
    return [BundleRef(index, width) for index, width in _grown(old_size, new_size)]


def grow_tiles(old_size: int, leaves: Sequence[bytes], fetch: FetchTile) -> dict[Tile, bytes]:
    """Return the bytes of `tiles_to_write` after appending leaf hashes; `fetch` is asked for the old partial tiles only."""
    tiles: dict[Tile, bytes] = {}
    level, old, grown = 0, old_size, list(leaves)
    while grown:
        kept = old % TILE_WIDTH
        row = _hashes(fetch(Tile(level, old // TILE_WIDTH, kept)), kept)[:kept] if kept else []
        row += grown
        starts = range(0, len(row), TILE_WIDTH)
        chunks = [row[start : start + TILE_WIDTH] for start in starts]
        tiles |= {
            Tile(level, old // TILE_WIDTH + place, len(chunk)): b"".join(chunk) for place, chunk in enumerate(chunks)
        }
        grown = [extend(EMPTY, chunk).root() for chunk in chunks if len(chunk) == TILE_WIDTH]
        level, old = level + 1, old >> TILE_HEIGHT
    return tiles


def tile_bytes(tile: Tile, read: NodeReader) -> bytes:
    """Return the bytes of a tile, each hash asked of `read`."""
    first = tile.index * TILE_WIDTH
    return b"".join(read(tile.level * TILE_HEIGHT, first + place) for place in range(tile.width))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of a bundle: each entry behind its length as a big-endian uint16."""
    if not 1 <= len(entries) <= TILE_WIDTH or any(len(entry) > MAX_ENTRY for entry in entries):
        raise InvalidInput(
            "bundle.malformed", f"expected 1 to {TILE_WIDTH} entries of at most {MAX_ENTRY} bytes, got {len(entries)}"
        )
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes, count: int) -> list[bytes]:
    """Return the exactly `count` entries of a bundle; raise VerificationFailed("bundle.malformed")."""
    entries: list[bytes] = []
    start = 0
    while start < len(data) and len(entries) < count:
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        if end > len(data) or start + 2 > len(data):
            raise VerificationFailed("bundle.malformed", f"entry {len(entries)} of the bundle is cut short")
        entries.append(data[start + 2 : end])
        start = end
    if start != len(data) or len(entries) != count:
        raise VerificationFailed(
            "bundle.malformed", f"expected {count} entries, got {len(entries)} and {len(data) - start} bytes more"
        )
    return entries


class TileReader:
    """Reads the nodes of the tree of `size` leaves from its tiles alone; `node` is a NodeReader for proofs.py."""

    def __init__(self, size: int, fetch: FetchTile) -> None:
        self._size = size
        self._fetch = fetch
        self._tiles: dict[Tile, list[list[bytes]]] = {}  # the hashes of a tile, and above them what joining pairs gives

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree over the leaves [index * 2**level, (index + 1) * 2**level)."""
        if level < 0 or index < 0 or (index + 1) << level > self._size:
            raise InvalidInput(
                "tile.no-such-node", f"no complete subtree {index} at level {level} in a tree of {self._size} leaves"
            )
        tile_level, inside = divmod(level, TILE_HEIGHT)
        tile_index, place = divmod(index << inside, TILE_WIDTH)
        rows = self._rows(tile_level, tile_index, place + (1 << inside))
        while len(rows) <= inside:
            below = rows[-1]
            rows.append([node_hash(below[left], below[left + 1]) for left in range(0, len(below) - 1, 2)])
        return rows[inside][place >> inside]

    def compact_range(self) -> CompactRange:
        """Return the right edge of the tree; its root is to be compared with the signed one."""
        return CompactRange(
            self._size, tuple(self.node(level, index) for level, index in complete_subtrees(0, self._size))
        )

    def _rows(self, level: int, index: int, needed: int) -> list[list[bytes]]:
        available = (self._size >> level * TILE_HEIGHT) - index * TILE_WIDTH
        tile = Tile(level, index, min(TILE_WIDTH, available))
        rows = self._tiles.get(tile, [[]])
        if len(rows[0]) < needed:  # not fetched yet, or served so narrow that it sufficed only for an earlier question
            rows = [_hashes(self._fetch(tile), needed)]
            if len(self._tiles) == KEPT_TILES:
                del self._tiles[next(iter(self._tiles))]
            self._tiles[tile] = rows
        return rows


def _hashes(data: bytes, needed: int) -> list[bytes]:
    width, rest = divmod(len(data), HASH_BYTES)
    if rest or not needed <= width <= TILE_WIDTH:
        raise VerificationFailed(
            "tile.wrong-size", f"expected {needed} to {TILE_WIDTH} hashes of {HASH_BYTES} bytes, got {len(data)} bytes"
        )
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def _grown(old: int, new: int) -> list[tuple[int, int]]:
    """Return (index, width) of the rows of 256 that change when a level grows from `old` to `new` items."""
    if old == new:
        return []
    return [
        (index, min(TILE_WIDTH, new - index * TILE_WIDTH)) for index in range(old // TILE_WIDTH, -(-new // TILE_WIDTH))
    ]


def _check_growth(old_size: int, new_size: int) -> None:
    if not 0 <= old_size <= new_size:
        raise InvalidInput("tile.no-such-growth", f"expected sizes that grow, got {old_size} then {new_size}")


def _check_place(index: int, width: int) -> None:
    if not 0 <= index < MAX_INDEX or not 1 <= width <= TILE_WIDTH:
        raise InvalidInput(
            "tile.malformed",
            f"expected an index of 0 or more and a width of 1 to {TILE_WIDTH}, got {index} and {width}",
        )


def _index_path(index: int, width: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    return "/".join(groups) + (f".p/{width}" if width < TILE_WIDTH else "")
