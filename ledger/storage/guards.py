"""The triggers that keep history: what the database itself refuses, whoever asks.

Promises: for each guarded table, on SQLite and PostgreSQL, UPDATE, DELETE, INSERT OR REPLACE, upsert and TRUNCATE are
refused wherever the table's rule forbids them. Leaves to the role of the application (`roles`) that it cannot drop a
trigger. Names come from `Guard`s written in this package, never from input. DESIGN 3, ADR 0041.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from ledger.storage.rows import KEY_EXISTS
from ledger.storage.tables.schema import Guard, Rule

REFUSED = "append-only"  # the first word of every refusal

_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION tally_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
    MESSAGE = '{REFUSED}: ' || TG_TABLE_NAME || ' refuses ' || lower(TG_OP);
END $$
"""


def install_guards(tx: Connection, guards: Sequence[Guard]) -> None:
    """Create the triggers of `guards`, whose tables exist."""
    postgresql = tx.dialect.name == "postgresql"
    if postgresql:
        tx.exec_driver_sql(_POSTGRESQL_FUNCTION)
    for guard in guards:
        for statement in trigger_statements(guard, tx.dialect.name).values():
            tx.exec_driver_sql(statement)


def trigger_statements(guard: Guard, dialect: str) -> dict[str, str]:
    """Return the triggers of a table, by name, each as the statement that creates it."""
    shapes = _postgresql(guard) if dialect == "postgresql" else _sqlite(guard)
    kinds = {"truncate"}
    if guard.rule not in (Rule.ERASABLE, Rule.PASSING):
        kinds.add("delete")
    if guard.rule not in (Rule.ROLLING, Rule.PASSING):
        kinds |= {"update", "replace"}
    return {
        f"{guard.table}_no_{kind}": f"CREATE TRIGGER {guard.table}_no_{kind} {shape}"
        for kind, shape in shapes.items()
        if kind in kinds
    }


def _sqlite(guard: Guard) -> dict[str, str]:
    table = guard.table
    taken = " OR ".join(
        f'EXISTS (SELECT 1 FROM "{table}" WHERE ' + " AND ".join(f'"{c}" = NEW."{c}"' for c in key) + ")"  # noqa: S608  # names of our own tables
        for key in guard.keys
    )
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}: {table} refuses"
    when = f"WHEN NOT ({_allowed(guard, 'IS')})" if guard.once else ""
    return {
        # REPLACE fires no delete trigger unless the connection asked for recursive_triggers: refuse a taken key up front
        "replace": f'BEFORE INSERT ON "{table}" WHEN {taken} {refuse} replace, {KEY_EXISTS}\'); END',
        "update": f'BEFORE UPDATE ON "{table}" {when} {refuse} update\'); END',
        "delete": f'BEFORE DELETE ON "{table}" {refuse} delete\'); END',
    }


def _postgresql(guard: Guard) -> dict[str, str]:
    when = f"WHEN (NOT ({_allowed(guard, 'IS NOT DISTINCT FROM')}))" if guard.once else ""
    return {
        "update": f'BEFORE UPDATE ON "{guard.table}" FOR EACH ROW {when} EXECUTE FUNCTION tally_refuse()',
        "delete": f'BEFORE DELETE ON "{guard.table}" FOR EACH ROW EXECUTE FUNCTION tally_refuse()',
        "truncate": f'BEFORE TRUNCATE ON "{guard.table}" FOR EACH STATEMENT EXECUTE FUNCTION tally_refuse()',
    }


def _allowed(guard: Guard, same: str) -> str:
    """Return the condition under which an update only fills `once` columns that were null."""
    kept = [f'OLD."{c}" {same} NEW."{c}"' for c in guard.columns if c not in guard.once]
    filled = [f'(OLD."{c}" IS NULL OR OLD."{c}" {same} NEW."{c}")' for c in guard.once]
    return " AND ".join(kept + filled)
