from typing import TypedDict, Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.hashing import EMPTY_ROOT
from ledger.core.log.proofs import consistency_path, inclusion_path, subtree_root, verify_consistency, verify_inclusion
from ledger.errors import InvalidInput, VerificationFailed
from support.trees import flip, leaves_of, naive_root, reader_of

SIZES = st.integers(1, 130)


@st.composite
def two_sizes(draw: st.DrawFn) -> tuple[int, int]:
    size2 = draw(SIZES)
    return draw(st.integers(1, size2)), size2


@given(two_sizes())
def test_every_inclusion_path_that_is_made_verifies(place: tuple[int, int]) -> None:
    index, size = place[0] - 1, place[1]
    leaves = leaves_of(size)
    path = inclusion_path(index, size, reader_of(leaves))
    verify_inclusion(leaf=leaves[index], index=index, size=size, path=path, root=naive_root(leaves))


@given(two_sizes())
def test_every_consistency_path_that_is_made_verifies(sizes: tuple[int, int]) -> None:
    size1, size2 = sizes
    leaves = leaves_of(size2)
    path = consistency_path(size1, size2, reader_of(leaves))
    verify_consistency(size1=size1, root1=naive_root(leaves[:size1]), size2=size2, root2=naive_root(leaves), path=path)


@given(two_sizes(), st.data())
def test_inclusion_proof_with_one_flipped_bit_is_refused(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place[0] - 1, place[1]
    leaves = leaves_of(size)
    hashes = [leaves[index], naive_root(leaves), *inclusion_path(index, size, reader_of(leaves))]
    changed = data.draw(st.integers(0, len(hashes) - 1))
    hashes[changed] = flip(hashes[changed], data.draw(st.integers(0, 255)))
    with pytest.raises(VerificationFailed):
        verify_inclusion(leaf=hashes[0], index=index, size=size, path=hashes[2:], root=hashes[1])


@given(two_sizes(), st.data())
def test_consistency_proof_with_one_flipped_bit_is_refused(sizes: tuple[int, int], data: st.DataObject) -> None:
    size1, size2 = sizes
    leaves = leaves_of(size2)
    hashes = [naive_root(leaves[:size1]), naive_root(leaves), *consistency_path(size1, size2, reader_of(leaves))]
    changed = data.draw(st.integers(0, len(hashes) - 1))
    hashes[changed] = flip(hashes[changed], data.draw(st.integers(0, 255)))
    with pytest.raises(VerificationFailed):
        verify_consistency(size1=size1, root1=hashes[0], size2=size2, root2=hashes[1], path=hashes[2:])


@given(two_sizes(), st.integers(0, 200))
def test_inclusion_proof_at_another_index_is_refused(place: tuple[int, int], other: int) -> None:
    index, size = place[0] - 1, place[1]
    leaves = leaves_of(size)
    path = inclusion_path(index, size, reader_of(leaves))
    if other != index:
        with pytest.raises(VerificationFailed):
            verify_inclusion(leaf=leaves[index], index=other, size=size, path=path, root=naive_root(leaves))


class Inclusion(TypedDict, total=False):
    leaf: bytes
    index: int
    size: int
    path: list[bytes]
    root: bytes


class Consistency(TypedDict, total=False):
    size1: int
    root1: bytes
    size2: int
    root2: bytes
    path: list[bytes]


def _inclusion(**changes: Unpack[Inclusion]) -> None:
    leaves = leaves_of(5)
    path = inclusion_path(2, 5, reader_of(leaves))
    proof: Inclusion = {"leaf": leaves[2], "index": 2, "size": 5, "path": path, "root": naive_root(leaves)}
    proof.update(changes)
    verify_inclusion(**proof)


def _consistency(**changes: Unpack[Consistency]) -> None:
    leaves = leaves_of(5)
    path = consistency_path(3, 5, reader_of(leaves))
    proof: Consistency = {
        "size1": 3,
        "root1": naive_root(leaves[:3]),
        "size2": 5,
        "root2": naive_root(leaves),
        "path": path,
    }
    proof.update(changes)
    verify_consistency(**proof)


@pytest.mark.parametrize(
    "changes",
    [
        {"index": -1},
        {"index": 5},
        {"index": 2**64 - 1},
        {"size": 0},
        {"size": 3},
        {"size": 2**64},
        {"path": []},
        {"path": [bytes(32)] * 9},
        {"path": [bytes(32)] * 65},
        {"path": [bytes(31)] * 3},
        {"leaf": b""},
        {"root": b""},
    ],
)
def test_inclusion_proof_with_a_wrong_part_is_refused(changes: Inclusion) -> None:
    _inclusion()
    with pytest.raises(VerificationFailed) as refusal:
        _inclusion(**changes)
    assert refusal.value.code == "proof.inclusion"


@pytest.mark.parametrize(
    "changes",
    [
        {"size1": 0, "root1": EMPTY_ROOT, "path": []},
        {"size1": 0, "size2": 0, "root1": EMPTY_ROOT, "root2": EMPTY_ROOT, "path": []},
        {"size1": -1},
        {"size1": 6},
        {"size1": 5},
        {"size1": 5, "path": []},
        {"size1": 2},
        {"size2": 2**64},
        {"path": []},
        {"path": [bytes(32)] * 9},
        {"path": [bytes(32)] * 65},
        {"path": [bytes(33)] * 3},
        {"root2": bytes(32)},
    ],
)
def test_consistency_proof_with_a_wrong_part_is_refused(changes: Consistency) -> None:
    _consistency()
    with pytest.raises(VerificationFailed) as refusal:
        _consistency(**changes)
    assert refusal.value.code == "proof.consistency"


def test_from_the_empty_tree_the_path_is_empty() -> None:
    assert consistency_path(0, 5, reader_of([])) == []


@pytest.mark.parametrize("index", [-1, 4, 5])
def test_path_of_a_leaf_outside_the_tree_is_refused(index: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        inclusion_path(index, 4, reader_of(leaves_of(4)))
    assert refusal.value.code == "proof.no-such-leaf"


@pytest.mark.parametrize("size1", [-1, 5])
def test_path_from_a_tree_that_never_was_is_refused(size1: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        consistency_path(size1, 4, reader_of(leaves_of(4)))
    assert refusal.value.code == "proof.no-such-tree"


def test_root_of_no_leaves_is_the_empty_root() -> None:
    assert subtree_root(0, 0, reader_of([])) == EMPTY_ROOT
