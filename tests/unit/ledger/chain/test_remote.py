import subprocess
import sys

import pytest

from ledger.chain.remote import connect
from ledger.errors import InvalidInput


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8545",
        "ftp://host/",
        "ws://127.0.0.1:8545",
        "file:///etc/passwd",
        "http://",
        "http://:8545",
        "http://host:port",
        "http://host:99999",
        "http://[::1",
        "http://ho st/",
        "http://host/\r\nX: y",
        "http://host/" + "x" * 3_000,
    ],
)
def test_url_of_no_node_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        connect(url)
    assert caught.value.code == "chain.bad-url"


def test_refused_url_is_not_repeated() -> None:
    with pytest.raises(InvalidInput) as caught:
        connect("ftp://user:secret@host/secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8545", "https://rpc.example/v3/key", "http://[::1]:8545"])
def test_url_of_a_node_is_accepted_without_asking_it(url: str) -> None:
    connect(url)


def test_client_that_asked_nothing_yet_loads_neither_web3_nor_the_evm() -> None:
    program = (
        "import sys, ledger.chain.client, ledger.chain.registry, ledger.chain.remote, ledger.chain.transactions; "
        "ledger.chain.remote.connect('http://localhost:1'); "
        "assert not {'web3', 'eth', 'eth_tester'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
