from collections.abc import Iterator
from pathlib import Path

import pytest

from support.database_fixtures import database_url, postgresql_server, postgresql_template, sqlite_url
from support.stage import Stage, staged

__all__ = ["database_url", "postgresql_server", "postgresql_template", "sqlite_url"]


@pytest.fixture
def stage(tmp_path: Path, sqlite_url: str) -> Iterator[Stage]:
    """On SQLite: what does not race is the same everywhere."""
    with staged(tmp_path, sqlite_url) as opened:
        yield opened


@pytest.fixture
def any_stage(tmp_path: Path, database_url: str) -> Iterator[Stage]:
    """On SQLite and on PostgreSQL: for what races."""
    with staged(tmp_path, database_url) as opened:
        yield opened
