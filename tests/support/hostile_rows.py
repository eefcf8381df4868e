"""Somebody with the database writes into columns what none of our code would: of another type, of another form, or nothing at all.

`Undone` runs what reads do on the way (a note in the access log) and takes it back, so that one ledger serves every change.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from ledger.errors import LedgerError
from ledger.services.context import Stores
from ledger.storage.audit_reads import columns_of
from ledger.storage.database import Database
from ledger.storage.tables import METADATA
from signing.errors import SigningError

T = TypeVar("T")

HOSTILE: dict[type, tuple[object, ...]] = {
    str: (None, b"\xff\x00", "", "[{"),
    int: (None, "seven", -1, 10**12),
    bytes: (None, "text", 7, b"[{"),
}


class _TakenBack(Exception):  # no error: the way out of a transaction
    pass


class Undone(Database):
    """A database whose writes leave nothing behind."""

    def write(self, work: Callable[[Connection], T]) -> T:
        done: list[T] = []

        def undone(tx: Connection) -> None:
            done.append(work(tx))
            raise _TakenBack

        with suppress(_TakenBack):
            super().write(undone)
        return done[0]


def undone(stores: Stores, file: Path) -> Stores:
    """Return the stores of a ledger with a database that keeps no write."""
    return replace(stores, database=Undone(f"sqlite:///{file}", pool_size=2))


def loosened(file: Path) -> sqlite3.Connection:
    """Open the file past every rule: no trigger, no NOT NULL, no foreign key."""
    connection = sqlite3.connect(file, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'")
    connection.execute("PRAGMA writable_schema=RESET")
    connection.execute("PRAGMA foreign_keys=OFF")
    return connection


@dataclass(frozen=True)
class Change:
    table: str
    column: str
    value: object


def changes(table: str) -> Iterator[Change]:
    """Yield what is written into each column of a table."""
    for column in columns_of(table):
        for value in HOSTILE[METADATA.tables[table].c[column].type.python_type]:
            yield Change(table, column, value)


@contextmanager
def changed(connection: sqlite3.Connection, change: Change) -> Iterator[dict[str, object] | None]:
    """Write a value into one row of a table, yield what it held, and put it back afterwards; None where a unique key refuses it."""
    columns = columns_of(change.table)
    names = ", ".join(f'"{name}"' for name in columns)
    rows = connection.execute(f'SELECT {names} FROM "{change.table}"').fetchall()  # noqa: S608  # our own table
    before = rows[len(rows) // 2]
    where = " AND ".join(f'"{name}" IS ?' for name in columns)
    try:
        connection.execute(f'UPDATE "{change.table}" SET "{change.column}" = ? WHERE {where}', (change.value, *before))  # noqa: S608
    except sqlite3.IntegrityError:
        yield None
        return
    try:
        yield dict(zip(columns, before, strict=True))
    finally:
        left = connection.execute(f'SELECT rowid, {names} FROM "{change.table}"').fetchall()  # noqa: S608
        for rowid in [row[0] for row in left if row[1:] not in rows]:
            values = ", ".join(f'"{name}" = ?' for name in columns)
            connection.execute(f'UPDATE "{change.table}" SET {values} WHERE rowid = ?', (*before, rowid))  # noqa: S608


def faults(reads: Mapping[str, Callable[[], object]]) -> list[str]:
    """Return which reads end with anything but an answer or one of our refusals."""
    found = []
    for name, read in reads.items():
        try:
            read()
        except (LedgerError, SigningError):
            continue
        except Exception as error:  # noqa: BLE001  # that there is none is what is tested
            found.append(f"{name}: {type(error).__name__}: {error}")
    return found
