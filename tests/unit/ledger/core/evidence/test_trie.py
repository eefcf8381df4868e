"""Merkle-Patricia proofs: agreement with the `trie` library, and refusal of every malformed walk."""

import pytest
import rlp as other_rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from ledger.core.evidence import rlp
from ledger.core.evidence.trie import EMPTY_ROOT, MAX_NODES, lookup
from ledger.errors import VerificationFailed
from signing.algorithms import keccak256

# Few letters and short keys: shared prefixes, embedded nodes and values on branches all occur.
KEYS = st.binary(min_size=1, max_size=4).map(lambda key: bytes(byte & 0x11 for byte in key))
VALUES = st.binary(min_size=1, max_size=40)
LEAF_PATH = b"\x20"


def build(content: dict[bytes, bytes]) -> HexaryTrie:
    tree = HexaryTrie({})
    for key, value in content.items():
        tree[key] = value
    return tree


def proof_of(tree: HexaryTrie, key: bytes) -> list[bytes]:
    nodes = [other_rlp.encode(node) for node in tree.get_proof(key)]
    return [node for position, node in enumerate(nodes) if position == 0 or len(node) >= 32]


def code_of(root: bytes, key: bytes, proof: list[bytes]) -> str:
    with pytest.raises(VerificationFailed) as caught:
        lookup(root, key, proof)
    return caught.value.code


def refusal_of(node: rlp.Item, key: bytes = b"\x12") -> str:
    data = rlp.encode(node)
    return code_of(keccak256(data), key, [data])


def branch(**children: rlp.Item) -> tuple[rlp.Item, ...]:
    return tuple(children.get(f"n{index}", b"") for index in range(17))


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=30), KEYS)
def test_lookup_agrees_with_the_other_library_on_presence_and_absence(
    content: dict[bytes, bytes], absent: bytes
) -> None:
    tree = build(content)
    for key in {*content, absent}:
        assert lookup(tree.root_hash, key, proof_of(tree, key)) == content.get(key)


@settings(deadline=None)
@given(
    st.dictionaries(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=40), min_size=2, max_size=20),
    st.data(),
)
def test_proof_with_a_node_dropped_added_or_swapped_is_refused(
    content: dict[bytes, bytes], data: st.DataObject
) -> None:
    tree = build(content)
    key = data.draw(st.sampled_from(sorted(content)))
    proof = proof_of(tree, key)
    assert code_of(tree.root_hash, key, proof[:-1]) == "trie.proof-too-short"
    assert code_of(tree.root_hash, key, [*proof, proof[-1]]) == "trie.proof-too-long"
    assert code_of(tree.root_hash, key, proof[::-1]) == "trie.hash-differs"


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=12), KEYS, st.data())
def test_proof_with_any_changed_bit_is_refused(content: dict[bytes, bytes], key: bytes, data: st.DataObject) -> None:
    tree = build(content)
    proof = proof_of(tree, key)
    position = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 8 * len(proof[position]) - 1))
    changed = bytearray(proof[position])
    changed[bit // 8] ^= 1 << bit % 8
    assert (
        code_of(tree.root_hash, key, [*proof[:position], bytes(changed), *proof[position + 1 :]]) == "trie.hash-differs"
    )


@pytest.mark.parametrize("proof", [[], [b"\x80"]])
def test_empty_trie_holds_nothing(proof: list[bytes]) -> None:
    assert lookup(EMPTY_ROOT, b"\x12", proof) is None


@pytest.mark.parametrize("proof", [[b""], [b"\x80", b"\x80"], [b"\xc0"]])
def test_empty_trie_with_nodes_is_refused(proof: list[bytes]) -> None:
    assert code_of(EMPTY_ROOT, b"\x12", proof) == "trie.proof-too-long"


def test_proof_of_more_nodes_than_a_key_can_need_is_refused() -> None:
    assert code_of(bytes(32), b"\x12", [b""] * (MAX_NODES + 1)) == "trie.proof-too-long"


@pytest.mark.parametrize(
    "node",
    [
        b"\x12" * 40,  # not a list
        (),
        (LEAF_PATH,),
        (LEAF_PATH, b"v", b"w"),
        (b"", b"value"),  # no flag
        (b"\x40", b"value"),  # unknown flag
        (b"\x20\x12", b""),  # a leaf without a value
        (b"\x20\x12", ()),  # a value that is a list
        ((), b"value"),  # a path that is a list
        (b"\x2f\x12", b"value"),  # padding that is not zero
        (b"\x00", bytes(32)),  # an extension without a path
        (b"\x11", bytes(31)),  # a child that is no hash
        (b"\x11", b""),
        branch(n1=b"short"),
        branch(n1=(b"\x32", b"v" * 40)),  # an embedded node that should be named by its hash
        branch(n1=()),
    ],
)
def test_node_of_the_wrong_form_is_refused(node: rlp.Item) -> None:
    assert refusal_of(node) == "trie.malformed"


def test_value_on_a_branch_is_found_and_its_absence_shown() -> None:
    for value, expected in ((b"value", b"value"), (b"", None)):
        node = rlp.encode(branch(n16=value, n1=bytes(32)))
        extension = rlp.encode((b"\x00\x12", keccak256(node)))
        assert lookup(keccak256(extension), b"\x12", [extension, node]) == expected


def test_branch_whose_value_is_a_list_is_refused() -> None:
    assert refusal_of((b"\x00\x12", branch(n16=(), n1=b"", n2=b"")), key=b"\x12") == "trie.malformed"


def test_short_node_listed_beside_its_parent_is_refused() -> None:
    child = rlp.encode((b"\x32", b"v"))
    parent = rlp.encode(branch(n1=keccak256(child)))
    assert code_of(keccak256(parent), b"\x12", [parent, child]) == "trie.malformed"


@pytest.mark.parametrize(
    "node", [(b"\x20\x13", b"value"), (b"\x00\x13", bytes(32)), (b"\x00\x12\x34", bytes(32)), branch(n2=bytes(32))]
)
def test_path_that_leaves_the_trie_shows_absence(node: rlp.Item) -> None:
    data = rlp.encode(node)
    assert lookup(keccak256(data), b"\x12", [data]) is None


def test_empty_root_is_the_hash_of_the_empty_string() -> None:
    assert keccak256(rlp.encode(b"")) == EMPTY_ROOT
