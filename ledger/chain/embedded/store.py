"""Key-value store of the embedded chain: py-evm's database on SQLite.

Promises: what `write` returned from is on disk, all of it or none, whatever happens to the process or the power
(one transaction, WAL, synchronous FULL); reads come from any thread and never see half a block.
Leaves to others: what the keys mean (py-evm), and who may open the file (`lock`).
"""

import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from eth.db.backends.base import BaseDB

from ledger.errors import Unavailable

FORMAT: Final = b"tally/embedded-chain/v1"
_BUSY_SECONDS: Final = 1.0  # only a backup tool can be in the way, and only briefly
_FORMAT_KEY: Final = b"tally:format"
_CACHE_KIB: Final = 4096  # page cache; history is read rarely, and the whole service must rest under 400 MB


class SqliteStore(BaseDB):
    """Committed keys and values."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._connection = _connect(file)
        except sqlite3.Error as error:
            raise _damaged(error) from error
        if self.get(_FORMAT_KEY, FORMAT) != FORMAT:
            self.close()
            raise Unavailable(
                "chain.unknown-format",
                "the embedded chain was written by another version of this program; open it with that version",
            )

    def __getitem__(self, key: bytes) -> bytes:
        try:
            with self._lock:
                row = self._connection.execute("SELECT value FROM pairs WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise _damaged(error) from error
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def _exists(self, key: bytes) -> bool:
        return self.get(key) is not None

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.write({key: value})

    def __delitem__(self, key: bytes) -> None:
        self.write({key: None})

    def write(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Commit `changes` together and durably; None deletes."""
        kept = [(key, value) for key, value in changes.items() if value is not None]
        gone = [(key,) for key, value in changes.items() if value is None]
        try:
            with self._lock, self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.execute("INSERT OR IGNORE INTO pairs VALUES (?, ?)", (_FORMAT_KEY, FORMAT))
                self._connection.executemany("INSERT OR REPLACE INTO pairs VALUES (?, ?)", kept)
                self._connection.executemany("DELETE FROM pairs WHERE key = ?", gone)
        except sqlite3.Error as error:
            raise _damaged(error) from error

    def close(self) -> None:
        """Close the file; every later use raises Unavailable."""
        with self._lock:
            self._connection.close()


class Overlay(BaseDB):
    """Changes held in memory over a store: a block being built, or a call that leaves no trace."""

    def __init__(self, below: SqliteStore) -> None:
        self._below = below
        self.changes: dict[bytes, bytes | None] = {}

    def __getitem__(self, key: bytes) -> bytes:
        if key not in self.changes:
            return self._below[key]
        value = self.changes[key]
        if value is None:
            raise KeyError(key)
        return value

    def _exists(self, key: bytes) -> bool:
        return self.get(key) is not None

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.changes[key] = value

    def __delitem__(self, key: bytes) -> None:
        self.changes[key] = None


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"cache_size=-{_CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE IF NOT EXISTS pairs (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _damaged(error: sqlite3.Error) -> Unavailable:
    return Unavailable(
        "chain.store-failed",
        f"the embedded chain's file cannot be read or written ({error}); check the disk's space and permissions, "
        "or restore the chain folder from a backup",
    )
