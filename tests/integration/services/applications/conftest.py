from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.services.log.sequence import Turn, sequence
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
