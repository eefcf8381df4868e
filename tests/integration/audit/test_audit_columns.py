"""Every column of a small real ledger is changed in the database file, in three rows of each table: the audit names table and
column, or docs/audit.md says why that column is no evidence. So is every row that is deleted."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.core.log.audit_findings import Finding
from ledger.storage.audit_reads import columns_of, tables
from support.audited import Audited, audited_ledger
from support.audited_review import fill_review

DOCS = Path(__file__).parents[3] / "docs" / "audit.md"
CHAIN_TABLES = {"chain_binding"}  # part of it is only told by the chain
# The table is named, with another of its fields: a hash beside the bytes, the row as a whole, the place of the chain.
CEREMONY_UNUSED = {"applicant_notice", "identity_submission", "staff_notice", "webhook_delivery"}
BLACKLIST_UNUSED = {
    "blacklist_epoch",
    "blacklist_member",
    "consent_marks",
    "consortium_binding",
    "consortium_seen",
    "evaluator_request",
    "listing",
    "listing_clock",
    "listing_state",
    "listing_step",
    "token_change",
    "token_leaf",
    "token_node",
    "token_version",
    "version_endorsement",
    "version_on_chain",
}
TOLD_BY_ANOTHER_FIELD = {
    ("anchor_attempt", "raw_transaction"),
    ("checkpoint", "log_id"),
    ("checkpoint", "note"),
    ("entry", "data"),
    ("log_registration", "log_id"),
    ("pending", "data"),
    ("setup_transaction", "raw_transaction"),
}

# Of most tables a deleted row takes the same code as a changed column; of these it does not.
MEASURED = {"anchor_attempt", "anchor_event", "anchor_proof", "checkpoint", "setup_transaction", "vault_field"}
MEASURED_ONCE = [pytest.param(table, marks=() if table in MEASURED else pytest.mark.repeats) for table in tables()]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    with audited_ledger(tmp_path_factory.mktemp("audited")) as opened:
        fill_review(opened)
        opened.tamper("SELECT 1")  # drops the triggers
        yield opened


@pytest.fixture(scope="module")
def connection(audited: Audited) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(audited.database_file, isolation_level=None)
    opened.execute("PRAGMA foreign_keys=OFF")
    yield opened
    opened.close()


def no_evidence() -> set[str]:
    """The table of docs/audit.md: `table.column`, `table.*` or `table (row deleted)`."""
    section = DOCS.read_text("utf-8").partition("## What is no evidence")[2]
    return set(re.findall(r"^\| `([a-z_]+(?:\.[a-z_*]+| \(row deleted\)))` \|", section, re.MULTILINE))


def test_the_ledger_that_is_changed_has_something_in_every_table(connection: sqlite3.Connection) -> None:
    empty = {table for table in tables() if not connection.execute(f'SELECT 1 FROM "{table}"').fetchone()}  # noqa: S608
    assert empty == CEREMONY_UNUSED | BLACKLIST_UNUSED


def test_list_of_what_is_no_evidence_names_columns_that_exist() -> None:
    for item in no_evidence():
        table, _, column = item.replace(" (row deleted)", ".*").partition(".")
        assert table in tables()
        assert column == "*" or column in columns_of(table), item


@pytest.mark.parametrize("table", MEASURED_ONCE)
def test_changed_column_is_named_unless_it_is_no_evidence(
    table: str, audited: Audited, connection: sqlite3.Connection
) -> None:
    missed = set()
    excused = no_evidence()
    for column, rowid, value in changes(connection, table):
        if not {f"{table}.*", f"{table}.{column}"} & excused:
            findings = findings_after(audited, connection, (table, column, rowid), value)
            if not any(is_named(finding, table, column) for finding in findings):
                missed.add((column, rowid, value, tuple((item.kind, item.field) for item in findings[:3])))
    assert not missed
    assert audited.audit().is_clean, "the row was not put back"


@pytest.mark.parametrize("table", tables())
def test_deleted_row_is_found_unless_it_is_no_evidence(
    table: str, audited: Audited, connection: sqlite3.Connection
) -> None:
    columns = ("rowid", *columns_of(table))
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    missed = []
    for row in ends(connection.execute(f'SELECT {names} FROM "{table}"').fetchall()):  # noqa: S608
        connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (row[0],))  # noqa: S608
        report = audited.audit()
        connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', row)  # noqa: S608
        if report.is_clean and not {f"{table}.*", f"{table} (row deleted)"} & no_evidence():
            missed.append(row)
    assert not missed
    assert audited.audit().is_clean, "the row was not put back"


def is_named(finding: Finding, table: str, column: str) -> bool:
    """A changed key shows as a row gone or moved; bytes are named by the column that holds their hash or their meaning."""
    if (table, column) == ("log", "id"):
        return finding.field in {"id", "log_id", "row"}  # rows of that log name it
    return finding.kind == table and (finding.field in {column, "row"} or (table, column) in TOLD_BY_ANOTHER_FIELD)


def findings_after(
    audited: Audited, connection: sqlite3.Connection, place: tuple[str, str, int], value: object
) -> list[Finding]:
    """Change one value, audit, put it back."""
    table, column, rowid = place
    names = ", ".join(f'"{name}"' for name in ("rowid", *columns_of(table)))
    row = connection.execute(f'SELECT {names} FROM "{table}" WHERE rowid = ?', (rowid,)).fetchone()  # noqa: S608
    connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, rowid))  # noqa: S608
    is_rowid = (
        isinstance(value, int)
        and not connection.execute(
            f'SELECT 1 FROM "{table}" WHERE rowid = ?',  # noqa: S608
            (rowid,),
        ).fetchone()
    )
    try:
        return list(audited.audit(ask_chain=table in CHAIN_TABLES).findings)
    finally:
        connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (value if is_rowid else rowid,))  # noqa: S608
        marks = ", ".join("?" * len(row))
        connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', row)  # noqa: S608


def changes(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, int, object]]:
    """Yield (column, rowid, new value): one bit more, the value of another row, nothing at all."""
    columns = columns_of(table)
    rows = connection.execute(f'SELECT rowid, {", ".join(columns)} FROM "{table}"').fetchall()  # noqa: S608
    for place, column in enumerate(columns, start=1):
        for row in ends(rows):
            for value in variants(row[place], [other[place] for other in rows]):
                if is_accepted(connection, (table, column, row[0]), value):
                    yield column, row[0], value


def ends(rows: list[Any]) -> list[Any]:
    """Return the first, the middle and the last row: every column of three rows, where every one would take minutes."""
    places = sorted({0, len(rows) // 2, len(rows) - 1}) if rows else []
    return [rows[place] for place in places]


def variants(value: object, others: list[object]) -> list[object]:
    near: list[object] = ["x", b"\x01", 1]
    if isinstance(value, int):
        near = [value + 1]
    elif isinstance(value, str):
        near = [value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x"]
    elif isinstance(value, bytes):
        near = [value[:-1] + bytes([value[-1] ^ 1]) if value else b"\x01"]
    swapped = [other for other in others if other != value and type(other) is type(value)]
    return [*near, *swapped[:1], None]


def is_accepted(connection: sqlite3.Connection, place: tuple[str, str, int], value: object) -> bool:
    """Unique keys and NOT NULL stay in force: what the database refuses is no change."""
    table, column, rowid = place
    connection.execute("BEGIN")
    try:
        before = connection.execute(f'SELECT "{column}" FROM "{table}" WHERE rowid = ?', (rowid,)).fetchone()  # noqa: S608
        connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, rowid))  # noqa: S608
        after = connection.execute(f'SELECT "{column}" FROM "{table}" WHERE rowid = ?', (rowid,)).fetchone()  # noqa: S608
    except sqlite3.IntegrityError:
        return False
    else:
        return bool(before != after)
    finally:
        connection.execute("ROLLBACK")
