"""An entry is proved against the stored head, and the head comes back with the proof."""

from __future__ import annotations

import ape
import pytest
from conftest import RegisteredLog
from rfc6962 import inclusion


@pytest.mark.parametrize("index", range(5))
def test_each_entry_of_the_stored_checkpoint_is_proved(log: RegisteredLog, index: int) -> None:
    proof = inclusion(log.tree, index, 0, 5)
    head = log.registry.verifyInclusion(log.log_id, log.tree(index, index + 1), index, 5, proof)
    assert (head.size, bytes(head.root)) == (5, log.root(5))


def test_leaf_that_is_not_there_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.MerkleRootMismatch):
        log.registry.verifyInclusion(log.log_id, b"\x01" * 32, 2, 5, inclusion(log.tree, 2, 0, 5))


def test_leaf_at_another_index_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.MerkleRootMismatch):
        log.registry.verifyInclusion(log.log_id, log.tree(2, 3), 3, 5, inclusion(log.tree, 2, 0, 5))


@pytest.mark.parametrize("index", [5, 6, 2**64 - 1])
def test_index_past_the_end_is_refused(log: RegisteredLog, index: int) -> None:
    with ape.reverts(log.registry.MerkleIndexOutOfRange, error_inputs={"index": index, "size": 5}):
        log.registry.verifyInclusion(log.log_id, log.tree(4, 5), index, 5, [])


@pytest.mark.parametrize("size", [4, 6])
def test_proof_for_another_size_than_the_stored_one_is_refused(log: RegisteredLog, size: int) -> None:
    proof = inclusion(log.tree, 2, 0, size)
    with ape.reverts(log.registry.CheckpointRegistryOtherHead, error_inputs={"storedSize": 5, "size": size}):
        log.registry.verifyInclusion(log.log_id, log.tree(2, 3), 2, size, proof)


@pytest.mark.parametrize("nodes", [0, 2])
def test_truncated_inclusion_proof_is_refused(log: RegisteredLog, nodes: int) -> None:
    proof = inclusion(log.tree, 2, 0, 5)[:nodes]
    with ape.reverts(log.registry.MerkleProofLength, error_inputs={"expected": 3, "given": nodes}):
        log.registry.verifyInclusion(log.log_id, log.tree(2, 3), 2, 5, proof)


def test_inclusion_in_a_log_without_checkpoint_is_refused(fresh_log: RegisteredLog) -> None:
    with ape.reverts(fresh_log.registry.MerkleIndexOutOfRange, error_inputs={"index": 0, "size": 0}):
        fresh_log.registry.verifyInclusion(fresh_log.log_id, bytes(32), 0, 0, [])


def test_inclusion_in_an_unknown_log_is_refused(log: RegisteredLog) -> None:
    with ape.reverts(log.registry.CheckpointRegistryUnknownLog):
        log.registry.verifyInclusion(b"\x01" * 32, bytes(32), 0, 5, [])
