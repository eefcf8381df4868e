"""A log ends once, by its quorum at once or by its recovery set after 14 public days; its last checkpoint stays."""

from __future__ import annotations

import ape
import pytest
from ape.managers.chain import ChainManager
from conftest import RegisteredLog
from parties import keys

HEIR = b"\x77" * 32
OTHER_HEIR = b"\x78" * 32
DAYS_14 = 14 * 24 * 3600


def name_successor(log: RegisteredLog, successor: bytes = HEIR) -> object:
    signatures = log.quorum("Successor", successor=successor)
    return log.registry.nameSuccessor(log.log_id, successor, signatures, sender=log.sender).events


def propose(log: RegisteredLog, proposal: int = 1, successor: bytes = HEIR) -> object:
    signatures = log.recovery_quorum(proposal=proposal, successor=successor)
    return log.registry.proposeRecovery(log.log_id, successor, signatures, sender=log.sender).events


def cancel(log: RegisteredLog, proposal: int = 1) -> object:
    signatures = log.quorum("RecoveryCancellation", proposal=proposal)
    return log.registry.cancelRecovery(log.log_id, signatures, sender=log.sender).events


def test_quorum_names_a_successor_at_once(log: RegisteredLog) -> None:
    before = log.registry.head(log.log_id)
    events = name_successor(log)
    after = log.registry.head(log.log_id)
    assert bytes(log.registry.successor(log.log_id)) == HEIR
    assert (after.flags, after.size, after.root, after.generation) == (2, before.size, before.root, before.generation)
    assert events == [log.registry.SuccessorNamed(logId=log.log_id, successor=HEIR)]


def test_succeeded_log_changes_no_more(log: RegisteredLog) -> None:
    propose(log)
    name_successor(log)
    member = keys("next", 1)[0].address
    rotation = log.quorum("Rotation", cosigners=[member], threshold=1)
    calls = (
        lambda: log.publish(5, 9),
        lambda: log.registry.rotate(log.log_id, [member], 1, rotation, sender=log.sender),
        lambda: name_successor(log, OTHER_HEIR),
        lambda: propose(log, 2),
        lambda: cancel(log),
        lambda: log.registry.finaliseRecovery(log.log_id, sender=log.sender),
    )
    for call in calls:
        with ape.reverts(log.registry.CheckpointRegistrySucceeded, error_inputs={"successor": HEIR}):
            call()


def test_succeeded_log_still_proves_inclusion_and_takes_equivocation_reports(log: RegisteredLog) -> None:
    name_successor(log)
    signatures = [log.domain.sign(log.terms.log_key, "LogCheckpoint", m) for m in _fork(log)]
    log.registry.reportEquivocation(log.log_id, 5, [b"\x01" * 32, b"\x02" * 32], signatures, sender=log.sender)
    assert log.registry.head(log.log_id).flags == 3


def _fork(log: RegisteredLog) -> list[dict[str, object]]:
    return [{"logId": log.log_id, "size": 5, "root": root} for root in (b"\x01" * 32, b"\x02" * 32)]


def test_successor_that_is_zero_or_the_log_itself_is_refused(log: RegisteredLog) -> None:
    for successor in (bytes(32), log.log_id):
        with ape.reverts(log.registry.CheckpointRegistryInvalidSuccessor, error_inputs={"successor": successor}):
            name_successor(log, successor)
        with ape.reverts(log.registry.CheckpointRegistryInvalidSuccessor, error_inputs={"successor": successor}):
            propose(log, 1, successor)


def test_successor_other_than_the_signed_one_is_refused(log: RegisteredLog) -> None:
    signatures = log.quorum("Successor", successor=HEIR)
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        log.registry.nameSuccessor(log.log_id, OTHER_HEIR, signatures, sender=log.sender)


def test_successor_below_the_threshold_is_refused(log: RegisteredLog) -> None:
    signatures = log.quorum("Successor", successor=HEIR)[:1]
    with ape.reverts(log.registry.SignerSetsQuorumNotReached):
        log.registry.nameSuccessor(log.log_id, HEIR, signatures, sender=log.sender)


def test_successor_signed_by_the_recovery_set_is_refused(log: RegisteredLog) -> None:
    message = {"logId": log.log_id, "generation": 1, "successor": HEIR}
    signatures = [log.domain.sign(key, "Successor", message) for key in log.terms.recovery[:2]]
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        log.registry.nameSuccessor(log.log_id, HEIR, signatures, sender=log.sender)


def test_recovery_is_public_for_14_days_before_anyone_can_finalise(log: RegisteredLog, chain: ChainManager) -> None:
    events = propose(log)
    at = chain.blocks[-1].timestamp + DAYS_14
    pending = log.registry.recovery(log.log_id)
    assert (pending.number, pending.finalisableAt, bytes(pending.successor)) == (1, at, HEIR)
    assert events == [log.registry.RecoveryProposed(logId=log.log_id, proposal=1, successor=HEIR, finalisableAt=at)]
    chain.pending_timestamp = at
    log.registry.finaliseRecovery(log.log_id, sender=log.sender)
    assert bytes(log.registry.successor(log.log_id)) == HEIR
    assert log.registry.head(log.log_id).flags == 2
    assert log.registry.recovery(log.log_id).finalisableAt == 0


