import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.log.compact_range import EMPTY, extend
from ledger.core.log.proofs import consistency_path, inclusion_path, verify_consistency, verify_inclusion
from ledger.core.log.tiles import (
    BundleRef,
    Tile,
    TileReader,
    bundles_to_write,
    decode_bundle,
    encode_bundle,
    grow_tiles,
    parse_tile_path,
    tile_bytes,
    tiles_to_write,
)
from ledger.errors import InvalidInput, VerificationFailed
from support.trees import leaves_of, reader_of

SIZE = 70_000  # the example of the specification: three levels


def _no_tile(tile: Tile) -> bytes:
    raise AssertionError(f"not expected to be asked for {tile.path}")


@pytest.fixture(scope="module")
def leaves() -> list[bytes]:
    return leaves_of(SIZE)


@pytest.fixture(scope="module")
def tiles(leaves: list[bytes]) -> dict[Tile, bytes]:
    return grow_tiles(0, leaves, _no_tile)


@pytest.fixture(scope="module")
def root(leaves: list[bytes]) -> bytes:
    return extend(EMPTY, leaves).root()


def test_the_specification_example_has_its_tiles(tiles: dict[Tile, bytes]) -> None:
    assert list(tiles) == tiles_to_write(0, SIZE)
    partial = [tile.path for tile in tiles if tile.width < 256]
    assert partial == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert len(tiles) == 273 + 1 + 1 + 1 + 1


def test_a_tree_of_256_has_a_full_and_a_partial_tile() -> None:
    assert tiles_to_write(0, 256) == [Tile(0, 0), Tile(1, 0, 1)]


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        (5, 5, []),
        (0, 1, ["tile/0/000.p/1"]),
        (5, 7, ["tile/0/000.p/7"]),
        (256, 257, ["tile/0/001.p/1"]),
        (255, 257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
    ],
)
def test_growing_writes_only_what_changed(old: int, new: int, paths: list[str]) -> None:
    assert [tile.path for tile in tiles_to_write(old, new)] == paths
    assert [
        f"{tile.path}".replace("tile/0", "tile/entries") for tile in tiles_to_write(old, new) if tile.level == 0
    ] == [bundle.path for bundle in bundles_to_write(old, new)]


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_a_log_that_shrinks_is_refused(old: int, new: int) -> None:
    for ask in (tiles_to_write, bundles_to_write):
        with pytest.raises(InvalidInput) as refusal:
            ask(old, new)
        assert refusal.value.code == "tile.no-such-growth"


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=4))
def test_tiles_grown_in_any_batches_are_those_of_the_definition(batches: list[int]) -> None:
    leaves = leaves_of(sum(batches))
    stored: dict[Tile, bytes] = {}
    done = 0
    for batch in batches:
        grown = grow_tiles(done, leaves[done : done + batch], stored.__getitem__)
        assert list(grown) == tiles_to_write(done, done + batch)
        stored |= grown
        done += batch
    read = reader_of(leaves)
    assert all(tile_bytes(tile, read) == data for tile, data in stored.items())


@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_proofs_read_from_tiles_alone_verify(
    leaves: list[bytes], tiles: dict[Tile, bytes], root: bytes, data: st.DataObject
) -> None:
    read = TileReader(SIZE, tiles.__getitem__).node
    index = data.draw(st.integers(0, SIZE - 1))
    path = inclusion_path(index, SIZE, read)
    verify_inclusion(leaf=leaves[index], index=index, size=SIZE, path=path, root=root)
    older = extend(EMPTY, leaves[: index + 1]).root()
    proof = consistency_path(index + 1, SIZE, read)
    verify_consistency(size1=index + 1, root1=older, size2=SIZE, root2=root, path=proof)


@settings(deadline=None)
@given(size=st.integers(1, SIZE), level=st.integers(0, 16), data=st.data())
def test_a_wider_tile_serves_a_smaller_tree(
    tiles: dict[Tile, bytes], size: int, level: int, data: st.DataObject
) -> None:
    by_place = {(tile.level, tile.index): content for tile, content in tiles.items()}
    whole = TileReader(SIZE, tiles.__getitem__)
    older = TileReader(size, lambda tile: by_place[tile.level, tile.index])
    count = size >> level
    if count:
        index = data.draw(st.integers(0, count - 1))
        assert older.node(level, index) == whole.node(level, index)


def test_the_right_edge_is_recovered_from_tiles(leaves: list[bytes], tiles: dict[Tile, bytes]) -> None:
    recovered = TileReader(SIZE, tiles.__getitem__).compact_range()
    assert recovered == extend(EMPTY, leaves)
    assert TileReader(0, _no_tile).compact_range() == EMPTY


