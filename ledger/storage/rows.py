"""How row functions talk to a table: typed rows in, typed rows out, and "someone was first" told from other refusals.

Promises: a row class's fields are exactly columns of its table, by name. Leaves transactions to `database`.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from sqlalchemy import Connection, Executable, Select, Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ledger.errors import InvalidInput
from ledger.storage.kept import Kept, point

if TYPE_CHECKING:
    from dataclasses import Field

MAX_PAGE = 500  # a page is held in memory and shown to a person or sent in one answer
KEY_EXISTS = "row exists"  # the words of the SQLite trigger that refuses a second row under one key
UNIQUE_VIOLATION = "23505"  # PostgreSQL's SQLSTATE
_SQLITE_UNIQUE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


class RowClass(Protocol):
    """A dataclass whose field names are column names."""

    __dataclass_fields__: ClassVar[dict[str, "Field[Any]"]]

    def __init__(self, *values: Any) -> None: ...  # noqa: ANN401  # the border: columns come untyped from the driver


R = TypeVar("R", bound=RowClass)


def select_rows(cls: type[RowClass], table: Table) -> Select[Any]:
    """Return a SELECT of the columns of `table` in the order of the fields of `cls`."""
    return select(*(table.c[field.name] for field in fields(cls)))


def fetch_all(
    tx: Connection, cls: type[R], statement: Select[Any] | Kept, values: Mapping[str, object] | None = None
) -> list[R]:
    if isinstance(statement, Kept):
        return [cls(*row) for row in statement.all(tx, values or {})]
    return [cls(*row) for row in tx.execute(statement, values).all()]  # one fetch: row by row costs three times as much


def fetch_one(
    tx: Connection, cls: type[R], statement: Select[Any] | Kept, values: Mapping[str, object] | None = None
) -> R | None:
    row = statement.first(tx, values or {}) if isinstance(statement, Kept) else tx.execute(statement, values).first()
    return None if row is None else cls(*row)


def find_all(tx: Connection, cls: type[R], table: Table, *order: str, **equal: object) -> list[R]:
    """Return the rows whose columns equal the given values, in the order of the columns named in `order`."""
    return fetch_all(tx, cls, _kept_select(cls, table, tuple(equal), order), equal)


def find_one(tx: Connection, cls: type[R], table: Table, *order: str, **equal: object) -> R | None:
    """Return the row whose columns equal the given values (the first in the order of `order`), None when there is none."""
    return fetch_one(tx, cls, _kept_select(cls, table, tuple(equal), order), equal)


@cache
def _kept_select(cls: type[RowClass], table: Table, names: tuple[str, ...], order: tuple[str, ...]) -> Kept:
    where = (table.c[name] == bindparam(name) for name in names)
    return Kept(select_rows(cls, table).where(*where).order_by(*(table.c[name] for name in order)))


@cache
def _kept_insert(table: Table, names: tuple[str, ...]) -> Kept:
    return Kept(insert(table).inline(), names)


@cache
def _kept_insert_ignore(table: Table, names: tuple[str, ...], dialect: str) -> Kept:
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return Kept(made.inline().on_conflict_do_nothing(), names)


def values_of(row: RowClass) -> dict[str, object]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def insert_new(tx: Connection, table: Table, values: Mapping[str, object] | Sequence[Mapping[str, object]]) -> bool:
    """Insert one row or many; return False, with nothing inserted, when a row with one of their keys exists."""
    # A refused statement undoes itself on SQLite, so one row needs no savepoint there; PostgreSQL gives up the transaction.
    undoes_itself = tx.dialect.name == "sqlite" and isinstance(values, Mapping)
    try:
        with nullcontext() if undoes_itself else point(tx):
            _kept_insert(table, _names(values)).change(tx, values)
    except IntegrityError as error:
        if is_key_taken(error):
            return False
        raise
    return True


def insert_ignore(tx: Connection, table: Table, values: Mapping[str, object] | Sequence[Mapping[str, object]]) -> int:
    """Insert into a rolling table what is not there yet; return how many rows were inserted."""
    return _kept_insert_ignore(table, _names(values), tx.dialect.name).change(tx, values)


def _names(values: Mapping[str, object] | Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(values if isinstance(values, Mapping) else values[0])


def changed(
    tx: Connection,
    statement: Executable | Kept,
    values: Mapping[str, object] | Sequence[Mapping[str, object]] | None = None,
) -> int:
    """Execute a writing statement and return the number of rows it changed."""
    if isinstance(statement, Kept):
        return statement.change(tx, values or {})
    return tx.execute(statement, values, execution_options={"preserve_rowcount": True}).rowcount


def is_key_taken(error: IntegrityError) -> bool:
    """Tell a unique violation (someone was first) from any other refusal of the database."""
    original = error.orig
    sqlite_name = getattr(original, "sqlite_errorname", None)
    if sqlite_name is not None:
        return sqlite_name in _SQLITE_UNIQUE or KEY_EXISTS in str(original)
    return getattr(original, "sqlstate", None) == UNIQUE_VIOLATION


def page_size(limit: int) -> int:
    """Return `limit` if it is a page; InvalidInput("page.limit") otherwise."""
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidInput("page.limit", f"expected a page of 1 to {MAX_PAGE} rows, got {limit}", field="limit")
    return limit


def later(at: str, seconds: float) -> str:
    """Return the UTC text `seconds` after `at`, with milliseconds, so that texts compare as times do."""
    moment = datetime.fromisoformat(at).astimezone(UTC) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
