"""What a chain must do for anchoring, asked of the embedded chain and of anvil alike."""

import pytest
from eth_utils.crypto import keccak
from rlp import decode as rlp_decode
from trie import HexaryTrie

from ledger.chain import registry
from ledger.chain.faults import Reverted
from ledger.core.log.evm_checkpoint import Registry, log_id
from ledger.errors import Conflict, NotFound, VerificationFailed
from support.chains import Account, evm_key
from support.registered_log import TERMS, RegisteredLog, register_log
from support.trees import leaves_of, naive_root

NOBODY = b"\x77" * 20


class TestChain:
    def test_chain_that_was_meant_is_accepted(self, account: Account) -> None:
        account.client.require_chain(chain_id=account.client.chain_id(), genesis=account.client.genesis_hash())

    def test_other_chain_id_is_refused(self, account: Account) -> None:
        with pytest.raises(VerificationFailed) as caught:
            account.client.require_chain(chain_id=1, genesis=account.client.genesis_hash())
        assert caught.value.code == "chain.wrong-id"

    def test_other_history_with_the_same_id_is_refused(self, account: Account) -> None:
        with pytest.raises(VerificationFailed) as caught:
            account.client.require_chain(chain_id=account.client.chain_id(), genesis=bytes(32))
        assert caught.value.code == "chain.wrong-genesis"

    def test_header_hashes_to_the_block_hash(self, account: Account) -> None:
        account.send(NOBODY, b"")
        for number in (0, 1):
            block_hash = account.client.block(number).hash
            assert keccak(account.client.header_rlp(block_hash)) == block_hash

    def test_blocks_link_to_their_parents(self, account: Account) -> None:
        account.send(NOBODY, b"")
        first = account.client.block("latest")
        assert (first.number, first.parent) == (1, account.client.genesis_hash())

    def test_block_past_the_head_is_not_found(self, account: Account) -> None:
        with pytest.raises(NotFound) as caught:
            account.client.block(1000)
        assert caught.value.code == "chain.no-such-block"

    def test_header_of_an_unknown_hash_is_not_found(self, account: Account) -> None:
        with pytest.raises(NotFound):
            account.client.header_rlp(b"\x01" * 32)


class TestSending:
    def test_transaction_hash_is_known_before_it_is_sent(self, account: Account) -> None:
        signed = account.signed(NOBODY, b"")
        assert not account.client.knows(signed.hash)
        assert account.client.receipt(signed.hash) is None
        assert account.client.send_raw(signed.raw) == signed.hash
        assert account.client.knows(signed.hash)

    def test_sending_the_same_bytes_again_changes_nothing(self, account: Account) -> None:
        signed = account.signed(NOBODY, b"")
        account.client.send_raw(signed.raw)
        head = account.client.block("latest")
        assert account.client.send_raw(signed.raw) == signed.hash
        assert account.client.block("latest") == head

    def test_other_transaction_with_a_used_nonce_is_a_conflict(self, account: Account) -> None:
        account.send(NOBODY, b"")
        with pytest.raises(Conflict) as caught:
            account.client.send_raw(account.signed(NOBODY, b"other", nonce=0).raw)
        assert caught.value.code == "chain.nonce-used"

    def test_nonces_count_what_was_mined(self, account: Account) -> None:
        account.send(NOBODY, b"")
        assert account.client.pending_nonce(account.key.address) == 1
        assert account.client.mined_nonce(account.key.address) == 1

    def test_sender_without_money_is_refused(self, account: Account) -> None:
        poor = Account(account.client, evm_key("poor"))
        with pytest.raises(Exception, match="nsufficient") as caught:
            account.client.send_raw(poor.signed(NOBODY, b"").raw)
        assert getattr(caught.value, "code", None) == "chain.insufficient-funds"

    def test_money_spent_is_gone_from_the_balance(self, account: Account) -> None:
        before = account.client.balance(account.key.address)
        receipt = account.send(NOBODY, b"", gas=21_000)
        assert receipt.gas_used == 21_000
        assert account.client.balance(account.key.address) < before


