"""Every table, on both databases: what its rule forbids is refused, by whichever statement it is tried."""
# ruff: noqa: S608  # statements over our own table names are what is tried here

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Table, make_url, text

from ledger.errors import Conflict, Unavailable
from ledger.storage.database import Database
from ledger.storage.guards import trigger_statements
from ledger.storage.roles import create_app_role
from ledger.storage.tables import METADATA, Rule, guard_of
from support.databases import new_postgresql_database, opened

TABLES = list(METADATA.sorted_tables)
KEPT = [table for table in TABLES if table.info["rule"] is Rule.APPEND_ONLY]
NEVER_CHANGED = [table for table in TABLES if table.info["rule"] not in (Rule.ROLLING, Rule.PASSING)]
NOT_DELETED = [table for table in TABLES if table.info["rule"] not in (Rule.ERASABLE, Rule.PASSING)]


def example(table: Table) -> dict[str, object]:
    """A row of a table; the same value everywhere satisfies every foreign key."""
    shapes: dict[type, object] = {str: "x", int: 1, bytes: b"x"}
    return {c.name: None if c.name in table.info["once"] else shapes[c.type.python_type] for c in table.columns}


def fill(tx: Connection) -> None:
    for table in TABLES:
        tx.execute(table.insert(), example(table))


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    database.write(fill)
    yield database
    assert database.read(lambda tx: [dict(tx.execute(t.select()).mappings().one()) for t in TABLES]) == [
        example(table) for table in TABLES
    ]


def refused(database: Database, statement: str, table: Table) -> None:
    with pytest.raises((Conflict, Unavailable)) as no:
        database.write(lambda tx: tx.execute(text(statement), example(table)))
    assert no.value.code == "database.refused", statement
    assert "append-only" in str(no.value.__cause__), statement


def columns(table: Table) -> str:
    return ", ".join(f'"{c.name}"' for c in table.columns)


def values(table: Table) -> str:
    return ", ".join(f":{c.name}" for c in table.columns)


def test_update_is_refused_for_every_column(filled: Database) -> None:
    for table in NEVER_CHANGED:
        for column in table.columns:
            if column.name not in table.info["once"]:
                changed = "9" if column.type.python_type is int else "'y'"
                changed = (
                    f"CAST({changed} AS BYTEA)"
                    if (column.type.python_type is bytes and filled.dialect == "postgresql")
                    else changed
                )
                refused(filled, f'UPDATE "{table.name}" SET "{column.name}" = {changed}', table)


def test_delete_is_refused(filled: Database) -> None:
    for table in NOT_DELETED:
        refused(filled, f'DELETE FROM "{table.name}"', table)


def test_insert_or_replace_is_refused_with_and_without_recursive_triggers(
    filled: Database, request: pytest.FixtureRequest
) -> None:
    if filled.dialect != "sqlite":
        return  # PostgreSQL has no such statement
    plain = Database(request.getfixturevalue("database_url"), pool_size=1)
    for table in NEVER_CHANGED:
        statement = f'INSERT OR REPLACE INTO "{table.name}" ({columns(table)}) VALUES ({values(table)})'
        refused(filled, statement, table)

        def bypass(tx: Connection, statement: str = statement, table: Table = table) -> None:
            tx.exec_driver_sql("PRAGMA recursive_triggers=OFF")
            tx.execute(text(statement), example(table))

        with pytest.raises(Conflict):
            plain.write(bypass)
    plain.close()


def test_replace_through_any_other_unique_key_is_refused(filled: Database) -> None:
    if filled.dialect != "sqlite":
        return
    for table in NEVER_CHANGED:
        for key in guard_of(table).keys[1:]:
            row = {name: f"{value}z" if isinstance(value, str) else value for name, value in example(table).items()}
            other = row | {name: example(table)[name] for name in key}
            other |= {
                c.name: 77 for c in table.primary_key.columns if c.name not in key and isinstance(row[c.name], int)
            }
            statement = f'INSERT OR REPLACE INTO "{table.name}" ({columns(table)}) VALUES ({values(table)})'
            with pytest.raises(Conflict) as no:
                filled.write(lambda tx, s=statement, o=other: tx.execute(text(s), o))  # type: ignore[misc]  # bound per turn
            assert "refuses replace" in str(no.value.__cause__)


