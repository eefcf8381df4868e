"""Statements that run many times a second: compiled once for each dialect, then executed by the driver itself.

Promises: the same rows, transactions and errors as through SQLAlchemy, at a fifth of its cost; SQLite and PostgreSQL alike.
Only values change between two runs: a statement that is put together anew, or that expands a list, goes through SQLAlchemy.
Leaves which statements these are to the row functions. ADR 0100.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Values = Mapping[str, object]
Tuple = tuple[Any, ...]  # the border: columns come untyped from the driver

_DRIVER_ERRORS = (sqlite3.Error, psycopg.Error)
_NONE: Values = {}
_POINT = "tally_point"  # one name for all: a point of the same name shadows the outer one until it is released


@dataclass(frozen=True)
class _Compiled:
    """The text of one dialect, the names of its places (SQLite counts them), and the values that never change."""

    text: str
    places: tuple[str, ...] | None
    constants: Values

    def bound(self, values: Values) -> Any:  # noqa: ANN401  # as the driver wants them
        if self.constants:
            values = {**self.constants, **values}
        return values if self.places is None else [values[name] for name in self.places]


class Kept:
    """One statement whose values are bound parameters; an INSERT names its columns."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = None if columns is None else list(columns)
        self._compiled: dict[str, _Compiled] = {}

    def all(self, tx: Connection, values: Values = _NONE) -> list[Tuple]:
        """Return every row."""
        with _translated(tx):
            return cast("list[Tuple]", self._run(tx, values).fetchall())

    def first(self, tx: Connection, values: Values = _NONE) -> Tuple | None:
        """Return the first row."""
        with _translated(tx):
            return cast("Tuple | None", self._run(tx, values).fetchone())

    def scalar(self, tx: Connection, values: Values = _NONE) -> Any:  # noqa: ANN401  # as typed as the column
        """Return the first column of the first row, None when there is none."""
        row = self.first(tx, values)
        return None if row is None else row[0]

    def change(self, tx: Connection, values: Values | Sequence[Values] = _NONE) -> int:
        """Execute once, or once for each of several values; return how many rows changed."""
        with _translated(tx):
            if isinstance(values, Mapping):
                return int(self._run(tx, values).rowcount)
            compiled, driver = self._on(tx), _driver(tx)
            cursor = driver.cursor()
            cursor.executemany(compiled.text, [compiled.bound(each) for each in values])
            return int(cursor.rowcount)

    def _run(self, tx: Connection, values: Values) -> Any:  # noqa: ANN401  # a driver's cursor
        compiled = self._compiled.get(tx.dialect.name) or self._on(tx)
        return _driver(tx).execute(compiled.text, compiled.bound(values))

    def _on(self, tx: Connection) -> _Compiled:
        name = tx.dialect.name
        if name not in self._compiled:
            done = cast("Any", self._statement.compile(dialect=tx.dialect, column_keys=self._columns))
            known = {key: value for key, value in done.params.items() if value is not None}
            places = tuple(done.positiontup) if done.positional else None
            self._compiled[name] = _Compiled(done.string, places, known)
        return self._compiled[name]


def pages(tx: Connection, statement: str, values: Values, size: int) -> Iterator[Tuple]:
    """Yield the rows of one SQLite statement with named places, `size` rows in memory."""
    with _translated(tx):
        cursor = _driver(tx).execute(statement, values)
        while page := cursor.fetchmany(size):
            yield from page


@contextmanager
def point(tx: Connection) -> Iterator[None]:
    """Let what is done inside be undone alone: a SAVEPOINT, released on leaving and rolled back by whatever is raised."""
    driver = _driver(tx)
    with _translated(tx):
        driver.execute(f"SAVEPOINT {_POINT}")
    try:
        yield
    except BaseException:
        with _translated(tx):
            driver.execute(f"ROLLBACK TO SAVEPOINT {_POINT}")
            driver.execute(f"RELEASE SAVEPOINT {_POINT}")
        raise
    with _translated(tx):
        driver.execute(f"RELEASE SAVEPOINT {_POINT}")


def _driver(tx: Connection) -> Any:  # noqa: ANN401  # the border: sqlite3's or psycopg's connection
    return tx.connection.driver_connection


class _translated:  # noqa: N801  # used as a function; a generator would cost more than the statement
    """Raise the driver's error as SQLAlchemy would, so that callers need to know one family only."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _DRIVER_ERRORS):
            _raise(self._tx, error)


def _raise(tx: Connection, error: Exception) -> NoReturn:
    family = sqlite3.Error if isinstance(error, sqlite3.Error) else psycopg.Error
    raise DBAPIError.instance(None, None, error, family, hide_parameters=True, dialect=tx.dialect) from error
