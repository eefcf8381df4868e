"""Rotations are numbered, signed by the present quorum, and end what earlier cosigners can publish."""

from __future__ import annotations

import ape
import pytest
from conftest import RegisteredLog
from eth_account.signers.local import LocalAccount
from parties import keys

NEXT = keys("next cosigner", 2)


def rotation(log: RegisteredLog, members: list[LocalAccount], threshold: int, generation: int = 1) -> list[bytes]:
    addresses = [key.address for key in members]
    return log.quorum("Rotation", generation=generation, cosigners=addresses, threshold=threshold)


def rotate(log: RegisteredLog, members: list[LocalAccount], threshold: int, signatures: list[bytes]) -> object:
    return log.registry.rotate(
        log.log_id, [key.address for key in members], threshold, signatures, sender=log.sender
    ).events


def test_rotation_starts_the_next_generation_and_leaves_the_checkpoint(log: RegisteredLog) -> None:
    before = log.registry.head(log.log_id)
    events = rotate(log, NEXT, 2, rotation(log, NEXT, 2))
    after = log.registry.head(log.log_id)
    addresses = [key.address for key in NEXT]
    assert (after.generation, after.size, after.time, after.root) == (2, before.size, before.time, before.root)
    assert list(log.registry.cosigners(log.log_id, 2)) == [addresses, 2]
    expected = log.registry.CosignersRotated(logId=log.log_id, generation=2, cosigners=addresses, threshold=2)
    assert events == [expected]


def test_past_generation_stays_readable(log: RegisteredLog) -> None:
    rotate(log, NEXT, 2, rotation(log, NEXT, 2))
    assert list(log.registry.cosigners(log.log_id, 1)) == [[key.address for key in log.terms.cosigners], 2]


def test_new_cosigners_publish_after_a_rotation(log: RegisteredLog) -> None:
    rotate(log, NEXT, 1, rotation(log, NEXT, 1))
    message = {"logId": log.log_id, "generation": 2, "size": 9, "root": log.root(9)}
    log.publish(5, 9, signatures=[log.domain.sign(NEXT[1], "Checkpoint", message)])
    assert log.registry.head(log.log_id).size == 9


def test_old_cosigners_cannot_publish_after_a_rotation(log: RegisteredLog) -> None:
    rotate(log, NEXT, 1, rotation(log, NEXT, 1))
    for generation in (1, 2):
        signatures = log.quorum("Checkpoint", generation=generation, size=9, root=log.root(9))
        with ape.reverts(log.registry.SignerSetsUnknownSigner):
            log.publish(5, 9, signatures=signatures)


def test_cosigner_who_stays_needs_a_signature_of_the_new_generation(log: RegisteredLog) -> None:
    same = log.terms.cosigners
    rotate(log, same, 2, rotation(log, same, 2))
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        log.publish(5, 9)
    log.publish(5, 9, signatures=log.quorum("Checkpoint", generation=2, size=9, root=log.root(9)))


def test_rotation_cannot_be_replayed(log: RegisteredLog) -> None:
    same = log.terms.cosigners
    signatures = rotation(log, same, 2)
    rotate(log, same, 2, signatures)
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        rotate(log, same, 2, signatures)


@pytest.mark.parametrize("generation", [0, 2])
def test_rotation_signed_for_another_generation_is_refused(log: RegisteredLog, generation: int) -> None:
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        rotate(log, NEXT, 2, rotation(log, NEXT, 2, generation))


def test_rotation_to_other_terms_than_signed_is_refused(log: RegisteredLog) -> None:
    signatures = rotation(log, NEXT, 2)
    for members, threshold in ((NEXT, 1), (NEXT[:1], 1), (keys("thief", 2), 2)):
        with ape.reverts(log.registry.SignerSetsUnknownSigner):
            rotate(log, members, threshold, signatures)


def test_rotation_below_the_threshold_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.SignerSetsQuorumNotReached, error_inputs={"signatures": 1, "threshold": 2}):
        rotate(log, NEXT, 2, rotation(log, NEXT, 2)[:1])


def test_rotation_signed_by_the_recovery_set_is_refused(log: RegisteredLog) -> None:
    message = {"logId": log.log_id, "generation": 1, "cosigners": [key.address for key in NEXT], "threshold": 2}
    signatures = [log.domain.sign(key, "Rotation", message) for key in log.terms.recovery[:2]]
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        rotate(log, NEXT, 2, signatures)


def test_rotation_to_an_ill_formed_set_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.SignerSetsSize, error_inputs={"size": 0}):
        rotate(log, [], 1, rotation(log, [], 1))
    with ape.reverts(log.registry.SignerSetsNotAscending):
        rotate(log, NEXT[::-1], 1, rotation(log, NEXT[::-1], 1))
    with ape.reverts(log.registry.SignerSetsThreshold):
        rotate(log, NEXT, 3, rotation(log, NEXT, 3))


def test_rotation_of_an_unknown_log_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.CheckpointRegistryUnknownLog):
        log.registry.rotate(b"\x01" * 32, [NEXT[0].address], 1, [], sender=log.sender)
