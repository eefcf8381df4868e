from collections.abc import Iterator

import pytest

from support.blacklist_service import BlacklistService, blacklist_service


@pytest.fixture(scope="session")
def blacklist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlacklistService]:
    with blacklist_service(tmp_path_factory.mktemp("blacklist")) as opened:
        yield opened
