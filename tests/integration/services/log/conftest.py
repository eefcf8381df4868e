from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.chain.remote import HttpNode
from ledger.services.log.bind_chain import bind_chain
from ledger.services.log.deploy_registry import deploy_registry
from support.anvil import Anvil, running_anvil
from support.chains import SENDER, open_embedded
from support.database_fixtures import database_url, postgresql_server, postgresql_template, sqlite_url
from support.installation import Installation, installed
from support.ledgers import Ledger, ledger_in

__all__ = ["database_url", "postgresql_server", "postgresql_template", "sqlite_url"]

FUNDS = 10**20


@pytest.fixture
def anvil() -> Iterator[Anvil]:
    with running_anvil("--slots-in-an-epoch", "1") as node:
        node.give(SENDER.address, FUNDS)
        yield node


@pytest.fixture
def on_anvil(anvil: Anvil, tmp_path: Path) -> Iterator[Installation]:
    """Registered on a node that mines when told to."""
    with installed(tmp_path, HttpNode(anvil.url, 10), mine=lambda: anvil.mine(3)) as installation:
        installation.start()
        yield installation


@pytest.fixture
def unbound(tmp_path: Path) -> Iterator[Installation]:
    """An installation that has no registry yet, beside the chain that mines at once."""
    with (
        open_embedded(tmp_path / "chain") as chain,
        installed(tmp_path, chain, mine=lambda: None, confirmations=0) as installation,
    ):
        yield installation


@pytest.fixture
def unregistered(unbound: Installation) -> Installation:
    deployed = deploy_registry(unbound.stores, unbound.client, SENDER, unbound.turn)
    assert deployed is not None
    bind_chain(unbound.stores, unbound.client, deployed, unbound.now)
    return unbound


@pytest.fixture
def on_embedded(unbound: Installation) -> Installation:
    unbound.start()
    return unbound


@pytest.fixture(params=["on_embedded", "on_anvil"])
def installation(request: pytest.FixtureRequest) -> Installation:
    found: Installation = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def ledger(tmp_path: Path, database_url: str) -> Iterator[Ledger]:
    """A small ledger on SQLite and on PostgreSQL."""
    with ledger_in(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
def sqlite_ledger(tmp_path: Path, sqlite_url: str) -> Iterator[Ledger]:
    with ledger_in(tmp_path, sqlite_url) as opened:
        yield opened
