"""A log's id follows from all its terms, so registering is open to everyone and squatting is impossible."""

from __future__ import annotations

from collections.abc import Mapping

import ape
import pytest
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from ape.managers.chain import ChainManager
from conftest import RegisteredLog
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from parties import Terms, keys

ZERO = "0x" + "00" * 20


def terms_with(change: Mapping[str, object]) -> Terms:
    return Terms(**change)  # type: ignore[arg-type]  # each change names a field and brings its type


def log_id(terms: Terms, chain_id: int, registry: str) -> bytes:
    """The id as docs/formats/registry.md writes it."""
    origin, *rest = terms.registration()
    kinds = ["uint256", "address", "bytes32", "address", "address[]", "uint64", "address[]", "uint64", "bytes32"]
    return keccak(encode(kinds, [chain_id, registry, keccak(text=str(origin)), *rest]))


def test_log_id_is_the_hash_of_chain_contract_and_terms(registry: ContractInstance, chain: ChainManager) -> None:
    terms = Terms(origin="bank.example/贷款", salt=b"\x05" * 32)
    assert bytes(registry.logIdOf(terms.registration())) == log_id(terms, chain.chain_id, registry.address)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "ledger.example/other"},
        {"log_key": keys("another log", 1)[0]},
        {"cosigners": keys("cosigner", 2)},
        {"threshold": 1},
        {"recovery": keys("recovery", 2)},
        {"recovery_threshold": 1},
        {"salt": b"\x01" * 32},
    ],
)
def test_each_changed_term_changes_the_log_id(registry: ContractInstance, change: dict[str, object]) -> None:
    changed = terms_with(change)
    assert registry.logIdOf(changed.registration()) != registry.logIdOf(Terms().registration())


def test_registered_log_has_an_empty_head_of_generation_one(fresh_log: RegisteredLog) -> None:
    head = fresh_log.registry.head(fresh_log.log_id)
    assert (head.size, head.time, head.flags, head.generation, bytes(head.root)) == (0, 0, 0, 1, bytes(32))


def test_registered_log_shows_its_keys(log: RegisteredLog) -> None:
    members = [key.address for key in log.terms.cosigners]
    rescuers = [key.address for key in log.terms.recovery]
    assert list(log.registry.cosigners(log.log_id, 1)) == [members, 2]
    assert list(log.registry.recoverySet(log.log_id)) == [rescuers, 2]
    assert log.registry.logKey(log.log_id) == log.terms.log_key.address
    assert bytes(log.registry.successor(log.log_id)) == bytes(32)


def test_registering_emits_all_terms(registry: ContractInstance, sender: AccountAPI) -> None:
    terms = Terms(salt=b"\x03" * 32)
    event = registry.register(terms.registration(), sender=sender).events[0]
    assert event.event_name == "LogRegistered"
    assert bytes(event.logId) == bytes(registry.logIdOf(terms.registration()))
    assert event.registration[0] == terms.origin
    assert [member.lower() for member in event.registration[2]] == [key.address.lower() for key in terms.cosigners]


def test_anyone_may_register(registry: ContractInstance, accounts: list[AccountAPI]) -> None:
    terms = Terms(salt=b"\x04" * 32)
    registry.register(terms.registration(), sender=accounts[5])
    assert registry.head(registry.logIdOf(terms.registration())).generation == 1


def test_same_registration_twice_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.CheckpointRegistryAlreadyRegistered, error_inputs={"logId": log.log_id}):
        log.registry.register(log.terms.registration(), sender=log.sender)


def test_registration_of_a_published_log_cannot_reset_it(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.CheckpointRegistryAlreadyRegistered):
        log.registry.register(log.terms.registration(), sender=log.sender)
    assert log.registry.head(log.log_id).size == 5


@pytest.mark.parametrize("length", [0, 256])
def test_origin_of_a_wrong_length_is_refused(registry: ContractInstance, sender: AccountAPI, length: int) -> None:
    with ape.reverts(registry.CheckpointRegistryInvalidOrigin, error_inputs={"length": length}):
        registry.register(Terms(origin="o" * length).registration(), sender=sender)


def test_origin_of_255_bytes_is_accepted(registry: ContractInstance, sender: AccountAPI) -> None:
    terms = Terms(origin="o" * 255)
    registry.register(terms.registration(), sender=sender)
    assert registry.head(registry.logIdOf(terms.registration())).generation == 1


def test_registration_without_log_key_is_refused(registry: ContractInstance, sender: AccountAPI) -> None:
    origin, _, *rest = Terms().registration()
    with ape.reverts(registry.CheckpointRegistryMissingLogKey):
        registry.register((origin, ZERO, *rest), sender=sender)


@pytest.mark.parametrize("position", ["cosigners", "recovery"])
@pytest.mark.parametrize("count", [0, 65])
def test_set_of_a_wrong_size_is_refused(
    registry: ContractInstance, sender: AccountAPI, position: str, count: int
) -> None:
    terms = terms_with({position: keys("many", count)})
    with ape.reverts(registry.SignerSetsSize, error_inputs={"size": count}):
        registry.register(terms.registration(), sender=sender)


def test_set_of_64_is_accepted(registry: ContractInstance, sender: AccountAPI) -> None:
    terms = Terms(cosigners=keys("many", 64), threshold=64)
    registry.register(terms.registration(), sender=sender)
    assert registry.cosigners(registry.logIdOf(terms.registration()), 1)[1] == 64


@pytest.mark.parametrize("position", ["threshold", "recovery_threshold"])
@pytest.mark.parametrize("threshold", [0, 4, 2**64 - 1])
def test_threshold_that_no_quorum_can_meet_is_refused(
    registry: ContractInstance, sender: AccountAPI, position: str, threshold: int
) -> None:
    terms = terms_with({position: threshold})
    with ape.reverts(registry.SignerSetsThreshold, error_inputs={"threshold": threshold, "size": 3}):
        registry.register(terms.registration(), sender=sender)


@pytest.mark.parametrize("position", ["cosigners", "recovery"])
def test_set_out_of_order_or_with_a_repetition_is_refused(
    registry: ContractInstance, sender: AccountAPI, position: str
) -> None:
    first, second = keys("cosigner", 2)
    for members in ([second, first], [first, first]):
        terms = terms_with({position: members})
        inputs = {"previous": members[0].address, "next": members[1].address}
        with ape.reverts(registry.SignerSetsNotAscending, error_inputs=inputs):
            registry.register(terms.registration(), sender=sender)


def test_zero_address_in_a_set_is_refused(registry: ContractInstance, sender: AccountAPI) -> None:
    origin, log_key, members, *rest = Terms().registration()
    assert isinstance(members, list)
    with ape.reverts(registry.SignerSetsNotAscending, error_inputs={"previous": ZERO, "next": ZERO}):
        registry.register((origin, log_key, [ZERO, *members], *rest), sender=sender)


@pytest.mark.parametrize("view", ["head", "recoverySet", "logKey", "successor", "recovery"])
def test_views_of_an_unknown_log_are_refused(registry: ContractInstance, view: str) -> None:
    with ape.reverts(registry.CheckpointRegistryUnknownLog, error_inputs={"logId": b"\x01" * 32}):
        getattr(registry, view)(b"\x01" * 32)


@pytest.mark.parametrize("generation", [0, 2, 2**64 - 1])
def test_cosigners_of_an_unknown_generation_are_refused(log: RegisteredLog, generation: int) -> None:
    with ape.reverts(log.registry.CheckpointRegistryUnknownGeneration, error_inputs={"generation": generation}):
        log.registry.cosigners(log.log_id, generation)
