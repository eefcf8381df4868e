"""The embedded chain across processes: killed at any moment, opened twice, opened again."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from ledger.errors import Conflict
from support.anvil import REPOSITORY
from support.chains import SENDER, Account, open_embedded

ROUNDS = 6
MANY_BLOCKS = 300


@contextmanager
def writer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a process that sends without end, and kill it without warning at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "support.chain_writer", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'tests'}"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def first_lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(count)]


def test_killed_chain_opens_again_with_every_block_it_answered_for(tmp_path: Path) -> None:
    folder, answered = tmp_path / "chain", list[str]()
    for round_number in range(ROUNDS):
        with writer(folder) as process:
            answered += first_lines(process, 2 + round_number)[1:]
    with open_embedded(folder) as chain:
        client = chain.client()
        for line in answered:
            number, block_hash = line.split()
            assert client.block(int(number)).hash.hex() == block_hash
        head = client.block("latest")
        assert keccak(client.header_rlp(head.hash)) == head.hash
        assert Account(client, SENDER).send(b"\x01" * 20, b"").block_number == head.number + 1


def test_chain_killed_while_it_is_made_is_made_again(tmp_path: Path) -> None:
    for _ in range(3):
        with writer(tmp_path):
            pass  # killed before it said anything
    with open_embedded(tmp_path) as chain:
        assert chain.client().balance(SENDER.address) > 0


def test_second_process_is_told_who_holds_the_chain(tmp_path: Path) -> None:
    with writer(tmp_path) as process:
        first_lines(process, 1)
        with pytest.raises(Conflict, match=f"process {process.pid} .*Stop that process") as caught:
            open_embedded(tmp_path)
    assert caught.value.code == "chain.already-open"


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with writer(tmp_path) as process:
        first_lines(process, 1)
    with open_embedded(tmp_path) as chain:
        assert chain.chain_id > 0


def test_long_chain_opens_in_half_a_second_with_its_history(tmp_path: Path) -> None:
    with open_embedded(tmp_path) as chain:
        account = Account(chain.client(), SENDER)
        hashes = [account.send(b"\x77" * 20, b"", gas=21_000).block_hash for _ in range(MANY_BLOCKS)]
    began = time.monotonic()
    with open_embedded(tmp_path) as chain:
        assert time.monotonic() - began < 0.5
        assert [chain.client().block(number + 1).hash for number in range(MANY_BLOCKS)] == hashes


def test_process_with_an_open_chain_rests_well_under_its_share_of_memory(tmp_path: Path) -> None:
    with writer(tmp_path) as process:
        first_lines(process, 20)
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    assert pages * 4096 < 150 * 2**20
