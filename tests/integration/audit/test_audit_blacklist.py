"""Every column of the blacklist's rows is changed behind the ledger's back: the audit names table and column, or docs/audit.md
says why that column is no evidence. So is every row that is deleted."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.core.log.audit_findings import Finding
from ledger.storage.audit_reads import columns_of
from support.audited import Audited, audited_ledger
from support.audited_blacklist import fill_blacklist

DOCS = Path(__file__).parents[3] / "docs" / "audit.md"
TABLES = (
    "blacklist_epoch",
    "blacklist_member",
    "listing",
    "listing_clock",
    "listing_state",
    "listing_step",
    "token_leaf",
    "token_version",
)
SPARED = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", DOCS.read_text("utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    with audited_ledger(tmp_path_factory.mktemp("blacklist"), filled=False) as opened:
        fill_blacklist(opened)
        opened.tamper("SELECT 1")  # drops the triggers
        yield opened


@pytest.fixture(scope="module")
def connection(audited: Audited) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(audited.database_file, isolation_level=None)
    opened.execute("PRAGMA foreign_keys=OFF")
    yield opened
    opened.close()


def other(value: object) -> object:
    """Return a value of the same type that differs in one bit."""
    if isinstance(value, int):
        return value + 7
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    return (
        f"{value[:-1]}{chr(ord(value[-1]) ^ 16)}" if isinstance(value, str) and value else "01936f2e-0000-7000-8000-0"
    )


def test_a_blacklist_that_nobody_touched_has_no_finding(audited: Audited) -> None:
    report = audited.audit()
    assert report.is_clean, report.findings


@pytest.mark.parametrize("table", TABLES)
def test_a_changed_column_and_a_deleted_row_are_named(
    table: str, audited: Audited, connection: sqlite3.Connection
) -> None:
    columns = columns_of(table)
    rows = connection.execute(f'SELECT rowid, {", ".join(columns)} FROM "{table}"').fetchall()  # noqa: S608  # our own names
    assert rows
    for rowid, *values in (rows[0], rows[-1]):
        for column, value in zip(columns, values, strict=True):
            if f"{table}.{column}" not in SPARED:
                found = after(audited, connection, f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (other(value), rowid))  # noqa: S608  # fmt: skip
                assert any(is_named(finding, table, column) for finding in found), (column, found)
        gone = after(audited, connection, f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))  # noqa: S608  # our own names
        assert any(finding.kind == table for finding in gone), gone


def is_named(finding: Finding, table: str, column: str) -> bool:
    """A changed key shows as a row gone or moved."""
    return finding.kind == table and (finding.field in {column, "row"} or table == "token_leaf")


def after(
    audited: Audited, connection: sqlite3.Connection, statement: str, values: tuple[object, ...]
) -> list[Finding]:
    """Change one row, the last of `values`, audit, put it back."""
    table, rowid = re.findall(r'"([a-z_]+)"', statement)[0], values[-1]
    names = ", ".join(("rowid", *columns_of(table)))
    row = connection.execute(f'SELECT {names} FROM "{table}" WHERE rowid = ?', (rowid,)).fetchone()  # noqa: S608  # our own names
    connection.execute(statement, values)
    try:
        return list(audited.audit().findings)
    finally:
        connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))  # noqa: S608  # our own names
        marks = ", ".join("?" * len(row))
        connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', row)  # noqa: S608  # our own names