def test_upsert_is_refused(filled: Database) -> None:
    others: dict[type, str] = {str: "'y'", int: "9", bytes: "X'7a'" if filled.dialect == "sqlite" else "'z'"}
    for table in NEVER_CHANGED:
        key = ", ".join(f'"{c.name}"' for c in table.primary_key.columns)
        some = next(c for c in table.columns if not c.primary_key and c.type.python_type in others)
        insertion = f'INSERT INTO "{table.name}" ({columns(table)}) VALUES ({values(table)})'
        other = others[some.type.python_type]
        refused(filled, f'{insertion} ON CONFLICT ({key}) DO UPDATE SET "{some.name}" = {other}', table)


def test_truncate_is_refused(filled: Database) -> None:
    if filled.dialect != "postgresql":
        return  # SQLite has no such statement
    for table in TABLES:
        refused(filled, f'TRUNCATE "{table.name}" CASCADE', table)


def test_a_once_column_goes_from_null_to_a_value_and_never_again(database: Database) -> None:
    database.write(fill)
    for table in KEPT:
        for name in table.info["once"]:
            literal = (
                "CAST(:v AS BYTEA)"
                if table.c[name].type.python_type is bytes and database.dialect != "sqlite"
                else ":v"
            )
            statement = text(f'UPDATE "{table.name}" SET "{name}" = {literal}')
            value = "first" if table.c[name].type.python_type is str else b"first"
            database.write(lambda tx, s=statement, v=value: tx.execute(s, {"v": v}))  # type: ignore[misc]  # bound per turn
            for again in (value[:2], None):
                with pytest.raises(Conflict) as no:
                    database.write(lambda tx, s=statement, v=again: tx.execute(s, {"v": v}))  # type: ignore[misc]  # bound per turn
                assert no.value.code == "database.refused"


def test_erasable_rows_can_be_deleted(database: Database) -> None:
    database.write(fill)
    for table in TABLES:
        if table.info["rule"] is Rule.ERASABLE:
            assert database.write(lambda tx, t=table: tx.execute(t.delete()).rowcount) == 1  # type: ignore[misc]  # bound per turn


def test_the_migrated_triggers_are_those_of_the_tables(database: Database) -> None:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[database.dialect]
    expected = {name for table in TABLES for name in trigger_statements(guard_of(table), database.dialect)}
    assert set(database.read(lambda tx: tx.scalars(text(query)).all())) == expected


def test_the_application_role_cannot_switch_the_guards_off(request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgresql_server")
    url = new_postgresql_database(server, template=request.getfixturevalue("postgresql_template"))
    for password in ("first", "it's; second"):
        create_app_role(url, role="tally app", password=password)
    app = make_url(url).set(username="tally app", password="it's; second").render_as_string(hide_password=False)
    with opened(app) as database:
        database.write(fill)
        for statement in (
            "ALTER TABLE entry DISABLE TRIGGER ALL",
            "DROP TRIGGER entry_no_update ON entry",
            "SET session_replication_role = replica",
            "DROP TABLE entry CASCADE",
            "CREATE TABLE mine (x int)",
            "UPDATE entry SET data = ''",
            "DELETE FROM entry",
            "TRUNCATE entry",
            "UPDATE alembic_version SET version_num = '9999'",
        ):
            with pytest.raises(Unavailable):
                database.write(lambda tx, s=statement: tx.execute(text(s)))  # type: ignore[misc]  # bound per turn
        database.write(lambda tx: tx.execute(text("UPDATE api_key SET revoked_entry = 'e'")))
        database.write(lambda tx: tx.execute(text("DELETE FROM vault_field")))
