import pytest
from eth_account import Account as Reference
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.facts import Fees
from ledger.chain.transactions import Transaction, bump, sign, unsigned
from ledger.errors import InvalidInput
from support.chains import SENDER

TRANSACTION = Transaction(
    chain_id=31_337,
    nonce=7,
    fees=Fees(max_fee=3 * 10**9, priority_fee=10**9),
    gas=100_000,
    to=b"\x11" * 20,
    data=b"call",
)


def with_(**changes: object) -> Transaction:
    return Transaction(**{**vars(TRANSACTION), **changes})


def reference(transaction: Transaction) -> tuple[bytes, bytes]:
    """Sign by eth-account, which shares no code with ours."""
    signed = Reference.sign_transaction(
        {
            "type": 2,
            "chainId": transaction.chain_id,
            "nonce": transaction.nonce,
            "maxFeePerGas": transaction.fees.max_fee,
            "maxPriorityFeePerGas": transaction.fees.priority_fee,
            "gas": transaction.gas,
            "to": transaction.to or b"",
            "value": 0,
            "data": transaction.data,
        },
        SENDER.dangerously_export(),
    )
    return bytes(signed.raw_transaction), bytes(signed.hash)


class TestSign:
    @pytest.mark.parametrize("to", [None, b"\x11" * 20, bytes(20)])
    def test_bytes_and_hash_are_those_of_eth_account(self, to: bytes | None) -> None:
        signed = sign(with_(to=to), SENDER)
        assert (signed.raw, signed.hash) == reference(with_(to=to))

    @given(nonce=st.integers(0, 2**64 - 1), chain_id=st.integers(1, 2**53 - 1), data=st.binary(max_size=100))
    def test_any_transaction_is_signed_as_by_eth_account(self, nonce: int, chain_id: int, data: bytes) -> None:
        transaction = with_(nonce=nonce, chain_id=chain_id, data=data)
        assert sign(transaction, SENDER).raw == reference(transaction)[0]

    def test_sender_can_be_recovered(self) -> None:
        signed = sign(TRANSACTION, SENDER)
        assert bytes.fromhex(Reference.recover_transaction(signed.raw)[2:]) == signed.sender == SENDER.address

    @pytest.mark.parametrize("length", [0, 19, 21, 32])
    def test_address_of_another_length_is_refused(self, length: int) -> None:
        with pytest.raises(InvalidInput) as caught:
            sign(with_(to=bytes(length)), SENDER)
        assert caught.value.code == "chain.bad-address"

    def test_priority_fee_above_the_maximum_is_refused(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            sign(with_(fees=Fees(max_fee=1, priority_fee=2)), SENDER)
        assert caught.value.code == "chain.bad-fees"


class TestBump:
    def test_both_fees_rise_by_more_than_a_tenth(self) -> None:
        fees = bump(TRANSACTION, Fees(max_fee=1, priority_fee=1)).fees
        assert fees == Fees(max_fee=3_300_000_001, priority_fee=1_100_000_001)

    def test_higher_offer_of_the_chain_is_taken(self) -> None:
        offered = Fees(max_fee=10**11, priority_fee=10**10)
        assert bump(TRANSACTION, offered).fees == offered

    def test_nothing_but_the_fees_changes(self) -> None:
        bumped = bump(TRANSACTION, TRANSACTION.fees)
        assert {**vars(bumped), "fees": None} == {**vars(TRANSACTION), "fees": None}

    @given(max_fee=st.integers(0, 10**12), share=st.integers(0, 100))
    def test_bumped_transaction_can_always_be_signed(self, max_fee: int, share: int) -> None:
        fees = Fees(max_fee=max_fee, priority_fee=max_fee * share // 100)
        sign(bump(with_(fees=fees), Fees(max_fee=0, priority_fee=0)), SENDER)


class TestUnsigned:
    @pytest.mark.parametrize("change", [{}, {"to": None}, {"nonce": 0}, {"data": b""}])
    def test_signed_bytes_give_back_the_transaction(self, change: dict[str, object]) -> None:
        assert unsigned(sign(with_(**change), SENDER).raw) == with_(**change)

    @pytest.mark.parametrize("raw", [b"", b"\x02", b"\x02\xc0", b"\x01" + sign(TRANSACTION, SENDER).raw[1:]])
    def test_other_bytes_are_refused(self, raw: bytes) -> None:
        with pytest.raises(InvalidInput) as caught:
            unsigned(raw)
        assert caught.value.code == "chain.bad-transaction"

    def test_transaction_that_moves_money_is_not_of_our_making(self) -> None:
        message = {"type": 2, "chainId": 1, "nonce": 0, "maxFeePerGas": 2, "maxPriorityFeePerGas": 1, "gas": 21_000}
        signed = Reference.sign_transaction(
            {**message, "to": b"\x11" * 20, "value": 1, "data": b""}, SENDER.dangerously_export()
        )
        with pytest.raises(InvalidInput) as caught:
            unsigned(bytes(signed.raw_transaction))
        assert caught.value.code == "chain.bad-transaction"
