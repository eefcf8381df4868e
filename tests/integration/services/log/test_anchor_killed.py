"""A process killed between any two steps: the next one goes on from the rows, sends nothing twice, gives no nonce twice."""

from pathlib import Path

import pytest

from ledger.chain.remote import HttpNode
from ledger.chain.transactions import unsigned
from ledger.storage.chain_setup import setup_transactions
from ledger.storage.database import Connection
from support.anvil import Anvil
from support.chains import SENDER, open_embedded
from support.doors import Fate, Killed
from support.installation import Installation, installed

MOST_HALF_STEPS = 400


def payloads(installation: Installation) -> dict[int, set[tuple[bytes | None, bytes]]]:
    """Return what was ever signed under each nonce."""

    def read(tx: Connection) -> list[bytes]:
        setup = [*setup_transactions(tx, "deploy"), *setup_transactions(tx, "register", installation.log_id)]
        return [row.raw_transaction for row in setup]

    signed = [*installation.stores.database.read(read), *(row.raw_transaction for row in installation.attempts())]
    found: dict[int, set[tuple[bytes | None, bytes]]] = {}
    for raw in signed:
        transaction = unsigned(raw)
        found.setdefault(transaction.nonce, set()).add((transaction.to, transaction.data))
    return found


def live(installation: Installation) -> None:
    """What a process does from its start: set up, then turns until all is final."""
    installation.start()
    if installation.states() == []:
        installation.later(301)
    for _ in range(4):
        installation.anchor()
        installation.mine()
        installation.later(2)


def lives_until(installation: Installation, half_steps: int) -> bool:
    """Let one process live; say whether it died of its fate."""
    try:
        live(installation.reborn(Fate(half_steps)))
    except Killed:
        return True
    return False


def check(installation: Installation) -> None:
    """After the last life: one publication, final, every nonce with one payload, none left out."""
    signed = payloads(installation)
    assert all(len(same) == 1 for same in signed.values())
    assert sorted(signed) == [0, 1, 2]  # deploy, register, publish
    assert installation.client.mined_nonce(SENDER.address) == 3
    assert installation.states() == ["final"]
    assert installation.head().size == 3
    assert installation.health().is_well


def test_process_killed_at_every_step_in_turn_ends_in_one_anchor(tmp_path: Path) -> None:
    """Each life ends one step later than the one before. Just before a step leaves the same traces as just after the last."""
    for half_steps in range(1, MOST_HALF_STEPS, 2):
        folder = tmp_path / str(half_steps)
        with (
            open_embedded(folder / "chain") as chain,
            installed(folder, chain, mine=lambda: None, confirmations=0) as installation,
        ):
            installation.add(3)
            died = lives_until(installation, half_steps)
            after = installation.reborn(Fate())
            after.later(320)  # past the dead worker's lease
            live(after)
            check(after)
            if not died:
                return
    pytest.fail("expected a life to end by itself")


@pytest.mark.parametrize("half_steps", [1, 5, 9])
def test_process_that_dies_again_and_again_gets_there(tmp_path: Path, anvil: Anvil, half_steps: int) -> None:
    """Every life is a little longer than the last, on a node over a socket that mines between lives."""
    with installed(tmp_path, HttpNode(anvil.url, 10), mine=lambda: anvil.mine(3)) as installation:
        installation.add(3)
        life = 0
        while lives_until(installation, half_steps + 7 * life):
            life += 1
            anvil.mine(3)
            installation.later(400)
        check(installation.reborn(Fate()))
