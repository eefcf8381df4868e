"""One service for the tests of pages over HTTP."""

from collections.abc import Iterator

import pytest

from support.live_service import DECIDING, HOME, Service, running_service, settings_in


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(settings_in(tmp_path_factory.mktemp("pages")), institutions=(HOME, DECIDING)) as running:
        yield running
