"""The token tree: one root for one set, one answer for one token, older roots stay provable; both ways to build it agree."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import EMPTY, Branch, Growth, Leaf, Node, Proof, Token, check_proof, prove, update
from ledger.errors import InvalidInput, VerificationFailed

VALUE = bytes(range(32))


def token(*bits: int, rest: int = 0) -> Token:
    """A token that begins with these bits."""
    head = int("".join(map(str, bits)) or "0", 2) << (256 - len(bits))
    return Token((head | rest).to_bytes(32, "big"))


def none(_name: bytes) -> Node:
    raise KeyError


def built(leaves: dict[Token, bytes]) -> Growth:
    return update(EMPTY, dict(leaves), none)


def records(leaves: dict[Token, bytes]) -> SortedLeaves:
    return SortedLeaves(b"".join(each + leaves[each] for each in sorted(leaves)))


def test_the_root_of_nothing_is_empty() -> None:
    assert built({}).root == EMPTY == SortedLeaves(b"").root()


def test_one_leaf_is_the_root() -> None:
    expected = sha256(b"\x00" + token(1) + VALUE).digest()
    assert built({token(1): VALUE}).root == Leaf(token(1), VALUE).hash == expected


def test_two_leaves_that_part_at_the_third_bit() -> None:
    left, right = Leaf(token(0, 1, 0), VALUE), Leaf(token(0, 1, 1), VALUE)
    third = sha256(b"\x01" + left.hash + right.hash).digest()
    second = sha256(b"\x01" + EMPTY + third).digest()
    assert built({left.token: VALUE, right.token: VALUE}).root == Branch(second, EMPTY).hash


small_tokens = st.integers(0, 255).map(lambda n: Token(bytes([n]) + bytes(31)))
any_tokens = st.binary(min_size=32, max_size=32).map(Token)
leaf_sets = st.dictionaries(st.one_of(small_tokens, any_tokens), st.binary(min_size=32, max_size=32), max_size=24)


@settings(max_examples=60, deadline=None)
@given(leaf_sets, leaf_sets, st.one_of(small_tokens, any_tokens))
def test_changes_in_two_steps_give_what_one_step_gives(
    first: dict[Token, bytes], second: dict[Token, bytes], asked: Token
) -> None:
    before = built(first)
    removed = dict.fromkeys(list(first)[::2])
    changes: dict[Token, bytes | None] = {**removed, **second}
    nodes = dict(before.nodes)
    after = update(before.root, changes, nodes.__getitem__)
    nodes |= after.nodes
    wanted = {each: value for each, value in {**first, **changes}.items() if value is not None}
    assert after.root == built(wanted).root == records(wanted).root()
    assert records(first).changed(changes) == b"".join(each + wanted[each] for each in sorted(wanted))
    for root, leaves in ((before.root, first), (after.root, wanted)):
        for each in [*list(leaves)[:4], asked]:
            proof = prove(root, each, nodes.__getitem__)
            held = records(leaves)
            assert held.root() == root
            assert proof == held.prove(each)
            assert check_proof(root, each, proof) == leaves.get(each) == records(leaves).value_of(each)
            assert Proof.from_json(proof.to_json()) == proof


LEAVES = {Token(sha256(bytes([n])).digest()): sha256(bytes([n, n])).digest() for n in range(50)}
TREE = records(LEAVES)
LISTED = next(iter(LEAVES))
ABSENT = Token(sha256(b"absent").digest())


def refused(asked: Token, proof: Proof, root: bytes | None = None) -> str:
    with pytest.raises(VerificationFailed) as error:
        check_proof(root or TREE.root(), asked, proof)
    return error.value.code


def test_an_absence_proof_does_not_serve_another_token() -> None:
    assert refused(LISTED, TREE.prove(ABSENT)) == "tree-proof.invalid"


def test_a_presence_proof_shows_the_absence_of_no_neighbour_it_does_not_reach() -> None:
    proof = TREE.prove(LISTED)
    near = Token((int.from_bytes(LISTED, "big") ^ (1 << (255 - len(proof.siblings) + 1))).to_bytes(32, "big"))
    assert refused(near, proof) == "tree-proof.invalid"


def test_a_leaf_cut_off_the_path_is_refused() -> None:
    proof = TREE.prove(LISTED)
    assert refused(LISTED, replace(proof, end=None)) == "tree-proof.invalid"
    assert refused(LISTED, replace(proof, siblings=proof.siblings[:-1])) == "tree-proof.invalid"
    assert refused(LISTED, replace(proof, siblings=(*proof.siblings, EMPTY))) == "tree-proof.invalid"


def test_a_branch_passed_off_as_a_leaf_is_refused() -> None:
    """A leaf and a branch hash under different prefixes: 64 bytes of one are never those of the other."""
    proof = TREE.prove(LISTED)
    assert proof.end is not None
    fake = Leaf(Token(proof.siblings[-1]), proof.end.hash)
    assert refused(LISTED, Proof(proof.siblings[:-1], fake)) == "tree-proof.invalid"


def test_a_path_past_the_last_bit_is_refused() -> None:
    assert refused(LISTED, Proof((EMPTY,) * 257, None)) == "tree-proof.invalid"


def test_any_changed_bit_of_a_proof_is_refused() -> None:
    proof = TREE.prove(ABSENT)
    for place, sibling in enumerate(proof.siblings):
        changed = list(proof.siblings)
        changed[place] = bytes([sibling[0] ^ 1]) + sibling[1:]
        assert refused(ABSENT, replace(proof, siblings=tuple(changed))) == "tree-proof.invalid"


def test_under_one_root_a_token_has_one_answer_even_in_a_tree_of_another_form() -> None:
    """A registry that builds a tree otherwise than it should cannot show a token both listed and not listed."""
    leaf = Leaf(token(1, 1), VALUE)
    deep = Branch(EMPTY, Branch(EMPTY, leaf.hash).hash)
    assert check_proof(deep.hash, leaf.token, Proof((EMPTY, EMPTY), leaf)) == VALUE
    assert refused(leaf.token, Proof((EMPTY,), None), deep.hash) == "tree-proof.invalid"


@pytest.mark.parametrize(
    "value", [None, {}, {"end": None}, {"end": None, "siblings": ["00"]}, {"end": {"token": "00"}, "siblings": []}, {"end": None, "siblings": ["00" * 32] * 257}]
)  # fmt: skip
def test_malformed_proofs_are_refused(value: object) -> None:
    with pytest.raises(InvalidInput) as error:
        Proof.from_json(value)  # type: ignore[arg-type]  # what is refused
    assert error.value.code == "tree-proof.malformed"


@pytest.mark.parametrize("data", [b"x", bytes(128), (b"\x02" + bytes(63)) + (b"\x01" + bytes(63))])
def test_leaves_out_of_order_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        SortedLeaves(data)
    assert error.value.code == "leaves.malformed"


def test_leaves_are_read_in_order() -> None:
    assert [leaf.token for leaf in TREE] == sorted(LEAVES)
    assert len(TREE) == 50


def test_a_proof_after_the_root_is_the_proof_before_it() -> None:
    """Leaves that part only below: the same leaves stand under branches of several depths, whose hashes differ."""
    close = {token(0, 1, 1, 0), token(0, 1, 1, 1), token(1)}
    leaves = dict.fromkeys(close, VALUE)
    tree = records(leaves)
    before = {each: records(leaves).prove(each) for each in [*close, token(0, 0)]}
    root = tree.root()
    for each, proof in before.items():
        assert tree.prove(each) == proof
        check_proof(root, each, tree.prove(each))


def test_deep_trees_keep_the_hashes_above_only() -> None:
    """Tokens that share more than the kept depth: what is below is hashed for each proof."""
    deep = {token(*[1] * 20, rest=n): VALUE for n in range(1, 6)}
    assert records(deep).root() == built(deep).root
    for each in deep:
        assert check_proof(built(deep).root, each, records(deep).prove(each)) == VALUE
