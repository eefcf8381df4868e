import sqlite3
from pathlib import Path

import pytest

from ledger.chain.embedded.store import Overlay, SqliteStore
from ledger.errors import Unavailable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chain.sqlite"


class TestStore:
    def test_written_pairs_are_there_after_reopening(self, file: Path) -> None:
        store = SqliteStore(file)
        store.write({b"a": b"1", b"b": b"2"})
        store.write({b"a": None, b"b": b"3"})
        store.close()
        again = SqliteStore(file)
        assert b"a" not in again
        assert again[b"b"] == b"3"
        again.close()

    def test_missing_key_is_a_key_error(self, file: Path) -> None:
        store = SqliteStore(file)
        with pytest.raises(KeyError):
            store[b"a"]
        store.close()

    def test_batch_that_fails_leaves_nothing(self, file: Path) -> None:
        store = SqliteStore(file)
        with pytest.raises(Unavailable) as caught:
            store.write({b"a": b"1", b"b": object()})  # type: ignore[dict-item]  # SQLite refuses it after the first row
        assert caught.value.code == "chain.store-failed"
        assert b"a" not in store
        store.close()

    def test_file_that_is_no_database_is_unavailable(self, file: Path) -> None:
        file.write_bytes(b"this is not a database" * 100)
        with pytest.raises(Unavailable) as caught:
            SqliteStore(file)
        assert caught.value.code == "chain.store-failed"

    def test_file_of_another_version_is_unavailable(self, file: Path) -> None:
        SqliteStore(file).write({b"tally:format": b"tally/embedded-chain/v9"})
        with pytest.raises(Unavailable) as caught:
            SqliteStore(file)
        assert caught.value.code == "chain.unknown-format"

    def test_closed_store_is_unavailable(self, file: Path) -> None:
        store = SqliteStore(file)
        store.close()
        with pytest.raises(Unavailable):
            store.write({b"a": b"1"})
        with pytest.raises(Unavailable):
            store[b"a"]

    def test_database_locked_by_another_program_is_unavailable(self, file: Path) -> None:
        store = SqliteStore(file)
        intruder = sqlite3.connect(file, isolation_level=None)
        intruder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            store.write({b"a": b"1"})
        intruder.close()
        store.close()


class TestOverlay:
    def test_changes_stay_above_the_store(self, file: Path) -> None:
        store = SqliteStore(file)
        store.write({b"a": b"1", b"b": b"2"})
        overlay = Overlay(store)
        overlay[b"a"] = b"9"
        del overlay[b"b"]
        assert overlay[b"a"] == b"9"
        assert b"b" not in overlay
        assert (store[b"a"], store[b"b"]) == (b"1", b"2")
        store.write(overlay.changes)
        assert store[b"a"] == b"9"
        assert b"b" not in store
        store.close()
