"""What the public may read of a log's files: what a checkpoint covers, under its one path."""

import pytest

from ledger.core.log.tiles import decode_bundle
from ledger.errors import NotAllowed, NotFound
from ledger.services.log.log_files import LogFiles
from ledger.services.log.read_tile import read_bundle, read_tile
from ledger.services.log.sequence import Turn, sequence
from support.ledgers import NOW, Ledger, check_whole, small_entries

OPENING = 3
SIZE = 300 + OPENING


@pytest.fixture
def signed(sqlite_ledger: Ledger) -> Ledger:
    for number in (10, 290):
        sqlite_ledger.append(small_entries(number, start=len(sqlite_ledger.rows())))
        sequence(sqlite_ledger.stores, sqlite_ledger.log, sqlite_ledger.signers, Turn(holder="a", now=NOW))
    assert check_whole(sqlite_ledger) == SIZE
    return sqlite_ledger


@pytest.mark.parametrize(("path", "width"), [("tile/0/000", 256), ("tile/0/001.p/47", 47), ("tile/1/000.p/1", 1)])
def test_tile_of_the_newest_checkpoint_is_served(signed: Ledger, path: str, width: int) -> None:
    assert len(read_tile(signed.stores, signed.log, path)) == width * 32


def test_tile_of_an_older_width_is_served_while_it_exists(signed: Ledger) -> None:
    old, new = (read_tile(signed.stores, signed.log, path) for path in ("tile/0/000.p/13", "tile/0/000"))
    assert new.startswith(old)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001",  # not full yet
        "tile/0/001.p/48",  # one more than was signed
        "tile/0/000.p/14",  # never written
        "tile/2/000.p/1",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/00/000",
        "tile/0/x000/000",
        "tile/entries/000",  # needs credentials
        "tile/0/../entries/000",
        "tile/0/000\n",
        "checkpoint",
        "",
        "tile/63/" + "x999/" * 5 + "999",
    ],
)
def test_any_other_path_is_the_same_not_found(signed: Ledger, path: str) -> None:
    with pytest.raises(NotFound) as caught:
        read_tile(signed.stores, signed.log, path)
    assert caught.value.code == "tile.unknown"


def test_file_that_no_checkpoint_covers_yet_is_not_served(signed: Ledger) -> None:
    LogFiles(signed.stores.objects, signed.log.id).write({"tile/0/001.p/50": bytes(50 * 32)})
    with pytest.raises(NotFound):
        read_tile(signed.stores, signed.log, "tile/0/001.p/50")


def test_log_without_a_checkpoint_serves_nothing(sqlite_ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        read_tile(sqlite_ledger.stores, sqlite_ledger.log, "tile/0/000")


def test_bundle_is_served_to_an_auditor_of_the_institution(signed: Ledger) -> None:
    data = read_bundle(signed.stores, signed.auditor(), signed.log, "tile/entries/001.p/47")
    assert decode_bundle(data, 47) == [row.data for row in signed.rows()[256:]]


def test_bundle_is_refused_without_the_role_and_under_a_tile_path(signed: Ledger) -> None:
    with pytest.raises(NotAllowed):
        read_bundle(signed.stores, signed.act(), signed.log, "tile/entries/000")
    with pytest.raises(NotFound):
        read_bundle(signed.stores, signed.auditor(), signed.log, "tile/0/000")
