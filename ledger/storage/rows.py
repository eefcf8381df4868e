"""How row functions talk to a table: typed rows in, typed rows out, and "someone was first" told from other refusals.

Promises: a row class's fields are exactly columns of its table, by name. Leaves transactions to `database`.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from sqlalchemy import Connection, Executable, Select, Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ledger.errors import InvalidInput, VerificationFailed
from ledger.storage.forms import Form
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
_UNIONS = {Union, UnionType}


def select_rows(cls: type[RowClass], table: Table) -> Select[Any]:
    """Return a SELECT of the columns of `table` in the order of the fields of `cls`."""
    return select(*(table.c[field.name] for field in fields(cls)))


def fetch_all(
    tx: Connection, cls: type[R], statement: Select[Any] | Kept, values: Mapping[str, object] | None = None
) -> list[R]:
    found = statement.all(tx, values or {}) if isinstance(statement, Kept) else tx.execute(statement, values).all()
    return [row_of(cls, row) for row in found]  # one fetch: row by row costs three times as much


def fetch_one(
    tx: Connection, cls: type[R], statement: Select[Any] | Kept, values: Mapping[str, object] | None = None
) -> R | None:
    row = statement.first(tx, values or {}) if isinstance(statement, Kept) else tx.execute(statement, values).first()
    return None if row is None else row_of(cls, row)


def row_of(cls: type[R], values: Sequence[object]) -> R:
    """Return the row of these values; raise VerificationFailed("row.altered") where one has not the type or form of its column.

    SQLite stores what it is given, whatever the column was declared to hold.
    """
    shape = _shape(cls)
    found = tuple(map(type, values))
    if found not in shape.known:
        for column, kind in zip(shape.columns, found, strict=True):
            if kind not in column.types:
                raise altered(cls, column.name)
        shape.known.add(found)
    for place, form in shape.forms:
        value = values[place]
        if value is not None and not form.holds(value):  # type: ignore[arg-type]  # of its type, as was just checked
            raise altered(cls, shape.columns[place].name)
    return cls(*values)


def altered(cls: type[RowClass], column: str) -> VerificationFailed:
    """Return the refusal of a row that none of our code wrote."""
    return VerificationFailed(
        "row.altered",
        f"expected a row as it was recorded, got another value in {cls.__name__}.{column}: the operator should run `tally audit`",
        field=column,
    )


@dataclass(frozen=True)
class _Column:
    name: str
    types: tuple[type, ...]
    form: Form | None


@dataclass(frozen=True)
class _Shape:
    """What the fields of a row class hold; `known` are the types, column by column, in which rows were found right."""

    columns: tuple[_Column, ...]
    forms: tuple[tuple[int, Form], ...]
    known: set[tuple[type, ...]]


@cache
def _shape(cls: type[RowClass]) -> _Shape:
    columns = tuple(_column(name, hint) for name, hint in get_type_hints(cls, include_extras=True).items())
    forms = tuple((place, column.form) for place, column in enumerate(columns) if column.form is not None)
    return _Shape(columns, forms, set())


def _column(name: str, hint: Any) -> _Column:  # noqa: ANN401  # a type, as Python spells it
    parts = get_args(hint) if get_origin(hint) in _UNIONS else (hint,)
    marked = [part for part in parts if get_origin(part) is Annotated]
    types = tuple(part.__origin__ if part in marked else get_origin(part) or part for part in parts)
    return _Column(name, types, marked[0].__metadata__[0] if marked else None)


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
