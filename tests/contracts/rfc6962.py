"""RFC 6962 trees by their recursive definition (2.1, 2.1.1, 2.1.2): a slow second opinion on the contract's proofs.

It shares no code and no shape with the contract, which walks proofs by bits and never sees a tree.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence

RangeHash = Callable[[int, int], bytes]  # root of the entries from one index up to (not with) another


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def tree_of(leaves: Sequence[bytes]) -> RangeHash:
    """A tree over these leaf hashes."""

    @functools.cache
    def root(start: int, end: int) -> bytes:
        if end - start == 1:
            return leaves[start]
        middle = start + split(end - start)
        return node_hash(root(start, middle), root(middle, end))

    return root


def uniform_tree(leaf: bytes) -> RangeHash:
    """A tree of any size whose leaves are all the same, so that 2^30 entries cost 30 hashes."""

    @functools.cache
    def root_of_size(size: int) -> bytes:
        if size == 1:
            return leaf
        return node_hash(root_of_size(split(size)), root_of_size(size - split(size)))

    return lambda start, end: root_of_size(end - start)


def inclusion(tree: RangeHash, index: int, start: int, end: int) -> list[bytes]:
    """PATH(index, D[start:end]), with `index` counted from the tree's first entry."""
    if end - start == 1:
        return []
    middle = start + split(end - start)
    if index < middle:
        return [*inclusion(tree, index, start, middle), tree(middle, end)]
    return [*inclusion(tree, index, middle, end), tree(start, middle)]


def consistency(tree: RangeHash, old_size: int, new_size: int) -> list[bytes]:
    """PROOF(old_size, D[0:new_size])."""
    return _subproof(tree, old_size, 0, new_size, complete=True)


def _subproof(tree: RangeHash, old_end: int, start: int, end: int, *, complete: bool) -> list[bytes]:
    if old_end == end:
        return [] if complete else [tree(start, end)]
    middle = start + split(end - start)
    if old_end <= middle:
        return [*_subproof(tree, old_end, start, middle, complete=complete), tree(middle, end)]
    return [*_subproof(tree, old_end, middle, end, complete=False), tree(start, middle)]
