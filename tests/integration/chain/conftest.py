from collections.abc import Iterator
from pathlib import Path

import pytest

from support.anvil import Anvil, running_anvil
from support.chains import SENDER, Account, open_embedded
from support.registered_log import RegisteredLog, register_log

FUNDS = 10**20


@pytest.fixture
def anvil() -> Iterator[Anvil]:
    with running_anvil("--slots-in-an-epoch", "1") as node:
        node.give(SENDER.address, FUNDS)
        yield node


@pytest.fixture(params=["embedded", "anvil"])
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Account]:
    """A funded account on each kind of chain: every test that takes it runs against both."""
    if request.param == "anvil":
        node: Anvil = request.getfixturevalue("anvil")
        yield Account(node.client(), SENDER, node.mine)
        return
    with open_embedded(tmp_path / "chain") as chain:
        yield Account(chain.client(), SENDER)


@pytest.fixture
def log(account: Account) -> RegisteredLog:
    return register_log(account)