@pytest.mark.parametrize("seconds_early", [1, DAYS_14 - 1])
def test_recovery_before_its_time_is_refused(log: RegisteredLog, chain: ChainManager, seconds_early: int) -> None:
    propose(log)
    at = log.registry.recovery(log.log_id).finalisableAt
    chain.pending_timestamp = at - seconds_early
    with ape.reverts(log.registry.CheckpointRegistryRecoveryTooEarly, error_inputs={"finalisableAt": at}):
        log.registry.finaliseRecovery(log.log_id, sender=log.sender)


def test_publishing_goes_on_while_a_recovery_is_pending(log: RegisteredLog) -> None:
    propose(log)
    log.publish(5, 9)
    assert log.registry.head(log.log_id).size == 9


def test_quorum_cancels_a_recovery(log: RegisteredLog, chain: ChainManager) -> None:
    propose(log)
    events = cancel(log)
    assert events == [log.registry.RecoveryCancelled(logId=log.log_id, proposal=1)]
    chain.pending_timestamp += DAYS_14 + 1
    with ape.reverts(log.registry.CheckpointRegistryNoRecovery, error_inputs={"logId": log.log_id}):
        log.registry.finaliseRecovery(log.log_id, sender=log.sender)


def test_cancelled_proposal_cannot_be_replayed(log: RegisteredLog) -> None:
    propose(log)
    cancel(log)
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        propose(log, 1)
    propose(log, 2)
    assert log.registry.recovery(log.log_id).number == 2


def test_cancellation_of_one_proposal_does_not_cancel_the_next(log: RegisteredLog) -> None:
    propose(log)
    cancel(log)
    propose(log, 2)
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        cancel(log, 1)


def test_newer_proposal_replaces_the_pending_one_and_starts_its_own_14_days(
    log: RegisteredLog, chain: ChainManager
) -> None:
    propose(log)
    chain.pending_timestamp += DAYS_14 - 100
    propose(log, 2, OTHER_HEIR)
    chain.pending_timestamp += 200
    with ape.reverts(log.registry.CheckpointRegistryRecoveryTooEarly):
        log.registry.finaliseRecovery(log.log_id, sender=log.sender)
    chain.pending_timestamp += DAYS_14
    log.registry.finaliseRecovery(log.log_id, sender=log.sender)
    assert bytes(log.registry.successor(log.log_id)) == OTHER_HEIR


@pytest.mark.parametrize("act", ["cancel", "finalise"])
def test_without_a_proposal_there_is_nothing_to_cancel_or_finalise(log: RegisteredLog, act: str) -> None:
    with ape.reverts(log.registry.CheckpointRegistryNoRecovery, error_inputs={"logId": log.log_id}):
        if act == "cancel":
            cancel(log)
        else:
            log.registry.finaliseRecovery(log.log_id, sender=log.sender)


def test_recovery_signed_by_the_cosigners_is_refused(log: RegisteredLog) -> None:
    message = {"logId": log.log_id, "proposal": 1, "successor": HEIR}
    signatures = [log.domain.sign(key, "Recovery", message) for key in log.terms.cosigners[:2]]
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        log.registry.proposeRecovery(log.log_id, HEIR, signatures, sender=log.sender)


def test_recovery_below_its_threshold_is_refused(log: RegisteredLog) -> None:
    signatures = log.recovery_quorum(proposal=1, successor=HEIR)
    for too_few in ([], signatures[:1]):
        with ape.reverts(log.registry.SignerSetsQuorumNotReached, error_inputs={"signatures": len(too_few)}):
            log.registry.proposeRecovery(log.log_id, HEIR, too_few, sender=log.sender)


def test_cancellation_by_the_recovery_set_is_refused(log: RegisteredLog) -> None:
    propose(log)
    message = {"logId": log.log_id, "generation": 1, "proposal": 1}
    signatures = [log.domain.sign(key, "RecoveryCancellation", message) for key in log.terms.recovery[:2]]
    with ape.reverts(log.registry.SignerSetsUnknownSigner):
        log.registry.cancelRecovery(log.log_id, signatures, sender=log.sender)


@pytest.mark.parametrize("function", ["nameSuccessor", "proposeRecovery"])
def test_succession_of_an_unknown_log_is_refused(log: RegisteredLog, function: str) -> None:
    with ape.reverts(log.registry.CheckpointRegistryUnknownLog):
        getattr(log.registry, function)(b"\x01" * 32, HEIR, [], sender=log.sender)


def test_recovery_of_an_unknown_log_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.CheckpointRegistryUnknownLog):
        log.registry.cancelRecovery(b"\x01" * 32, [], sender=log.sender)
    with ape.reverts(log.registry.CheckpointRegistryUnknownLog):
        log.registry.finaliseRecovery(b"\x01" * 32, sender=log.sender)
