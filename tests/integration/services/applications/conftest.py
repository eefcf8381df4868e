from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.core.log.permissions import Role
from ledger.services.log.sequence import Turn, sequence
from ledger.storage.migrate import migrate
from support.approvals import Desk, staffed
from support.database_fixtures import sqlite_url
from support.ledgers import NOW, ledger_in

__all__ = ["sqlite_url"]


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    """A lender with people who decide and the default policy in force."""
    with ledger_in(tmp_path, sqlite_url) as ledger:
        desk = staffed(ledger)
        desk.enforce()
        sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=NOW))
        yield desk


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One lender for all tests of a file, with somebody who holds two roles and somebody who is about to lose one."""
    folder = tmp_path_factory.mktemp("crowded")
    url = f"sqlite:///{folder / 'ledger.db'}"
    migrate(url)
    with ledger_in(folder, url) as ledger:
        desk = staffed(ledger)
        desk.hire("Both", Role.OFFICER, Role.RISK)
        desk.hire("Gone", Role.OFFICER)
        desk.enforce()
        sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=NOW))
        yield desk
