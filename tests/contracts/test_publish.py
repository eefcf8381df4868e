"""A checkpoint is stored when a quorum signed it and it extends the stored one; who submits it does not matter."""

from __future__ import annotations

import ape
import pytest
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from ape.managers.chain import ChainManager
from conftest import RegisteredLog
from eth_account.signers.local import LocalAccount
from parties import Domain, Terms


def test_checkpoint_that_extends_the_stored_one_is_stored_with_block_time(
    log: RegisteredLog, chain: ChainManager
) -> None:
    receipt = log.publish(5, 9)
    head = log.registry.head(log.log_id)
    assert (head.size, bytes(head.root)) == (9, log.root(9))
    assert head.time == chain.blocks[receipt.block_number].timestamp
    assert (head.flags, head.generation) == (0, 1)


def test_publishing_emits_the_new_checkpoint(log: RegisteredLog) -> None:
    receipt = log.publish(5, 9)
    assert receipt.events == [log.registry.CheckpointPublished(logId=log.log_id, size=9, root=log.root(9))]


def test_anyone_may_submit_what_the_quorum_signed(log: RegisteredLog, accounts: list[AccountAPI]) -> None:
    signatures = log.quorum("Checkpoint", size=6, root=log.root(6))
    log.registry.publish(log.log_id, 6, log.root(6), log.proof(5, 6), signatures, sender=accounts[7])
    assert log.registry.head(log.log_id).size == 6


def test_every_cosigner_signing_is_accepted(log: RegisteredLog) -> None:
    everyone = log.domain.sign_all(
        log.terms.cosigners, "Checkpoint", logId=log.log_id, generation=1, size=6, root=log.root(6)
    )
    log.publish(5, 6, signatures=everyone)
    assert log.registry.head(log.log_id).size == 6


def test_unknown_log_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.CheckpointRegistryUnknownLog, error_inputs={"logId": b"\x01" * 32}):
        log.registry.publish(b"\x01" * 32, 9, log.root(9), [], [], sender=log.sender)


@pytest.mark.parametrize("size", [5, 4, 1, 0])
def test_checkpoint_that_does_not_grow_is_refused(log: RegisteredLog, size: int) -> None:
    with ape.reverts(log.registry.CheckpointRegistryNotGrowing, error_inputs={"storedSize": 5, "size": size}):
        log.publish(5, 9, size=size)


def test_same_checkpoint_twice_is_refused(log: RegisteredLog) -> None:
    log.publish(5, 9)
    with ape.reverts(log.registry.CheckpointRegistryNotGrowing, error_inputs={"storedSize": 9, "size": 9}):
        log.publish(5, 9)


def test_first_checkpoint_of_size_zero_is_refused(fresh_log: RegisteredLog) -> None:
    with ape.reverts(fresh_log.registry.CheckpointRegistryNotGrowing, error_inputs={"storedSize": 0, "size": 0}):
        fresh_log.publish(0, 1, size=0)


def test_size_of_more_than_64_bits_is_refused(log: RegisteredLog) -> None:
    arguments = log.registry.publish.encode_input(log.log_id, 9, log.root(9), log.proof(5, 9), [])
    too_big = arguments[:36] + (2**64 + 9).to_bytes(32, "big") + arguments[68:]
    with ape.reverts():
        log.sender.transfer(log.registry, 0, data=too_big)


def test_first_checkpoint_may_have_any_size(fresh_log: RegisteredLog) -> None:
    fresh_log.publish(0, 2**64 - 1, root=b"\x11" * 32, proof=[])
    assert fresh_log.registry.head(fresh_log.log_id).size == 2**64 - 1


@pytest.mark.parametrize("nodes", [1, 3])
def test_first_checkpoint_with_a_proof_is_refused(fresh_log: RegisteredLog, nodes: int) -> None:
    with ape.reverts(fresh_log.registry.CheckpointRegistryUnexpectedProof, error_inputs={"length": nodes}):
        fresh_log.publish(0, 5, proof=[b"\x01" * 32] * nodes)


def test_rewritten_history_is_refused_though_the_quorum_signed_it(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.MerkleRootMismatch):
        log.publish(5, 9, root=b"\x66" * 32)


def test_proof_from_another_size_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.MerkleRootMismatch):
        log.publish(5, 9, proof=log.proof(7, 9))


@pytest.mark.parametrize("nodes", [0, 1, 4])
def test_truncated_proof_is_refused(log: RegisteredLog, nodes: int) -> None:
    whole = log.proof(5, 9)
    with ape.reverts(log.registry.MerkleProofLength, error_inputs={"expected": len(whole), "given": nodes}):
        log.publish(5, 9, proof=whole[:nodes])


def test_proof_with_one_node_too_many_is_refused(log: RegisteredLog) -> None:
    whole = log.proof(5, 9)
    with ape.reverts(log.registry.MerkleProofLength, error_inputs={"expected": len(whole), "given": len(whole) + 1}):
        log.publish(5, 9, proof=[*whole, b"\x00" * 32])


def test_no_signature_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.SignerSetsQuorumNotReached, error_inputs={"signatures": 0, "threshold": 2}):
        log.registry.publish(log.log_id, 9, log.root(9), log.proof(5, 9), [], sender=log.sender)


