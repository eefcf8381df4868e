import pytest

from ledger.core.log.audit_tree import Files, TreeWalk
from ledger.core.log.compact_range import EMPTY, extend
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.tiles import Tile, bundles_to_write, decode_bundle, grow_tiles, parse_tile_path, tiles_to_write


def walked(sizes: list[int]) -> tuple[TreeWalk, list[Files]]:
    """Walk a log with checkpoints of these sizes; return the files of each."""
    tree, written, number, previous = TreeWalk(), list[Files](), 0, 0
    for size in sizes:
        files: Files = {}
        while tree.size < size:
            run = [b"entry %d" % place for place in range(number, number + min(tree.room, size - tree.size))]
            files |= tree.append(run, [leaf_hash(data) for data in run])
            number += len(run)
        written.append(files | tree.unfinished(previous))
        previous = size
    return tree, written


@pytest.mark.parametrize("sizes", [[1], [255, 256, 257], [3, 700], [256], [512, 513], [65_535, 65_536, 65_537, 66_000]])
def test_walk_gives_the_files_that_a_growing_log_writes_and_its_root(sizes: list[int]) -> None:
    tree, written = walked(sizes)
    leaves = [leaf_hash(b"entry %d" % place) for place in range(sizes[-1])]
    stored: dict[Tile, bytes] = {}
    for old, size, files in zip([0, *sizes], sizes, written, strict=False):
        expected = grow_tiles(old, leaves[old:size], stored.__getitem__)
        stored |= expected
        tiles = {tile.path: expected[tile] for tile in tiles_to_write(old, size)}
        assert tiles == {path: data for path, data in files.items() if "entries" not in path}
        assert {ref.path for ref in bundles_to_write(old, size)} == {path for path in files if "entries" in path}
    assert tree.root() == extend(EMPTY, leaves).root()


def test_bundle_of_a_walk_holds_the_entries_in_their_order() -> None:
    _, (files,) = walked([300])
    bundle = files["tile/entries/001.p/44"]
    assert decode_bundle(bundle, 44) == [b"entry %d" % place for place in range(256, 300)]
    assert parse_tile_path("tile/0/001.p/44").path in files
