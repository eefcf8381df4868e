"""One service for all tests of this folder; those that need another start their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.database_fixtures import postgresql_server, postgresql_template
from support.databases import new_postgresql_database
from support.live_service import DECIDING, HOME, NEIGHBOUR, Service, running_service, settings_in

__all__ = ["postgresql_server", "postgresql_template"]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """SQLite, the embedded chain, three institutions, a worker."""
    folder = tmp_path_factory.mktemp("service")
    with running_service(settings_in(folder), institutions=(HOME, NEIGHBOUR, DECIDING)) as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_service(tmp_path_factory: pytest.TempPathFactory, postgresql_server: str) -> Iterator[Service]:
    """The same on PostgreSQL, with one institution."""
    folder: Path = tmp_path_factory.mktemp("postgresql-service")
    url = new_postgresql_database(postgresql_server)
    with running_service(settings_in(folder, database=url)) as running:
        yield running


@pytest.fixture(scope="session", params=["service", "postgresql_service"])
def any_service(request: pytest.FixtureRequest) -> Service:
    found: Service = request.getfixturevalue(request.param)
    return found
