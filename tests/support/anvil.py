"""A real Ethereum node over a socket: anvil on a free loopback port, from the tool set-up of contracts/.

Promises: a node that answers, gone when the test is over. Where anvil cannot be had: a failure when CI=true, else a
skipped test that says why.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from ledger.chain.client import ChainClient
from ledger.chain.remote import HttpNode, connect
from signing.canonical import Json

REPOSITORY = Path(__file__).resolve().parents[2]
_LISTENING = re.compile(r"Listening on 127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Anvil:
    url: str
    process: subprocess.Popen[str]

    def client(self, *, confirmations: int | None = None) -> ChainClient:
        return connect(self.url, confirmations=confirmations)

    def control(self, method: str, *arguments: Json) -> Json:
        """Call one of anvil's own methods."""
        response = HttpNode(self.url, 10).request(method, list(arguments))
        assert isinstance(response, dict), response
        assert "result" in response, response
        return response["result"]

    def mine(self, blocks: int = 1) -> None:
        """Make blocks now; the node runs with mining on demand, so that nothing depends on when it would have."""
        self.control("anvil_mine", hex(blocks))

    def give(self, address: bytes, wei: int) -> None:
        self.control("anvil_setBalance", "0x" + address.hex(), hex(wei))


@contextmanager
def running_anvil(*arguments: str) -> Iterator[Anvil]:
    """Start anvil with these arguments and stop it afterwards."""
    command = [str(_binary()), "--host", "127.0.0.1", "--port", "0", "--no-mining", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield Anvil(f"http://127.0.0.1:{_port(process)}", process)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := _LISTENING.search(line):
            return int(found[1])
    pytest.fail("anvil did not start: " + "".join(said)[-500:])


@lru_cache
def _binary() -> Path:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "scripts" / "toolchain.py"), "anvil"],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        reason = f"no anvil, so nothing was tested against a real node: {done.stderr.strip()}"
        if os.environ.get("CI") == "true":  # noqa: TID251  # in CI a node that is not there is a failure
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(done.stdout.strip())
