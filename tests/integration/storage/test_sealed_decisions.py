"""The migration that takes what decisions say out of their table: on both databases, with the words, or it refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, make_url, text

from ledger.errors import Unavailable
from ledger.storage.database import Database
from ledger.storage.migrate import _config, migrate, newest_revision, revision
from support.databases import opened

WORDS = b"guarantor: his sister Wang Xiulan, who works at the mill"
INSTITUTION = "INSERT INTO institution VALUES ('i', 'c', 'r', 'z', '{}', 'k', '{}', 'e0')"
APPLICATION = "INSERT INTO application VALUES ('a', 'i', 'n', 'b', 'p', 'e1', 't')"
DECISION = "INSERT INTO decision VALUES ('e2', 'a', 1, 'p', :nonce, :words, 's', :words, 't')"
FIELD = "INSERT INTO vault_field VALUES (:entry, :field, 'a', :nonce)"


@pytest.fixture
def before(empty_url: str) -> Iterator[Database]:
    with opened(empty_url) as database:
        database.write(_begin)
        yield database


def _begin(tx: Connection) -> None:
    config = _config()
    config.attributes["connection"] = tx
    command.upgrade(config, "0015")
    for statement in (INSTITUTION, APPLICATION, DECISION):
        tx.execute(text(statement), {"nonce": b"n", "words": WORDS} if ":" in statement else {})


def seal(database: Database, *fields: str) -> None:
    for field in fields:
        values = {"entry": "e2" if field != "people" else "e1", "field": field, "nonce": b"n"}
        database.write(lambda tx, v=values: tx.execute(text(FIELD), v))  # type: ignore[misc]  # bound per turn


def columns(database: Database) -> set[str]:
    return database.read(lambda tx: set(tx.execute(text("SELECT * FROM decision")).keys()))


@pytest.mark.parametrize("words", ["statement", "automated"])
def test_the_words_leave_the_table_and_the_row_stays(before: Database, empty_url: str, words: str) -> None:
    seal(before, "people", words, "signature")
    assert migrate(empty_url) == newest_revision()
    assert columns(before) == {"entry_id", "application_id", "version", "decider_id", "nonce", "suite", "decided_at"}


def test_no_copy_of_the_words_stays_in_the_file(before: Database, empty_url: str) -> None:
    file = make_url(empty_url).database or ""
    if before.dialect != "sqlite":
        pytest.skip("its files are the server's")
    seal(before, "statement", "signature")
    before.empty_write_ahead()
    assert WORDS in Path(file).read_bytes()
    before.close()
    migrate(empty_url)
    assert not [path for path in Path(file).parent.iterdir() if path.is_file() and WORDS in path.read_bytes()]


def test_what_was_erased_is_erased_here_too(before: Database, empty_url: str) -> None:
    assert migrate(empty_url) == newest_revision()
    assert "statement" not in columns(before)


@pytest.mark.parametrize("kept", [("people",), ("people", "statement"), ("people", "signature")])
def test_words_that_the_vault_does_not_hold_are_not_thrown_away(
    before: Database, empty_url: str, kept: tuple[str, ...]
) -> None:
    seal(before, *kept)
    with pytest.raises(Unavailable, match="tally audit") as refused:
        migrate(empty_url)
    assert refused.value.code == "database.decisions-unsealed"
    assert revision(empty_url) == "0015"
    assert "statement" in columns(before)
