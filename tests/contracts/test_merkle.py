"""The contract's proofs against the definition of RFC 6962 and against other people's vectors."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import ape
import pytest
from ape.contracts import ContractInstance
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from rfc6962 import consistency, inclusion, leaf_hash, tree_of

from support.shared_data import vectors

EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True, database=None)
TREE = tree_of([leaf_hash(b"entry %d" % number) for number in range(2**11)])
SIZES = st.integers(1, 2**11)
LARGE = st.integers(1, 2**64 - 1)
HASHES = st.binary(min_size=32, max_size=32)


REFUSALS = {
    keccak(text=signature)[:4]
    for signature in (
        "MerkleIndexOutOfRange(uint64,uint64)",
        "MerkleSizesNotGrowing(uint64,uint64)",
        "MerkleProofLength(uint256,uint256)",
        "MerkleRootMismatch(bytes32,bytes32)",
    )
}


def includes(harness: ContractInstance, *arguments: object) -> bool:
    return holds(bytes(harness.inclusionRefusal(*arguments)))


def extends(harness: ContractInstance, *arguments: object) -> bool:
    return holds(bytes(harness.consistencyRefusal(*arguments)))


def holds(refusal: bytes) -> bool:
    """Whether the contract accepts; a failure that is not one of its own refusals is a defect."""
    assert refusal == bytes(4) or refusal in REFUSALS
    return refusal == bytes(4)


def flipped(node: bytes, bit: int) -> bytes:
    return (int.from_bytes(node, "big") ^ 1 << bit).to_bytes(32, "big")


@EXAMPLES
@given(size=SIZES, data=st.data())
def test_inclusion_agrees_with_the_definition(harness: ContractInstance, size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(TREE, index, 0, size)
    assert includes(harness, TREE(index, index + 1), index, size, proof, TREE(0, size))


@EXAMPLES
@given(old_size=SIZES, new_size=SIZES)
def test_consistency_agrees_with_the_definition(harness: ContractInstance, old_size: int, new_size: int) -> None:
    old_size, new_size = sorted((old_size, new_size))
    proof = consistency(TREE, old_size, new_size)
    accepted = extends(harness, old_size, TREE(0, old_size), new_size, TREE(0, new_size), proof)
    assert accepted == (old_size < new_size)


@EXAMPLES
@given(sizes=st.lists(SIZES, min_size=2, max_size=2, unique=True).map(sorted), data=st.data())
def test_consistency_with_one_flipped_bit_is_refused(
    harness: ContractInstance, sizes: list[int], data: st.DataObject
) -> None:
    old_size, new_size = sizes
    nodes = [TREE(0, old_size), TREE(0, new_size), *consistency(TREE, old_size, new_size)]
    place = data.draw(st.integers(0, len(nodes) - 1))
    nodes[place] = flipped(nodes[place], data.draw(st.integers(0, 255)))
    assert not extends(harness, old_size, nodes[0], new_size, nodes[1], nodes[2:])


@EXAMPLES
@given(size=SIZES, data=st.data())
def test_inclusion_with_one_flipped_bit_or_another_index_is_refused(
    harness: ContractInstance, size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    nodes = [TREE(index, index + 1), TREE(0, size), *inclusion(TREE, index, 0, size)]
    other = data.draw(st.integers(0, size).filter(lambda chosen: chosen != index))
    assert not includes(harness, nodes[0], other, size, nodes[2:], nodes[1])
    place = data.draw(st.integers(0, len(nodes) - 1))
    nodes[place] = flipped(nodes[place], data.draw(st.integers(0, 255)))
    assert not includes(harness, nodes[0], index, size, nodes[2:], nodes[1])


@EXAMPLES
@given(old_size=LARGE, new_size=LARGE, path=st.lists(HASHES, max_size=66))
def test_arbitrary_paths_at_any_size_are_refused(
    harness: ContractInstance, old_size: int, new_size: int, path: list[bytes]
) -> None:
    assert not extends(harness, old_size, b"\x01" * 32, new_size, b"\x02" * 32, path)
    assert not includes(harness, b"\x01" * 32, old_size, new_size, path, b"\x02" * 32)


@pytest.mark.parametrize(("old_size", "new_size"), [(0, 0), (0, 5), (5, 5), (6, 5), (2**64 - 1, 1)])
def test_consistency_between_sizes_that_do_not_grow_is_refused(
    harness: ContractInstance, old_size: int, new_size: int
) -> None:
    inputs = {"oldSize": old_size, "newSize": new_size}
    with ape.reverts(harness.MerkleSizesNotGrowing, error_inputs=inputs):
        harness.requireConsistency(old_size, b"\x01" * 32, new_size, b"\x01" * 32, [])


def test_published_inclusion_vectors_have_the_published_result(harness: ContractInstance) -> None:
    for path, vector in published("inclusion", "leafHash", "root"):
        leaf, root = node_of(vector["leafHash"]), node_of(vector["root"])
        arguments = (leaf, vector["leafIdx"], vector["treeSize"], path_of(vector), root)
        assert includes(harness, *arguments) != vector["wantErr"], path


def test_published_consistency_vectors_have_the_published_result(harness: ContractInstance) -> None:
    for path, vector in published("consistency", "root1", "root2"):
        old, new = node_of(vector["root1"]), node_of(vector["root2"])
        arguments = (vector["size1"], old, vector["size2"], new, path_of(vector))
        grows = (
            vector["size1"] != vector["size2"]
        )  # the vectors take a tree as consistent with itself; a checkpoint must grow
        assert extends(harness, *arguments) == (grows and not vector["wantErr"]), path


def published(kind: str, *hashes: str) -> list[tuple[Path, dict[str, object]]]:
    """Vectors of transparency-dev/merkle whose hashes are 32 bytes: others cannot even be put into a call."""
    files = sorted((vectors("rfc6962") / kind).rglob("*.json"))
    read = [(file, json.loads(file.read_bytes())) for file in files]
    sayable = [
        (file, v) for file, v in read if all(len(node_of(node)) == 32 for node in [*proof_of(v), *map(v.get, hashes)])
    ]
    assert len(sayable) > 60
    return sayable


def proof_of(vector: dict[str, object]) -> list[object]:
    proof = vector["proof"] or []
    assert isinstance(proof, list)
    return proof


def path_of(vector: dict[str, object]) -> list[bytes]:
    return [node_of(node) for node in proof_of(vector)]


def node_of(text: object) -> bytes:
    return base64.b64decode(str(text))
