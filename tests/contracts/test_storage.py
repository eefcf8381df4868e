"""The two slots that storage proofs are read from are where docs/formats/registry.md says."""

from __future__ import annotations

from ape.managers.chain import ChainManager
from conftest import RegisteredLog
from eth_abi.abi import encode
from eth_utils.crypto import keccak


def words(log: RegisteredLog, chain: ChainManager) -> tuple[int, bytes]:
    slot = int.from_bytes(keccak(encode(["bytes32", "uint256"], [log.log_id, 0])), "big")
    read = chain.provider.get_storage
    packed = bytes(read(log.registry.address, slot)).rjust(32, b"\x00")
    return int.from_bytes(packed, "big"), bytes(read(log.registry.address, slot + 1)).rjust(32, b"\x00")


def test_head_lies_in_two_slots_at_the_documented_place(log: RegisteredLog, chain: ChainManager) -> None:
    log.publish(5, 9)
    head = log.registry.head(log.log_id)
    packed, root = words(log, chain)
    assert packed == 9 | head.time << 64 | 0 << 128 | 1 << 192
    assert root == log.root(9)


def test_flags_lie_above_the_time(log: RegisteredLog, chain: ChainManager) -> None:
    successor = b"\x77" * 32
    signatures = log.quorum("Successor", successor=successor)
    log.registry.nameSuccessor(log.log_id, successor, signatures, sender=log.sender)
    packed, root = words(log, chain)
    assert packed >> 128 & (2**64 - 1) == 2
    assert (packed & (2**64 - 1), root) == (5, log.root(5))