def test_the_reader_keeps_few_tiles_and_fetches_each_once(tiles: dict[Tile, bytes]) -> None:
    asked: list[Tile] = []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile)
        return tiles[tile]

    reader = TileReader(SIZE, fetch)
    for index in (0, 1, 255):
        reader.node(0, index)
    assert asked == [Tile(0, 0)]
    for index in range(0, 65 * 256, 256):
        reader.node(0, index)
    assert len(asked) == 65
    reader.node(0, 0)
    assert asked[-1] == Tile(0, 0)
    assert len(asked) == 66


@pytest.mark.parametrize(("level", "index"), [(-1, 0), (0, -1), (0, 5), (2, 1), (3, 0)])
def test_a_node_that_is_not_complete_is_refused(level: int, index: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        TileReader(5, _no_tile).node(level, index)
    assert refusal.value.code == "tile.no-such-node"


@pytest.mark.parametrize("length", [0, 32, 95, 97, 257 * 32])
def test_a_tile_of_another_size_is_refused(length: int) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        TileReader(3, lambda _: bytes(length)).node(0, 2)
    assert refusal.value.code == "tile.wrong-size"
    with pytest.raises(VerificationFailed):
        grow_tiles(3, [bytes(32)], lambda _: bytes(length))


def test_a_narrow_tile_serves_only_what_it_holds() -> None:
    leaves = leaves_of(4)
    served = [b"".join(leaves[:2])]
    reader = TileReader(4, lambda _: served[-1])
    assert reader.node(1, 0) == extend(EMPTY, leaves[:2]).root()
    with pytest.raises(VerificationFailed):
        reader.node(2, 0)
    served.append(b"".join(leaves))
    assert reader.node(2, 0) == extend(EMPTY, leaves).root()


@pytest.mark.parametrize(
    ("path", "parsed"),
    [
        ("tile/0/000", Tile(0, 0)),
        ("tile/63/x001/x234/067", Tile(63, 1234067)),
        ("tile/0/x001/234.p/5", Tile(0, 1234, 5)),
        ("tile/10/999.p/255", Tile(10, 999, 255)),
        ("tile/entries/x001/000", BundleRef(1000)),
        ("tile/entries/000.p/1", BundleRef(0, 1)),
    ],
)
def test_a_canonical_path_names_its_tile(path: str, parsed: Tile | BundleRef) -> None:
    assert parse_tile_path(path) == parsed
    assert parsed.path == path


@given(st.integers(0, 63), st.integers(0, 2**50), st.integers(1, 256))
def test_every_tile_is_read_back_from_its_path(level: int, index: int, width: int) -> None:
    assert parse_tile_path(Tile(level, index, width).path) == Tile(level, index, width)
    assert parse_tile_path(BundleRef(index, width).path) == BundleRef(index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "/tile/0/000", "tile/0/000/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/01/000", "tile/64/000",
        "tile/-1/000", "tile/0/x000/001", "tile/0/x001", "tile/0/001/002", "tile/0/x1/002", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/05", "tile/0/000.p/", "tile/0/000.p", "tile/0/000.p/5/6", "tile/0/000\n", "tile/0/../000", "tile/0/٠٠٠",
        "tile/Entries/000", "tile/entries/000.p/256", "tile/0/" + "x999/" * 5 + "999", "tile/0/" + "x001/" * 1000 + "001",
    ],
)  # fmt: skip
def test_a_path_in_another_spelling_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_tile_path(path)
    assert refusal.value.code == "tile.malformed"


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**56, 1), (0, 0, 0), (0, 0, 257)]
)
def test_a_tile_outside_the_format_is_refused(level: int, index: int, width: int) -> None:
    with pytest.raises(InvalidInput):
        Tile(level, index, width)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_is_read_back_as_written(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


def test_bundle_bytes_are_length_prefixed() -> None:
    assert encode_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert decode_bundle(encode_bundle([bytes(65535)]), 1) == [bytes(65535)]


@pytest.mark.parametrize("entries", [[], [b""] * 257, [bytes(65536)]])
def test_entries_that_fit_no_bundle_are_refused(entries: list[bytes]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        encode_bundle(entries)
    assert refusal.value.code == "bundle.malformed"


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"", 1),
        (b"\x00", 1),
        (b"\x00\x02a", 1),
        (b"\x00\x01a", 2),
        (b"\x00\x01a\x00\x01b", 1),
        (b"\x00\x01a\x00", 1),
        (b"\x00\x01a\x00", 2),
    ],
)
def test_a_bundle_with_other_entries_than_expected_is_refused(data: bytes, count: int) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        decode_bundle(data, count)
    assert refusal.value.code == "bundle.malformed"
