import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.errors import Conflict, InvalidInput, NotFound, VerificationFailed
from ledger.storage.record_keys import RecordKeys
from support.storage_rows import AT

MASTER = bytes(range(32))
FILE = "record-keys.db"


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[RecordKeys]:
    keys = RecordKeys(tmp_path, MASTER)
    yield keys
    keys.close()


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_a_created_key_is_kept_over_a_restart_and_never_in_clear(keys: RecordKeys, tmp_path: Path) -> None:
    key = keys.create("r1")
    again = RecordKeys(tmp_path, MASTER)
    assert again.get("r1") == key
    assert len(key) == 32
    assert key not in bytes_on_disk(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    again.close()


def test_keys_differ(keys: RecordKeys) -> None:
    assert len({keys.create(f"r{n}") for n in range(20)}) == 20


def test_a_second_key_for_a_record_is_refused_even_after_the_first_was_destroyed(keys: RecordKeys) -> None:
    key = keys.create("r1")
    with pytest.raises(Conflict) as error:
        keys.create("r1")
    assert error.value.code == "record-key.exists"
    assert keys.get("r1") == key
    keys.destroy("r1", at=AT)
    with pytest.raises(Conflict):
        keys.create("r1")


@pytest.mark.parametrize("record", ["nobody", ""])
def test_a_missing_key_is_named_as_missing(keys: RecordKeys, record: str) -> None:
    for act in (lambda: keys.get(record), lambda: keys.destroy(record, at=AT)):
        with pytest.raises(NotFound) as error:
            act()
        assert error.value.code == "record-key.missing"


def test_an_empty_record_id_gets_no_key(keys: RecordKeys) -> None:
    with pytest.raises(InvalidInput) as error:
        keys.create("")
    assert error.value.code == "record-key.record"


def test_a_destroyed_key_leaves_a_tombstone_and_no_bytes(keys: RecordKeys, tmp_path: Path) -> None:
    keys.create("r1")
    other = keys.create("r2")
    with sqlite3.connect(tmp_path / FILE) as file:
        (wrapped,) = file.execute("SELECT wrapped FROM record_key WHERE record_id = 'r1'").fetchone()
    file.close()
    assert wrapped in bytes_on_disk(tmp_path)
    keys.destroy("r1", at=AT)
    assert wrapped not in bytes_on_disk(tmp_path)
    with pytest.raises(NotFound) as error:
        keys.get("r1")
    assert error.value.code == "record-key.destroyed"
    assert keys.get("r2") == other


def test_destroying_again_keeps_the_first_time(keys: RecordKeys) -> None:
    keys.create("r1")
    assert keys.destroyed_at("r1") is None
    keys.destroy("r1", at=AT)
    keys.destroy("r1", at="2027-01-01T00:00:00.000Z")
    assert keys.destroyed_at("r1") == AT


def test_another_master_is_refused_at_once(keys: RecordKeys, tmp_path: Path) -> None:
    keys.create("r1")
    with pytest.raises(VerificationFailed) as error:
        RecordKeys(tmp_path, bytes(32))
    assert error.value.code == "record-key.wrong-master"


@pytest.mark.parametrize("size", [0, 16, 33])
def test_a_master_of_another_length_is_refused(tmp_path: Path, size: int) -> None:
    with pytest.raises(InvalidInput) as error:
        RecordKeys(tmp_path, bytes(size))
    assert error.value.code == "record-key.master"


def test_altered_and_swapped_rows_are_refused(keys: RecordKeys, tmp_path: Path) -> None:
    for record in ("r1", "r2", "r3"):
        keys.create(record)
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute(
            "UPDATE record_key SET wrapped = (SELECT wrapped FROM record_key WHERE record_id = 'r2') WHERE record_id = 'r1'"
        )
        file.execute("UPDATE record_key SET wrapped = x'00' WHERE record_id = 'r3'")
    file.close()
    for record in ("r1", "r3"):
        with pytest.raises(VerificationFailed) as error:
            keys.get(record)
        assert error.value.code == "record-key.altered"


def test_concurrent_creation_shares_syncs(keys: RecordKeys) -> None:
    start = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(keys.create, [f"r{n}" for n in range(400)]))
    assert [keys.get(f"r{n}") for n in range(400)] == made
    assert time.monotonic() - start < 30  # generous: it says "not one slow sync each", not how fast
