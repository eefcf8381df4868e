"""What every table shares: the metadata, the column types and the guard that says how its rows may change.

Promises: the same bytes and the same order on SQLite and PostgreSQL (text sorts by code point, times are UTC text
with milliseconds, ids are text). Leaves the triggers to `guards` and the columns to one module per wing. DESIGN 3.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

TEXT: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
BYTES: TypeEngine[bytes] = LargeBinary()


class Rule(StrEnum):
    """How the rows of one table may change; the database itself refuses the rest."""

    APPEND_ONLY = "append-only"  # never updated, never deleted; `once` columns may go from null to a value
    ERASABLE = "erasable"  # never updated, may be deleted
    ROLLING = "rolling"  # a current state: may be updated, never deleted
    PASSING = "passing"  # what serves for a while and is no evidence: may be updated and deleted


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One table's rule, in plain names, so that a migration can state it once and for all."""

    table: str
    rule: Rule
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    once: tuple[str, ...] = ()


def text(name: str, *items: SchemaItem, null: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, TEXT, *items, nullable=null, primary_key=key)


def number(name: str, *items: SchemaItem, null: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, NUMBER, *items, nullable=null, primary_key=key, autoincrement=False)


def blob(name: str, *items: SchemaItem, null: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, BYTES, *items, nullable=null, primary_key=key)


def serial(name: str) -> Column[Any]:
    """Return a primary key that the database counts up; a number is never given twice."""
    return Column(name, NUMBER, Identity(always=False), primary_key=True)


def define(name: str, rule: Rule, *items: SchemaItem, once: tuple[str, ...] = ()) -> Table:
    """Return a table that knows its rule: `guard_of` reads it back."""
    return Table(name, METADATA, *items, sqlite_autoincrement=True, info={"rule": rule, "once": once})


def guard_of(table: Table) -> Guard:
    """Return the guard that the migrations must have installed for `table`."""
    unique = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    uniques = sorted(tuple(column.name for column in constraint.columns) for constraint in unique)
    return Guard(
        table=table.name,
        rule=table.info["rule"],
        columns=tuple(column.name for column in table.columns),
        keys=(tuple(column.name for column in table.primary_key.columns), *uniques),
        once=table.info["once"],
    )
