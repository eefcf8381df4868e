"""The one step that migrations are made of: a table created together with its guard."""

from alembic import op
from sqlalchemy.schema import SchemaItem

from ledger.storage.guards import install_guards
from ledger.storage.tables.schema import Rule, guard_of


def create_guarded(name: str, rule: Rule, *items: SchemaItem, once: tuple[str, ...] = ()) -> None:
    """Create a table whose rows change only as `rule` allows; constraint names follow the metadata's convention."""
    table = op.create_table(name, *items, sqlite_autoincrement=True, info={"rule": rule, "once": once})
    install_guards(op.get_bind(), [guard_of(table)])
