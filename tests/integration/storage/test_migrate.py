from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from ledger.errors import Unavailable
from ledger.storage.database import Database
from ledger.storage.migrate import _config, migrate, newest_revision, require_current, revision
from ledger.storage.tables import METADATA
from support.databases import opened


def test_an_empty_database_is_migrated_to_the_newest_revision(empty_url: str) -> None:
    assert revision(empty_url) is None
    assert migrate(empty_url) == newest_revision()
    assert revision(empty_url) == newest_revision()
    with opened(empty_url) as database:
        require_current(database)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    assert migrate(database_url) == newest_revision()


def test_processes_that_migrate_at_once_all_succeed(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(migrate, [empty_url] * 4)) == {newest_revision()}


def test_an_unmigrated_database_is_refused_and_the_command_named(empty_url: str) -> None:
    with opened(empty_url) as database, pytest.raises(Unavailable, match="tally db migrate") as refused:
        require_current(database)
    assert refused.value.code == "database.unmigrated"


def test_a_half_migrated_database_is_refused(database: Database) -> None:
    database.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '0001'")))
    with pytest.raises(Unavailable) as refused:
        require_current(database)
    assert refused.value.code == "database.unmigrated"


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database_url: str) -> None:
    with opened(database_url) as database:
        database.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))
        with pytest.raises(Unavailable) as refused:
            require_current(database)
        assert refused.value.code == "database.newer"
    with pytest.raises(Unavailable) as refused:
        migrate(database_url)
    assert refused.value.code == "database.newer"
    assert revision(database_url) == "9999"


def test_the_migrated_tables_are_those_of_the_metadata(database: Database) -> None:
    differences = database.read(lambda tx: compare_metadata(MigrationContext.configure(tx), METADATA))
    assert differences == []


def test_the_migrations_stand_in_one_chain_in_the_order_of_their_names() -> None:
    scripts = ScriptDirectory.from_config(_config())
    chain = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    files = sorted(path.name for path in Path(scripts.versions).glob("0*.py"))
    assert len(scripts.get_heads()) == 1
    assert chain == [name[:4] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
