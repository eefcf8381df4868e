"""What a report shows of which column: the table holds every column of text there is, and a value only in its column's own form."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.core.log.audit_shown import DIFFERS, EMPTY, HIDDEN, NOTHING, SHOWN, show
from ledger.storage.tables import METADATA

DOCS = Path(__file__).parents[5] / "docs" / "data-grades.md"
NAME = "王小明"


def texts() -> set[str]:
    tables = METADATA.sorted_tables
    return {column.name for table in tables for column in table.columns if column.type.python_type is str}


def test_every_column_of_text_is_shown_or_hidden_and_none_both() -> None:
    assert texts() - SHOWN.keys() - HIDDEN.keys() == set()
    assert SHOWN.keys() & HIDDEN.keys() == set()
    assert HIDDEN.keys() - texts() == set()


def test_page_of_data_grades_lists_what_is_hidden_and_why() -> None:
    section = DOCS.read_text("utf-8").partition("## What an audit shows")[2]
    assert dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", section, re.MULTILINE)) == HIDDEN


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("n", None, NOTHING),
        ("n", 12, "12"),
        ("leaf_hash", b"\x01" * 32, "01" * 32),
        ("statement", b"x" * 33, f"33 bytes, sha256 {sha256(b'x' * 33).hexdigest()}"),
        ("id", "p-4f6a", "p-4f6a"),
        ("state", "in-review", "in-review"),
        ("state", "", EMPTY),
        ("decided_at", "2026-11-23T15:04:05.123Z", "2026-11-23T15:04:05.123Z"),
        ("due_on", "2026-11-30", "2026-11-30"),
        ("limit_minor", "5000000", "5000000"),
        ("media_type", "application/pdf", "application/pdf"),
        ("origin", "log.lender.example/2026", "log.lender.example/2026"),
        ("members", '["p-1","p-2"]', '["p-1","p-2"]'),
        ("members", "[]", "[]"),
        ("needs", "viewed consented", "viewed consented"),
        ("zone", "Asia/Shanghai", "Asia/Shanghai"),
        ("code", "ALPHA", "ALPHA"),
        ("numbering_rule", "{YYYY}-{SEQ:6}", "{YYYY}-{SEQ:6}"),
        ("content", "{}", f"2 bytes, sha256 {sha256(b'{}').hexdigest()}"),
        ("number", 7, "7"),
    ],
)
def test_a_column_that_says_nothing_about_a_person_is_shown(column: str, value: object, shown: str) -> None:
    assert show(column, value) == shown


@pytest.mark.parametrize("column", sorted(SHOWN))
def test_a_name_that_was_written_into_a_shown_column_is_not_shown(column: str) -> None:
    assert NAME not in show(column, NAME)
    assert "Wang Xiaoming" not in show(column, "Wang Xiaoming")


@pytest.mark.parametrize("column", [*sorted(HIDDEN), "person", "anything that is not in the table"])
def test_a_hidden_column_and_an_unknown_one_say_only_that_they_differ(column: str) -> None:
    assert show(column, "p-1") == DIFFERS


def test_bytes_in_a_hidden_column_and_values_of_other_types_are_not_shown() -> None:
    assert show("name", b"Wang") == DIFFERS
    assert show("id", 1.5) == DIFFERS
    assert show("id", "a" * 101) == DIFFERS
