"""Two signed roots at one size flag a log for good; nothing less does, and publishing goes on."""

from __future__ import annotations

import ape
import pytest
from ape.api import ReceiptAPI
from conftest import RegisteredLog
from eth_account.signers.local import LocalAccount
from parties import keys

A, B = b"\x0a" * 32, b"\x0b" * 32


def by_log_key(log: RegisteredLog, key: LocalAccount, root: bytes, size: int = 7) -> bytes:
    return log.domain.sign(key, "LogCheckpoint", {"logId": log.log_id, "size": size, "root": root})


def report(log: RegisteredLog, signatures: list[bytes], roots: tuple[bytes, bytes] = (A, B)) -> ReceiptAPI:
    return log.registry.reportEquivocation(log.log_id, 7, list(roots), signatures, sender=log.sender)


def report_cosigners(log: RegisteredLog, signatures: list[list[bytes]], generation: int = 1) -> ReceiptAPI:
    return log.registry.reportCosignerEquivocation(log.log_id, generation, 7, [A, B], signatures, sender=log.sender)


def quorums(log: RegisteredLog, generation: int = 1) -> list[list[bytes]]:
    return [log.quorum("Checkpoint", generation=generation, size=7, root=root) for root in (A, B)]


def test_two_roots_signed_by_the_log_key_flag_the_log(log: RegisteredLog) -> None:
    events = report(log, [by_log_key(log, log.terms.log_key, root) for root in (A, B)]).events
    assert log.registry.head(log.log_id).flags == 1
    assert events == [log.registry.EquivocationReported(logId=log.log_id, generation=0, size=7, rootA=A, rootB=B)]


def test_two_roots_signed_by_a_quorum_flag_the_log(log: RegisteredLog) -> None:
    events = report_cosigners(log, quorums(log)).events
    assert log.registry.head(log.log_id).flags == 1
    assert events == [log.registry.EquivocationReported(logId=log.log_id, generation=1, size=7, rootA=A, rootB=B)]


def test_a_past_generation_can_still_be_reported(log: RegisteredLog) -> None:
    members = [key.address for key in keys("next", 2)]
    rotation = log.quorum("Rotation", cosigners=members, threshold=1)
    log.registry.rotate(log.log_id, members, 1, rotation, sender=log.sender)
    report_cosigners(log, quorums(log))
    head = log.registry.head(log.log_id)
    assert (head.flags, head.generation) == (1, 2)


def test_flag_stays_and_publishing_goes_on(log: RegisteredLog) -> None:
    report_cosigners(log, quorums(log))
    log.publish(5, 9)
    head = log.registry.head(log.log_id)
    assert (head.flags, head.size) == (1, 9)


def test_second_report_is_taken_and_changes_nothing(log: RegisteredLog) -> None:
    report_cosigners(log, quorums(log))
    before = log.registry.head(log.log_id)
    report_cosigners(log, quorums(log))
    assert log.registry.head(log.log_id) == before


def test_one_root_twice_is_no_equivocation(log: RegisteredLog) -> None:
    once = by_log_key(log, log.terms.log_key, A)
    with ape.reverts(log.registry.CheckpointRegistrySameRoot, error_inputs={"root": A}):
        report(log, [once, once], (A, A))
    quorum = quorums(log)[0]
    with ape.reverts(log.registry.CheckpointRegistrySameRoot, error_inputs={"root": A}):
        log.registry.reportCosignerEquivocation(log.log_id, 1, 7, [A, A], [quorum, quorum], sender=log.sender)


def test_roots_at_two_sizes_are_no_equivocation(log: RegisteredLog) -> None:
    key = log.terms.log_key
    with ape.reverts(log.registry.CheckpointRegistryNotLogKey):
        report(log, [by_log_key(log, key, A, 7), by_log_key(log, key, B, 8)])


@pytest.mark.parametrize("position", [0, 1])
def test_root_signed_by_another_key_is_no_equivocation(
    log: RegisteredLog, stranger: LocalAccount, position: int
) -> None:
    signers = [log.terms.log_key, log.terms.log_key]
    signers[position] = stranger
    signatures = [by_log_key(log, key, root) for key, root in zip(signers, (A, B), strict=True)]
    with ape.reverts(log.registry.CheckpointRegistryNotLogKey):
        report(log, signatures)


def test_cosigner_signature_does_not_count_as_the_log_keys(log: RegisteredLog) -> None:
    signatures = [by_log_key(log, log.terms.cosigners[0], root) for root in (A, B)]
    signer = log.terms.cosigners[0].address
    with ape.reverts(log.registry.CheckpointRegistryNotLogKey, error_inputs={"signer": signer}):
        report(log, signatures)


@pytest.mark.parametrize("position", [0, 1])
def test_root_without_a_quorum_is_no_equivocation(log: RegisteredLog, position: int) -> None:
    signatures = quorums(log)
    signatures[position] = signatures[position][:1]
    with ape.reverts(log.registry.SignerSetsQuorumNotReached):
        report_cosigners(log, signatures)


def test_roots_of_two_generations_are_no_equivocation(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        report_cosigners(log, [quorums(log, 1)[0], quorums(log, 2)[1]])


@pytest.mark.parametrize("generation", [0, 2])
def test_report_about_an_unknown_generation_is_refused(log: RegisteredLog, generation: int) -> None:
    with ape.reverts(log.registry.CheckpointRegistryUnknownGeneration, error_inputs={"generation": generation}):
        report_cosigners(log, quorums(log, generation), generation)


def test_malformed_signature_in_a_report_is_refused(log: RegisteredLog) -> None:
    good = by_log_key(log, log.terms.log_key, A)
    with ape.reverts(log.registry.ECDSAInvalidSignatureLength):
        report(log, [good, b""])


def test_report_about_an_unknown_log_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.CheckpointRegistryUnknownLog):
        log.registry.reportEquivocation(A, 7, [A, B], [b"", b""], sender=log.sender)
    with ape.reverts(log.registry.CheckpointRegistryUnknownLog):
        log.registry.reportCosignerEquivocation(A, 1, 7, [A, B], [[], []], sender=log.sender)
