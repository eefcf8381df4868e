"""What a real registry on a real chain stored is proven again without that chain, by the verifier's own code."""

from dataclasses import replace

import pytest

from ledger.chain import registry
from ledger.core.evidence.chain_proof import Registry, RegistryHead, head_slot, prove_head
from ledger.errors import VerificationFailed
from signing.algorithms import keccak256
from support.registered_log import RegisteredLog


def prove(log: RegisteredLog, place: Registry) -> RegistryHead:
    client = log.account.client
    block = client.block("latest")
    proof = client.proof(log.contract, registry.head_slots(log.log_id), block.number)
    nodes = [slot.nodes for slot in proof.slots]
    return prove_head(client.header_rlp(block.hash), proof.account_nodes, nodes, place)


def place_of(log: RegisteredLog) -> Registry:
    code = log.account.client.code(log.contract)
    return Registry(address=log.contract, code_hash=keccak256(code), log_id=log.log_id)


def test_published_head_is_proven_offline(log: RegisteredLog) -> None:
    log.publish(0, 5)
    head, stored = prove(log, place_of(log)), log.head()
    block = log.account.client.block("latest")
    assert (head.size, head.root, head.generation) == (5, stored.root, stored.generation)
    assert head.time == stored.time
    assert (head.header.hash, head.header.number, head.header.timestamp) == (block.hash, block.number, block.timestamp)
    assert not head.is_equivocated


def test_registered_log_without_a_checkpoint_has_size_zero(log: RegisteredLog) -> None:
    head = prove(log, place_of(log))
    assert (head.size, head.root, head.generation) == (0, bytes(32), 1)


def test_other_code_or_log_id_is_refused(log: RegisteredLog) -> None:
    log.publish(0, 5)
    for other in (replace(place_of(log), code_hash=bytes(32)), replace(place_of(log), log_id=bytes(32))):
        with pytest.raises(VerificationFailed):
            prove(log, other)


def test_slots_are_where_the_chain_side_reads_them(log: RegisteredLog) -> None:
    first = head_slot(log.log_id)
    assert registry.head_slots(log.log_id) == (first, first + 1)
