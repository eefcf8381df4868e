"""The registry's head of a log, proven from a header through real tries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.evidence.chain_proof import NO_CODE, Registry, RegistryHead, head_slot, prove_head
from ledger.errors import VerificationFailed
from signing.algorithms import keccak256
from support.state_tries import Trie, account, header, slot_key, storage

REGISTRY = Registry(address=bytes([0xAA] * 20), code_hash=bytes([0xCC] * 32), log_id=bytes([0x11] * 32))
ROOT = bytes(range(32))
UINT64 = st.integers(0, 2**64 - 1)


def packed(size: int, time: int = 9, flags: int = 0, generation: int = 1) -> int:
    return size | time << 64 | flags << 128 | generation << 192


@dataclass(frozen=True)
class Material:
    header: bytes
    account: tuple[bytes, ...]
    slots: tuple[tuple[bytes, ...], ...]


def material(words: Mapping[int, int], *, code_hash: bytes = REGISTRY.code_hash) -> Material:
    slot = head_slot(REGISTRY.log_id)
    held = storage({slot + place: word for place, word in words.items()} | {7: 7, 8: 8})
    state = Trie({REGISTRY.address: account(held.root, code_hash)} | {bytes([n] * 20): b"\x01" * 70 for n in range(18)})
    return Material(
        header(1234, state.root),
        state.proof(REGISTRY.address),
        (held.proof(slot_key(slot)), held.proof(slot_key(slot + 1))),
    )


GOOD = material({0: packed(100), 1: int.from_bytes(ROOT, "big")})


def prove(given_material: Material, registry: Registry = REGISTRY) -> RegistryHead:
    return prove_head(given_material.header, given_material.account, given_material.slots, registry)


def code_of(given_material: Material, registry: Registry = REGISTRY) -> str:
    with pytest.raises(VerificationFailed) as caught:
        prove(given_material, registry)
    return caught.value.code


def test_head_is_proven_field_by_field() -> None:
    head = prove(material({0: packed(100, 9, 3, 2), 1: int.from_bytes(ROOT, "big")}))
    assert (head.size, head.time, head.flags, head.generation, head.root) == (100, 9, 3, 2, ROOT)
    assert head.header.number == 1234
    assert head.is_equivocated


def test_slot_of_a_log_is_that_of_a_solidity_mapping_at_slot_zero() -> None:
    # known answer: keccak256 of 64 zero bytes, the place of key 0 in a mapping at slot 0
    assert f"{head_slot(bytes(32)):064x}" == "ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5"


@settings(max_examples=30, deadline=None)
@given(UINT64, UINT64, UINT64, st.integers(1, 2**64 - 1), st.binary(min_size=32, max_size=32))
def test_any_packed_head_is_read_back(size: int, time: int, flags: int, generation: int, root: bytes) -> None:
    head = prove(material({0: packed(size, time, flags, generation), 1: int.from_bytes(root, "big")}))
    assert (head.size, head.time, head.flags, head.generation, head.root) == (size, time, flags, generation, root)
    assert head.is_equivocated == bool(flags & 1)


def test_account_without_code_has_the_hash_of_no_bytes() -> None:
    assert keccak256(b"") == NO_CODE


def test_log_that_never_published_has_size_zero() -> None:
    head = prove(material({0: packed(0, 0)}))
    assert (head.size, head.root) == (0, bytes(32))


def test_log_that_the_registry_does_not_hold_is_refused() -> None:
    assert code_of(material({})) == "chain.unknown-log"
    assert code_of(material({0: packed(100, generation=0), 1: 1})) == "chain.unknown-log"


@pytest.mark.parametrize("code_hash", [NO_CODE, bytes(32)])
def test_other_code_at_the_address_is_refused(code_hash: bytes) -> None:
    assert code_of(material({0: packed(1)}, code_hash=code_hash)) == "chain.wrong-code"


def test_address_without_an_account_is_refused() -> None:
    state = Trie({bytes(20): account(bytes(32), NO_CODE)})
    nowhere = replace(GOOD, header=header(1, state.root), account=state.proof(REGISTRY.address))
    assert code_of(nowhere) == "chain.wrong-code"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_other_number_of_slots_is_refused(count: int) -> None:
    assert code_of(replace(GOOD, slots=(GOOD.slots * 2)[:count])) == "chain.malformed"


def test_slots_in_the_other_order_are_refused() -> None:
    with pytest.raises(VerificationFailed):
        prove(replace(GOOD, slots=GOOD.slots[::-1]))


def test_other_log_id_address_or_length_is_refused() -> None:
    assert code_of(GOOD, replace(REGISTRY, log_id=bytes([0x12] * 32))).startswith("trie.")
    assert code_of(GOOD, replace(REGISTRY, address=bytes([0xAB] * 20))).startswith("trie.")
    assert code_of(GOOD, replace(REGISTRY, log_id=bytes(31))) == "chain.malformed"


@pytest.mark.repeats
def test_any_flipped_bit_of_the_proofs_is_refused_and_of_the_header_gives_another_block() -> None:
    expected = prove(GOOD).header.hash
    nodes = [*GOOD.account, *GOOD.slots[0], *GOOD.slots[1]]
    for place, node in enumerate(nodes):
        for bit in range(8 * len(node)):
            changed = [*nodes[:place], flipped(node, bit), *nodes[place + 1 :]]
            assert code_of(regrouped(changed)) == "trie.hash-differs"
    for bit in range(8 * len(GOOD.header)):
        assert block_or_refusal(replace(GOOD, header=flipped(GOOD.header, bit))) != expected


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def regrouped(nodes: list[bytes]) -> Material:
    first, second = len(GOOD.account), len(GOOD.account) + len(GOOD.slots[0])
    return replace(GOOD, account=tuple(nodes[:first]), slots=(tuple(nodes[first:second]), tuple(nodes[second:])))


def block_or_refusal(changed: Material) -> bytes | str:
    try:
        return prove(changed).header.hash
    except VerificationFailed as error:
        return error.code