def test_fewer_signatures_than_the_threshold_are_refused(log: RegisteredLog) -> None:
    one = log.quorum("Checkpoint", size=9, root=log.root(9))[:1]
    with ape.reverts(log.registry.SignerSetsQuorumNotReached, error_inputs={"signatures": 1, "threshold": 2}):
        log.publish(5, 9, signatures=one)


def test_one_signature_twice_is_refused(log: RegisteredLog) -> None:
    one = log.quorum("Checkpoint", size=9, root=log.root(9))[0]
    signer = log.terms.cosigners[0].address
    with ape.reverts(log.registry.SignerSetsNotAscending, error_inputs={"previous": signer, "next": signer}):
        log.publish(5, 9, signatures=[one, one])


def test_signatures_in_descending_order_are_refused(log: RegisteredLog) -> None:
    signatures = log.quorum("Checkpoint", size=9, root=log.root(9))[::-1]
    with ape.reverts(log.registry.SignerSetsNotAscending):
        log.publish(5, 9, signatures=signatures)


def test_signer_outside_the_set_is_refused(log: RegisteredLog, stranger: LocalAccount) -> None:
    message = {"logId": log.log_id, "generation": 1, "size": 9, "root": log.root(9)}
    with ape.reverts(log.registry.SignerSetsUnknownSigner, error_inputs={"signer": stranger.address}):
        log.publish(5, 9, signatures=[log.domain.sign(stranger, "Checkpoint", message)])


def test_log_key_and_recovery_keys_are_no_cosigners(log: RegisteredLog) -> None:
    message = {"logId": log.log_id, "generation": 1, "size": 9, "root": log.root(9)}
    for key in (log.terms.log_key, log.terms.recovery[0]):
        with ape.reverts(log.registry.SignerSetsUnknownSigner, error_inputs={"signer": key.address}):
            log.publish(5, 9, signatures=[log.domain.sign(key, "Checkpoint", message)])


@pytest.mark.parametrize(
    ("field", "value"),
    [("logId", b"\x09" * 32), ("generation", 2), ("generation", 0), ("size", 10), ("root", b"\x09" * 32)],
)
def test_signature_over_another_message_is_refused(log: RegisteredLog, field: str, value: object) -> None:
    message = {"logId": log.log_id, "generation": 1, "size": 9, "root": log.root(9), field: value}
    signature = log.domain.sign(log.terms.cosigners[0], "Checkpoint", message)
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        log.publish(5, 9, signatures=[signature])


@pytest.mark.parametrize("change", [{"chain_id": 1}, {"registry": "0x" + "ab" * 20}])
def test_signature_for_another_chain_or_contract_is_refused(log: RegisteredLog, change: dict[str, object]) -> None:
    elsewhere = Domain(**{"chain_id": log.domain.chain_id, "registry": log.domain.registry, **change})  # type: ignore[arg-type]  # one field of each type
    message = {"logId": log.log_id, "generation": 1, "size": 9, "root": log.root(9)}
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        log.publish(5, 9, signatures=[elsewhere.sign(log.terms.cosigners[0], "Checkpoint", message)])


def test_log_checkpoint_signature_is_no_cosignature(log: RegisteredLog) -> None:
    message = {"logId": log.log_id, "size": 9, "root": log.root(9)}
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        log.publish(5, 9, signatures=[log.domain.sign(log.terms.cosigners[0], "LogCheckpoint", message)])


SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_high_s_twin_of_a_signature_is_refused(log: RegisteredLog) -> None:
    signature = log.quorum("Checkpoint", size=9, root=log.root(9))[0]
    high_s = (SECP256K1_ORDER - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    twin = signature[:32] + high_s + bytes([55 - signature[64]])
    with ape.reverts(log.registry.ECDSAInvalidSignatureS, error_inputs={"s": high_s}):
        log.publish(5, 9, signatures=[twin])


@pytest.mark.parametrize("length", [0, 64, 66])
def test_signature_of_another_length_is_refused(log: RegisteredLog, length: int) -> None:
    signature = (log.quorum("Checkpoint", size=9, root=log.root(9))[0] + b"\x00")[:length]
    with ape.reverts(log.registry.ECDSAInvalidSignatureLength, error_inputs={"length": length}):
        log.publish(5, 9, signatures=[signature])


@pytest.mark.parametrize("v", [0, 1, 26, 29])
def test_signature_with_another_recovery_byte_is_refused(log: RegisteredLog, v: int) -> None:
    signature = log.quorum("Checkpoint", size=9, root=log.root(9))[0][:64] + bytes([v])
    with ape.reverts(log.registry.ECDSAInvalidSignature):
        log.publish(5, 9, signatures=[signature])


def test_refused_checkpoint_leaves_the_head_as_it_was(log: RegisteredLog) -> None:
    before = log.registry.head(log.log_id)
    with ape.reverts(log.registry.MerkleRootMismatch):
        log.publish(5, 9, root=b"\x66" * 32)
    assert log.registry.head(log.log_id) == before


def test_logs_do_not_share_heads(log: RegisteredLog, registry: ContractInstance) -> None:
    other = Terms(salt=b"\x02" * 32)
    registry.register(other.registration(), sender=log.sender)
    log.publish(5, 9)
    assert registry.head(registry.logIdOf(other.registration())).size == 0
