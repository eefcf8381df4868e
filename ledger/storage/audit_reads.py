"""Reading everything, as it is: raw rows in an order that an audit can walk, whatever somebody wrote into them.

Promises: values come as the driver has them (no conversion that a wrong type could break), a stream holds one page in
memory, each read is one statement over names of our own tables. Leaves what a value should be to the audit. DESIGN 8.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, text

from ledger.storage.kept import pages
from ledger.storage.tables import METADATA

PAGE = 1000  # rows fetched at once by a stream
Raw = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Read:
    """One ordered read of a table: `equal` narrows it, `order` (its first column within [first, last)) sorts it."""

    table: str
    columns: Sequence[str]
    order: Sequence[str]
    equal: dict[str, object] = field(default_factory=dict)
    first: object = None
    last: object = None


def columns_of(table: str) -> tuple[str, ...]:
    """Return the column names of one of our tables, in their order."""
    return tuple(column.name for column in METADATA.tables[table].columns)


def tables() -> tuple[str, ...]:
    return tuple(sorted(METADATA.tables))


def stream(tx: Connection, read: Read) -> Iterator[Raw]:
    """Yield the rows of a read; a column that holds something strange is handed on as it is."""
    where = [f'"{name}" = :e_{name}' for name in read.equal]
    values = {f"e_{name}": value for name, value in read.equal.items()}
    for name, sign in (("first", ">="), ("last", "<")):
        bound = getattr(read, name)
        if bound is not None:
            where.append(f'"{read.order[0]}" {sign} :{name}')
            values[name] = bound
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    statement = f'SELECT {_names(read.columns)} FROM "{read.table}"{condition} ORDER BY {_names(read.order)}'  # noqa: S608  # names of our own tables
    if tx.dialect.name == "sqlite":  # its driver takes the same text, and a page of an audit is a hundred small reads
        yield from pages(tx, statement, values, PAGE)
        return
    result = tx.execute(text(statement), values, execution_options={"yield_per": PAGE})
    for page in result.partitions():
        yield from (tuple(row) for row in page)


def vault_of(tx: Connection, entry_ids: Sequence[str]) -> list[tuple[str, object, object, object]]:
    """Return (entry id, field, record id, sealed) of everything the vault holds of these entries."""
    statement = text("SELECT entry_id, field, record_id, sealed FROM vault_field WHERE entry_id IN :ids").bindparams(
        bindparam("ids", expanding=True)
    )
    return [(row[0], row[1], row[2], row[3]) for row in tx.execute(statement, {"ids": list(entry_ids)})]


def distinct(tx: Connection, table: str, column: str) -> list[object]:
    return [row[0] for row in tx.execute(text(f'SELECT DISTINCT "{column}" FROM "{table}"'))]  # noqa: S608  # as above


def count(tx: Connection, table: str) -> int:
    return int(tx.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())  # noqa: S608  # as above


def orphan_vault_fields(tx: Connection) -> Iterator[Raw]:
    """Yield (entry id, field) of vault rows whose entry is neither in a log nor waiting."""
    statement = """SELECT v.entry_id, v.field FROM vault_field AS v
        WHERE NOT EXISTS (SELECT 1 FROM entry AS e WHERE e.entry_id = v.entry_id)
        AND NOT EXISTS (SELECT 1 FROM pending AS p WHERE p.entry_id = v.entry_id)"""
    yield from (tuple(row) for row in tx.execute(text(statement)))


def subject_bounds(tx: Connection, kind: str, every: int) -> list[str]:
    """Return ids that cut the subjects of a kind, in order, into parts of about `every`."""
    statement = text("SELECT id FROM subject_head WHERE kind = :kind ORDER BY log_id, id")
    result = tx.execute(statement, {"kind": kind}, execution_options={"yield_per": PAGE})
    bounds = {str(row[0]) for place, row in enumerate(result) if place and place % every == 0}
    return sorted(bounds)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def decisions_without_entry(tx: Connection) -> list[tuple[str, str]]:
    """Return (entry id, application) of the decisions that name no entry of their application, in a log or waiting."""
    statement = text(
        """
        SELECT d.entry_id, d.application_id FROM decision d
        WHERE NOT EXISTS (SELECT 1 FROM pending p WHERE p.entry_id = d.entry_id)
        AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.entry_id = d.entry_id AND e.subject_kind = 'application' AND e.subject_id = d.application_id)
        ORDER BY d.entry_id
        """
    )
    return [(str(entry), str(application)) for entry, application in tx.execute(statement)]


def decision_rows(tx: Connection, columns: Sequence[str], entry_ids: Sequence[str]) -> list[Raw]:
    """Return these columns of the decisions that these entries made."""
    statement = text(f'SELECT {_names(columns)} FROM "decision" WHERE entry_id IN :ids').bindparams(  # noqa: S608  # names of our own table
        bindparam("ids", expanding=True)
    )
    return [tuple(row) for row in tx.execute(statement, {"ids": list(entry_ids)})]
