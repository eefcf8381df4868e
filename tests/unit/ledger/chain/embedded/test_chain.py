import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from ledger.chain.client import ChainClient
from ledger.chain.embedded import EmbeddedChain
from ledger.chain.embedded.machine import FUNDS
from ledger.chain.facts import Fees
from ledger.chain.transactions import Transaction, sign
from ledger.errors import Conflict, LedgerError, Unavailable
from support.chains import SENDER, START, Account, evm_key, open_embedded, seeded

NOBODY = b"\x77" * 20


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[EmbeddedChain]:
    with open_embedded(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(chain: EmbeddedChain) -> ChainClient:
    return chain.client()


def transaction(chain: EmbeddedChain, **changes: object) -> bytes:
    fields: dict[str, object] = {
        "chain_id": chain.chain_id,
        "nonce": 0,
        "fees": Fees(max_fee=10**10, priority_fee=10**9),
        "gas": 100_000,
        "to": NOBODY,
        "data": b"",
    }
    return sign(Transaction(**{**fields, **changes}), SENDER).raw  # type: ignore[arg-type]  # named fields of one dataclass


class TestOpening:
    def test_new_chain_funds_the_accounts_it_was_given(self, client: ChainClient) -> None:
        assert client.balance(SENDER.address) == FUNDS
        assert client.balance(NOBODY) == 0

    def test_two_installations_have_different_chains(self, tmp_path: Path) -> None:
        with open_embedded(tmp_path / "a", seed=b"a") as one, open_embedded(tmp_path / "b", seed=b"b") as other:
            assert one.chain_id != other.chain_id

    def test_chain_id_is_no_public_chain_and_fits_every_reader(self, chain: EmbeddedChain) -> None:
        assert 2**40 <= chain.chain_id < 2**42
        assert chain.client().chain_id() == chain.chain_id

    def test_reopened_chain_keeps_id_genesis_and_history(self, tmp_path: Path) -> None:
        with open_embedded(tmp_path) as chain:
            Account(chain.client(), SENDER).send(NOBODY, b"")
            before = (chain.chain_id, chain.client().genesis_hash(), chain.client().block("latest"))
        with open_embedded(tmp_path, seed=b"another") as chain:
            assert (chain.chain_id, chain.client().genesis_hash(), chain.client().block("latest")) == before

    def test_chain_without_a_funded_account_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable) as caught:
            EmbeddedChain.open(tmp_path, funded=[], random=seeded(), clock=lambda: START)
        assert caught.value.code == "chain.no-account"

    def test_chain_that_is_open_in_this_process_is_not_opened_again(self, chain: EmbeddedChain, tmp_path: Path) -> None:
        with pytest.raises(Conflict) as caught:
            open_embedded(tmp_path)
        assert caught.value.code == "chain.already-open"
        assert chain.client().block("latest").number == 0

    def test_refused_opening_leaves_the_folder_free(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable):
            EmbeddedChain.open(tmp_path, funded=[], random=seeded(), clock=lambda: START)
        with open_embedded(tmp_path) as chain:
            assert chain.client().block("latest").number == 0

    def test_closing_twice_is_harmless(self, chain: EmbeddedChain) -> None:
        chain.close()
        chain.close()

    def test_closed_chain_answers_with_an_error(self, chain: EmbeddedChain) -> None:
        chain.close()
        with pytest.raises(LedgerError):
            chain.client().block("latest")


class TestSending:
    def test_each_transaction_has_a_block_of_its_own(self, client: ChainClient) -> None:
        account = Account(client, SENDER)
        assert [account.send(NOBODY, b"").block_number for _ in range(3)] == [1, 2, 3]

    def test_chain_stands_still_without_transactions(self, chain: EmbeddedChain, client: ChainClient) -> None:
        for _ in range(3):
            chain.handle_rpc(b'{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}')
        assert client.block("latest").number == 0

    def test_block_carries_the_time_of_the_clock(self, tmp_path: Path) -> None:
        times = iter([START, START + 100])
        with open_embedded(tmp_path, clock=lambda: next(times)) as chain:
            Account(chain.client(), SENDER).send(NOBODY, b"")
            assert chain.client().block(1).timestamp == START + 100

    def test_time_moves_on_though_the_clock_went_back(self, tmp_path: Path) -> None:
        times = iter([START, START - 100])
        with open_embedded(tmp_path, clock=lambda: next(times)) as chain:
            Account(chain.client(), SENDER).send(NOBODY, b"")
            assert chain.client().block(1).timestamp == START + 1

    def test_newest_block_is_final(self, client: ChainClient) -> None:
        Account(client, SENDER).send(NOBODY, b"")
        assert client.block("finalized") == client.block("latest")

    def test_account_that_has_no_money_is_refused(self, client: ChainClient) -> None:
        with pytest.raises(Unavailable) as caught:
            Account(client, evm_key("poor")).send(NOBODY, b"")
        assert caught.value.code == "chain.insufficient-funds"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"nonce": 1}, "chain.nonce-gap"),
            ({"chain_id": 1}, "chain.refused"),
            ({"fees": Fees(max_fee=1, priority_fee=1)}, "chain.fee-too-low"),
            ({"gas": 30_000_001}, "chain.refused"),
            ({"gas": 20_999}, "chain.refused"),
        ],
    )
    def test_transaction_that_breaks_a_rule_is_refused(
        self, chain: EmbeddedChain, changes: dict[str, object], code: str
    ) -> None:
        with pytest.raises(LedgerError) as caught:
            chain.client().send_raw(transaction(chain, **changes))
        assert caught.value.code == code
        assert chain.client().block("latest").number == 0

    @pytest.mark.parametrize("raw", [b"", b"\x02", b"\x02\xc0", b"\x01\xc0", b"\xf8\x00", b"\x02" + b"\xff" * 100])
    def test_bytes_that_are_no_transaction_are_refused(self, chain: EmbeddedChain, raw: bytes) -> None:
        with pytest.raises(Unavailable) as caught:
            chain.client().send_raw(raw)
        assert caught.value.code == "chain.refused"

    def test_any_changed_byte_is_refused_or_another_senders(self, chain: EmbeddedChain) -> None:
        good = transaction(chain)
        for at in range(len(good)):
            raw = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
            with pytest.raises(LedgerError):
                chain.client().send_raw(raw)
        assert chain.client().block("latest").number == 0

    def test_same_transaction_from_many_threads_is_mined_once(self, chain: EmbeddedChain) -> None:
        raw = transaction(chain)
        answers: list[bytes] = []
        threads = [threading.Thread(target=lambda: answers.append(chain.client().send_raw(raw))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [keccak(raw)] * 8
        assert chain.client().block("latest").number == 1

    def test_readers_never_see_half_a_block(self, chain: EmbeddedChain) -> None:
        client, seen, stop = chain.client(), list[bool](), threading.Event()

        def read() -> None:
            while not stop.is_set():
                head = client.block("latest")
                proof = client.proof(SENDER.address, (), head.number)
                seen.append(proof.nonce == head.number and keccak(client.header_rlp(head.hash)) == head.hash)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for nonce in range(20):
            client.send_raw(transaction(chain, nonce=nonce))
        stop.set()
        for reader in readers:
            reader.join()
        assert seen
        assert all(seen)
