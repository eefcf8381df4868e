"""What only a node over a socket shows: reorgs, finality, waiting transactions, a node that is not there."""

import socket
from collections.abc import Iterator

import pytest

from ledger.chain import registry
from ledger.chain.facts import Fees
from ledger.chain.remote import connect
from ledger.chain.transactions import Transaction, bump, sign
from ledger.errors import Conflict, InvalidInput, Unavailable
from support.anvil import Anvil
from support.chains import SENDER, Account
from support.registered_log import RegisteredLog, register_log

NOBODY = b"\x77" * 20
DEPTH = 2  # blocks behind the head that anvil calls finalized, with one slot in an epoch


@pytest.fixture
def account(anvil: Anvil) -> Account:
    return Account(anvil.client(), SENDER, anvil.mine)


@pytest.fixture
def log(account: Account) -> RegisteredLog:
    return register_log(account)


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


class TestReorg:
    def test_rolled_back_publication_is_no_longer_there(self, anvil: Anvil, log: RegisteredLog) -> None:
        log.publish(0, 3)
        anvil.control("anvil_rollback", 1)
        assert log.head().size == 0

    def test_rolled_back_transaction_has_no_receipt_and_can_be_sent_again(self, anvil: Anvil, account: Account) -> None:
        signed = account.signed(NOBODY, b"")
        account.client.send_raw(signed.raw)
        anvil.mine()
        anvil.control("anvil_rollback", 1)
        assert account.client.receipt(signed.hash) is None
        account.client.send_raw(signed.raw)
        anvil.mine()
        assert account.client.receipt(signed.hash) is not None

    def test_replaced_block_has_another_hash(self, anvil: Anvil, account: Account) -> None:
        before = account.send(NOBODY, b"")
        anvil.control("anvil_reorg", 1, [])
        assert account.client.block(before.block_number).hash != before.block_hash


class TestFinality:
    def test_finalized_block_is_behind_the_head(self, anvil: Anvil, account: Account) -> None:
        anvil.mine(10)
        assert account.client.block("finalized").number == account.client.block("latest").number - DEPTH

    def test_confirmations_replace_the_tag(self, anvil: Anvil) -> None:
        anvil.mine(10)
        assert anvil.client(confirmations=7).block("finalized").number == 3

    def test_young_chain_is_final_only_at_its_genesis(self, anvil: Anvil) -> None:
        anvil.mine()
        assert anvil.client(confirmations=7).block("finalized").number == 0

    def test_fresh_publication_is_not_yet_final(self, anvil: Anvil, log: RegisteredLog) -> None:
        log.publish(0, 3)
        client = log.account.client
        final = client.block("finalized").number
        anvil.mine(DEPTH)
        assert final < client.block("latest").number - DEPTH
        assert registry.head(client, log.contract, log.log_id, block="finalized").size == 3


class TestWaitingTransaction:
    def test_waiting_transaction_is_known_but_has_no_receipt(self, account: Account) -> None:
        signed = account.signed(NOBODY, b"")
        account.client.send_raw(signed.raw)
        assert account.client.knows(signed.hash)
        assert account.client.receipt(signed.hash) is None
        assert account.client.pending_nonce(SENDER.address) == 1
        assert account.client.mined_nonce(SENDER.address) == 0

    def test_sending_a_waiting_transaction_again_is_no_error(self, account: Account) -> None:
        signed = account.signed(NOBODY, b"")
        account.client.send_raw(signed.raw)
        assert account.client.send_raw(signed.raw) == signed.hash

    def test_bumped_transaction_takes_the_place_of_the_first(self, anvil: Anvil, account: Account) -> None:
        first = self._transaction(account)
        second = bump(first, account.client.fees())
        hashes = [account.client.send_raw(sign(one, SENDER).raw) for one in (first, second)]
        anvil.mine()
        assert account.client.receipt(hashes[0]) is None
        assert account.client.receipt(hashes[1]) is not None

    def test_replacement_for_the_same_fee_is_refused(self, account: Account) -> None:
        first = self._transaction(account)
        account.client.send_raw(sign(first, SENDER).raw)
        other = Transaction(**{**vars(first), "data": b"other"})
        with pytest.raises(Conflict) as caught:
            account.client.send_raw(sign(other, SENDER).raw)
        assert caught.value.code == "chain.underpriced"

    def _transaction(self, account: Account) -> Transaction:
        return Transaction(
            chain_id=account.client.chain_id(), nonce=0, fees=account.client.fees(), gas=100_000, to=NOBODY, data=b""
        )


class TestAbsentNode:
    def test_stopped_node_is_unreachable(self, anvil: Anvil) -> None:
        client = anvil.client()
        anvil.process.terminate()
        anvil.process.wait(timeout=10)
        with pytest.raises(Unavailable) as caught:
            client.chain_id()
        assert caught.value.code == "chain.unreachable"

    def test_refused_connection_says_where_but_not_the_key_in_the_url(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with pytest.raises(Unavailable, match=f"127.0.0.1:{port}") as caught:
            connect(f"http://user:secret@127.0.0.1:{port}/v3/secret").chain_id()
        assert caught.value.code == "chain.unreachable"
        assert "secret" not in str(caught.value)

    def test_silent_node_times_out(self, silent: str) -> None:
        with pytest.raises(Unavailable) as caught:
            connect(silent, timeout_seconds=0.1).chain_id()
        assert caught.value.code == "chain.timeout"

    def test_other_kind_of_server_is_unreachable_too(self, anvil: Anvil) -> None:
        with pytest.raises(Unavailable) as caught:
            connect(anvil.url + "/not-an-rpc-path").chain_id()
        assert caught.value.code == "chain.unreachable"


def test_fee_that_the_next_block_will_not_take_is_refused(anvil: Anvil, account: Account) -> None:
    cheap = Transaction(
        chain_id=account.client.chain_id(),
        nonce=0,
        fees=Fees(max_fee=1, priority_fee=1),
        gas=100_000,
        to=NOBODY,
        data=b"",
    )
    with pytest.raises((Conflict, InvalidInput)) as caught:
        account.client.send_raw(sign(cheap, SENDER).raw)
    assert caught.value.code == "chain.fee-too-low"
    anvil.mine()
