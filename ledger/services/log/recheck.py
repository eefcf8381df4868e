"""What a sequencer checks before it signs: everything it wrote, read again, and the root found by a second path.

Promises: returns only when the re-read rows, bundles, tiles, the new root and the older signed root agree. The second
path shares no state with the first: leaves come from the re-read bytes, inner hashes are joined pair by pair level after
level, and the new root is tied to the older signed one by a consistency proof read from the stored tiles. DESIGN 3, ADR 0061.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.core.log.hashing import HASH_BYTES, NodeHash, node_hash, same_digest
from ledger.core.log.proofs import consistency_path, verify_consistency
from ledger.core.log.tiles import (
    TILE_WIDTH,
    Tile,
    TileReader,
    bundles_to_write,
    decode_bundle,
    tiles_to_write,
)
from ledger.errors import VerificationFailed
from ledger.services.log.tree_growth import ReadFile, check_rows, first_row
from ledger.storage.log import EntryRow


@dataclass(frozen=True)
class Tree:
    """A tree by its size and root."""

    size: int
    root: bytes


def recheck(old: Tree, new: Tree, rows: Sequence[EntryRow], read: ReadFile) -> None:
    """Return if the stored rows (from `first_row(old.size)`) and files are the tree `new`, grown out of `old`.

    Raises VerificationFailed: log.row-missing, log.row-differs, log.bundle-differs, log.tile-differs, log.root-differs,
    proof.consistency, or what parsing a file raises.
    """
    start = first_row(old.size)
    leaves = check_rows(rows, start, new.size)
    _check_bundles(old.size, new.size, rows, read)
    tiles = {tile: read(tile.path) for tile in tiles_to_write(old.size, new.size)}
    for tile, data in tiles.items():
        _check_tile(tile, data, _expected(tile, start, leaves, tiles))
    reader = TileReader(new.size, lambda tile: tiles.get(tile) or read(tile.path))
    root = reader.compact_range().root()
    if not same_digest(new.root, root):
        raise VerificationFailed(
            "log.root-differs", f"expected the root {new.root.hex()} at {new.size}, the tiles give {root.hex()}"
        )
    if old.size:
        path = consistency_path(old.size, new.size, reader.node)
        verify_consistency(size1=old.size, root1=old.root, size2=new.size, root2=new.root, path=path)


def _check_bundles(old_size: int, new_size: int, rows: Sequence[EntryRow], read: ReadFile) -> None:
    start = first_row(old_size)
    for bundle in bundles_to_write(old_size, new_size):
        place = bundle.index * TILE_WIDTH - start
        expected = [row.data for row in rows[place : place + bundle.width]]
        if decode_bundle(read(bundle.path), bundle.width) != expected:
            raise VerificationFailed(
                "log.bundle-differs", f"expected the entries of the rows in {bundle.path}, got others"
            )


def _check_tile(tile: Tile, data: bytes, expected: Sequence[bytes | None]) -> None:
    if len(data) != tile.width * HASH_BYTES:
        raise _tile_differs(tile, f"expected {tile.width} hashes, got {len(data)} bytes")
    for place, hashed in enumerate(expected):
        got = data[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        if hashed is not None and not same_digest(hashed, got):
            raise _tile_differs(tile, f"expected {hashed.hex()} at place {place}, got {got.hex()}")


def _expected(tile: Tile, start: int, leaves: Sequence[bytes], tiles: Mapping[Tile, bytes]) -> Sequence[bytes | None]:
    """Return the hashes that belong in a tile; None where an older batch made one: the consistency proof answers for it."""
    first = tile.index * TILE_WIDTH
    if tile.level == 0:
        return leaves[first - start : first - start + tile.width]
    below = [tiles.get(Tile(tile.level - 1, first + place)) for place in range(tile.width)]
    return [None if data is None else _root_of_tile(data) for data in below]


def _root_of_tile(data: bytes) -> NodeHash:
    """Join the 256 hashes of a full tile pair by pair, level after level."""
    row = [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return NodeHash(row[0])


def _tile_differs(tile: Tile, message: str) -> VerificationFailed:
    return VerificationFailed("log.tile-differs", f"{tile.path}: {message}")