class TestRegistry:
    def test_registered_log_starts_empty(self, log: RegisteredLog) -> None:
        head = log.head()
        assert (head.size, head.generation, head.flags) == (0, 1, 0)

    def test_unknown_log_is_named_in_the_refusal(self, log: RegisteredLog) -> None:
        with pytest.raises(Reverted, match="CheckpointRegistryUnknownLog") as caught:
            registry.head(log.account.client, log.contract, b"\x05" * 32)
        assert caught.value.code == "chain.reverted"

    def test_growing_log_is_published(self, log: RegisteredLog) -> None:
        log.publish(0, 3)
        log.publish(3, 11)
        assert (log.head().size, log.head().root) == (11, naive_root(leaves_of(11)))

    def test_rewritten_history_is_refused_by_the_chain(self, log: RegisteredLog) -> None:
        log.publish(0, 3)
        receipt = log.account.send(log.contract, log.publication(3, 11, seed=1))
        assert not receipt.succeeded
        assert log.head().size == 3

    def test_rewritten_history_is_named_before_it_is_sent(self, log: RegisteredLog) -> None:
        log.publish(0, 3)
        client, key = log.account.client, log.account.key
        with pytest.raises(Reverted, match="MerkleRootMismatch"):
            registry.naming_reverts(
                lambda: client.estimate_gas(key.address, log.contract, log.publication(3, 11, seed=1))
            )

    def test_one_cosigner_too_few_is_refused(self, log: RegisteredLog) -> None:
        client, key = log.account.client, log.account.key
        with pytest.raises(Reverted, match="SignerSetsQuorumNotReached"):
            registry.naming_reverts(
                lambda: client.estimate_gas(key.address, log.contract, log.publication(0, 3, signers=1))
            )

    def test_estimate_is_enough_to_publish(self, log: RegisteredLog) -> None:
        data = log.publication(0, 3)
        gas = log.account.client.estimate_gas(log.account.key.address, log.contract, data)
        assert log.account.send(log.contract, data, gas=gas).succeeded

    def test_id_of_the_log_is_what_core_computes(self, log: RegisteredLog) -> None:
        assert log_id(Registry(log.account.client.chain_id(), log.contract), TERMS) == log.log_id

    def test_second_registration_is_refused(self, log: RegisteredLog) -> None:
        assert not log.account.send(log.contract, registry.register_data(TERMS)).succeeded

    def test_contract_is_found_where_it_was_deployed(self, log: RegisteredLog) -> None:
        registry.require_deployed(log.account.client, log.contract)

    def test_address_without_contract_is_refused(self, account: Account) -> None:
        with pytest.raises(VerificationFailed) as caught:
            registry.require_deployed(account.client, NOBODY)
        assert caught.value.code == "chain.no-registry"

    def test_address_without_contract_gives_no_head(self, account: Account) -> None:
        with pytest.raises(Exception, match="check that the address"):
            registry.head(account.client, NOBODY, bytes(32))

    def test_historic_head_is_still_readable(self, log: RegisteredLog) -> None:
        log.publish(0, 3)
        then = log.account.client.block("latest").number
        log.publish(3, 11)
        assert registry.head(log.account.client, log.contract, log.log_id, block=then).size == 3


class TestProof:
    def test_two_slots_prove_the_head(self, log: RegisteredLog) -> None:
        log.publish(0, 3)
        block = log.account.client.block("latest")
        proof = log.account.client.proof(log.contract, registry.head_slots(log.log_id), block.number)
        packed, root = (prove_word(proof.storage_root, slot.slot, slot.nodes) for slot in proof.slots)
        assert registry.head_of_words(packed, root) == log.head()
        assert prove_account(block.state_root, log.contract, proof.account_nodes)[2:] == [
            proof.storage_root,
            keccak(log.account.client.code(log.contract)),
        ]

    def test_older_block_proves_the_older_head(self, log: RegisteredLog) -> None:
        log.publish(0, 3)
        older = log.account.client.block("latest")
        log.publish(3, 11)
        proof = log.account.client.proof(log.contract, registry.head_slots(log.log_id), older.number)
        account = prove_account(older.state_root, log.contract, proof.account_nodes)
        assert account[2] == proof.storage_root
        assert registry.head_of_words(proof.slots[0].value, proof.slots[1].value).size == 3

    def test_absent_account_and_slot_are_proved_absent(self, log: RegisteredLog) -> None:
        block = log.account.client.block("latest")
        proof = log.account.client.proof(NOBODY, (5,), block.number)
        assert prove_account(block.state_root, NOBODY, proof.account_nodes) == []
        other = log.account.client.proof(log.contract, (12345,), block.number)
        assert prove_word(other.storage_root, 12345, other.slots[0].nodes) == other.slots[0].value == 0


def test_same_registration_has_another_id_on_another_contract(account: Account) -> None:
    assert register_log(account).log_id != register_log(account).log_id


def prove_account(state_root: bytes, address: bytes, nodes: tuple[bytes, ...]) -> list[bytes]:
    """Check with the trie library, which shares no code with the verifier in core."""
    found = HexaryTrie.get_from_proof(state_root, keccak(address), [rlp_decode(node) for node in nodes])
    return list(rlp_decode(found)) if found else []


def prove_word(storage_root: bytes, slot: int, nodes: tuple[bytes, ...]) -> int:
    key = keccak(slot.to_bytes(32, "big"))
    found = HexaryTrie.get_from_proof(storage_root, key, [rlp_decode(node) for node in nodes])
    return int.from_bytes(rlp_decode(found), "big") if found else 0
