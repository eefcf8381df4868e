"""Fixtures over `databases`: import them in a conftest to run a test on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.storage.database import Database
from support.databases import migrated_file, migrated_template, new_postgresql_database, opened, postgresql

__all__ = ["database", "database_url", "empty_url", "postgresql_server", "postgresql_template", "sqlite_url"]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    return migrated_template(postgresql_server)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return migrated_file(tmp_path / "ledger.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return new_postgresql_database(request.getfixturevalue("postgresql_server"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    server = request.getfixturevalue("postgresql_server")
    return new_postgresql_database(server, template=request.getfixturevalue("postgresql_template"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database
