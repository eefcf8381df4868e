"""One service that seals, for all tests of this folder; those that break something start their own."""

from collections.abc import Iterator

import pytest

from support.live_service import HOME, Service, running_service, settings_in


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """SQLite, the embedded chain, one institution, a worker, the local time-stamp authority."""
    with running_service(settings_in(tmp_path_factory.mktemp("sealing")), institutions=(HOME,)) as running:
        yield running
