"""The steps that migrations are made of: a table created together with its guard, and one made anew with its rows carried over."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from alembic import op
from sqlalchemy.schema import SchemaItem

from ledger.storage.guards import install_guards
from ledger.storage.tables.schema import Rule, guard_of


def create_guarded(name: str, rule: Rule, *items: SchemaItem, once: tuple[str, ...] = ()) -> None:
    """Create a table whose rows change only as `rule` allows; constraint names follow the metadata's convention."""
    table = op.create_table(name, *items, sqlite_autoincrement=True, info={"rule": rule, "once": once})
    install_guards(op.get_bind(), [guard_of(table)])


@contextmanager
def carried_over(name: str, columns: Sequence[str], given: Mapping[str, str] | None = None) -> Iterator[None]:
    """Drop a table, let the body create it anew, and carry these columns of its rows over; `given` are SQL values of new ones.

    A primary key is not changed in place, and a guard names every column of its table.
    """
    before, added = f"{name}_before", dict(given or {})
    op.execute(f'CREATE TABLE "{before}" AS SELECT * FROM "{name}"')  # noqa: S608  # names of our own tables
    op.drop_table(name)
    yield
    kept = [f'"{column}"' for column in columns]
    into, values = ", ".join([*kept, *(f'"{column}"' for column in added)]), ", ".join([*kept, *added.values()])
    op.execute(f'INSERT INTO "{name}" ({into}) SELECT {values} FROM "{before}"')  # noqa: S608  # names of our own tables
    op.drop_table(before)
