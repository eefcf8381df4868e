"""Merkle-Patricia proofs: what a state or storage root says about one key (Yellow Paper, appendix D).

Promises: `lookup` returns the value under a key, or None where the proof shows its absence; every node is
checked against the hash that names it, and every node given is needed.
Leaves to others: where the root comes from and what the value means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ledger.core.evidence import rlp
from ledger.errors import VerificationFailed
from signing.algorithms import keccak256

EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")  # of the empty string
MAX_NODES = 65  # a 32-byte key has 64 nibbles; one node each and the last leaf

_HASH_BYTES = 32  # nodes shorter than this stand inside their parent instead of being named by a hash
_BRANCH, _PAIR = 17, 2
_ODD, _LEAF, _MAX_FLAG = 1, 2, 3

Node: TypeAlias = tuple[rlp.Item, ...]


@dataclass(frozen=True)
class _Step:
    """Where the walk goes from one node: to a child with the rest of the path, or to an end."""

    child: rlp.Item
    path: Sequence[int]
    value: bytes | None = None
    is_end: bool = False


def lookup(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | None:
    """Return the value at `key` (already hashed, as in Ethereum's secure tries) under `root`, None if it is absent.

    Raises VerificationFailed: "trie.malformed", "trie.hash-differs", "trie.proof-too-short", "trie.proof-too-long".
    """
    if root == EMPTY_ROOT:
        _check_empty(proof)
        return None
    if len(proof) > MAX_NODES:
        raise VerificationFailed("trie.proof-too-long", f"expected at most {MAX_NODES} nodes, got {len(proof)}")
    step, used = _Step(root, _nibbles(key)), 0
    while not step.is_end:
        if isinstance(step.child, bytes):
            node, used = _named_node(step.child, proof, used), used + 1
        else:
            node = _embedded_node(step.child)
        step = _walk(node, step.path)
    if used != len(proof):
        raise VerificationFailed(
            "trie.proof-too-long", f"expected {used} nodes on the path of this key, got {len(proof)}"
        )
    return step.value


def _check_empty(proof: Sequence[bytes]) -> None:
    # nodes differ in how they prove that nothing is in an empty trie: no node at all, or the empty node
    if list(proof) not in ([], [rlp.encode(b"")]):
        raise VerificationFailed("trie.proof-too-long", f"expected no node for an empty trie, got {len(proof)}")


def _named_node(name: bytes, proof: Sequence[bytes], index: int) -> Node:
    if index == len(proof):
        raise VerificationFailed(
            "trie.proof-too-short", f"expected a node {index} with hash {name.hex()}, got no more nodes"
        )
    data = proof[index]
    if keccak256(data) != name:
        raise VerificationFailed("trie.hash-differs", f"expected node {index} to have hash {name.hex()}, got another")
    if index > 0 and len(data) < _HASH_BYTES:
        raise _malformed(f"node {index} is shorter than {_HASH_BYTES} bytes and belongs inside its parent")
    node = rlp.decode(data)
    if isinstance(node, bytes):
        raise _malformed(f"node {index} is not a list")
    return node


def _embedded_node(node: Node) -> Node:
    if len(rlp.encode(node)) >= _HASH_BYTES:
        raise _malformed("a node inside its parent is too long and should be named by its hash")
    return node


def _walk(node: Node, path: Sequence[int]) -> _Step:
    if len(node) == _BRANCH:
        return _through_branch(node, path)
    if len(node) == _PAIR:
        return _through_pair(node, path)
    raise _malformed(f"expected a node of {_PAIR} or {_BRANCH} items, got {len(node)}")


def _through_branch(node: Node, path: Sequence[int]) -> _Step:
    if not path:
        return _end(_value(node[-1]) or None)
    child = node[path[0]]
    if child == b"":
        return _end(None)
    return _to_child(child, path[1:])


def _through_pair(node: Node, path: Sequence[int]) -> _Step:
    is_leaf, shared = _compact_path(node[0])
    if is_leaf:
        value = _value(node[1])
        if not value:
            raise _malformed("a leaf without a value")
        return _end(value if list(path) == shared else None)
    if not shared:
        raise _malformed("an extension without a path")
    if list(path[: len(shared)]) != shared:
        return _end(None)
    return _to_child(node[1], path[len(shared) :])


def _to_child(child: rlp.Item, path: Sequence[int]) -> _Step:
    if isinstance(child, bytes) and len(child) != _HASH_BYTES:
        raise _malformed(f"expected a child named by {_HASH_BYTES} bytes, got {len(child)}")
    return _Step(child, path)


def _end(value: bytes | None) -> _Step:
    return _Step(b"", (), value, is_end=True)


def _value(item: rlp.Item) -> bytes:
    if not isinstance(item, bytes):
        raise _malformed("expected a value that is a byte string, got a list")
    return item


def _compact_path(item: rlp.Item) -> tuple[bool, list[int]]:
    """Read the hex-prefix form: (is this a leaf, its nibbles)."""
    nibbles = _nibbles(_value(item))
    if not nibbles or nibbles[0] > _MAX_FLAG:
        raise _malformed("expected a path that opens with a flag of 0 to 3")
    flag = nibbles[0]
    if not flag & _ODD and nibbles[1] != 0:
        raise _malformed("expected a zero after the flag of an even path")
    return bool(flag & _LEAF), nibbles[1 if flag & _ODD else 2 :]


def _nibbles(data: bytes) -> list[int]:
    return [nibble for byte in data for nibble in (byte >> 4, byte & 15)]


def _malformed(reason: str) -> VerificationFailed:
    return VerificationFailed("trie.malformed", f"this is not a Merkle-Patricia proof: {reason}")
