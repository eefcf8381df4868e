"""Inclusion and consistency proofs: made from the hashes of complete subtrees, checked as RFC 9162 section 2.1 says.

Promises: a check either returns or raises VerificationFailed; nothing about a proof is repaired or guessed.
Leaves to others: where hashes come from (`NodeReader`; tiles.py reads them from tiles) and who signed the root.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn, TypeAlias

from ledger.core.log.hashing import EMPTY_ROOT, HASH_BYTES, NodeHash, node_hash, same_digest
from ledger.errors import InvalidInput, VerificationFailed

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""(level, index) to the hash of the complete subtree over the leaves [index * 2**level, (index + 1) * 2**level)."""

MAX_PATH = 64  # sizes are below 2**64, so no path is longer; a longer one is refused before it is hashed


def complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the complete subtrees that make up the leaves [start, end), from left to right.

    `start` must be a multiple of the largest power of two not above `end - start`, as it is wherever RFC 6962 splits a tree.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def subtree_root(start: int, end: int, read: NodeReader) -> NodeHash:
    """Return the RFC 6962 hash of the leaves [start, end); see `complete_subtrees` for what may be asked."""
    hashes = [read(level, index) for level, index in complete_subtrees(start, end)]
    if not hashes:
        return EMPTY_ROOT
    root = hashes.pop()
    while hashes:
        root = node_hash(hashes.pop(), root)
    return NodeHash(root)


def inclusion_path(index: int, size: int, read: NodeReader) -> list[bytes]:
    """Return the path of leaf `index` in the tree of `size` leaves, sibling first (RFC 6962 section 2.1.1)."""
    if not 0 <= index < size:
        raise InvalidInput("proof.no-such-leaf", f"expected an index below the tree size {size}, got {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree_root(middle, end, read))
            end = middle
        else:
            path.append(subtree_root(start, middle, read))
            start = middle
    return path[::-1]


def consistency_path(size1: int, size2: int, read: NodeReader) -> list[bytes]:
    """Return the proof that the first `size1` leaves of the tree of `size2` are the older tree (RFC 6962 section 2.1.2)."""
    if not 0 <= size1 <= size2:
        raise InvalidInput("proof.no-such-tree", f"expected an older size of at most {size2}, got {size1}")
    if size1 in (0, size2):
        return []
    path: list[bytes] = []
    start, end = 0, size2
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            path.append(subtree_root(middle, end, read))
            end = middle
        else:
            path.append(subtree_root(start, middle, read))
            start = middle
    if start > 0:  # else the older tree is itself this subtree, and the verifier has its root already
        path.append(subtree_root(start, end, read))
    return path[::-1]


def verify_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Return if `leaf` stands at `index` of the tree of `size` leaves under `root`, else raise VerificationFailed."""
    code = "proof.inclusion"
    if not 0 <= index < size:
        _refuse(code, f"expected an index below the tree size {size}, got {index}")
    _check_hashes(code, (leaf, root, *path))
    place, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            _refuse(code, f"expected a shorter path for index {index} of {size}, got {len(path)} hashes")
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            place, last = _skip_levels_without_sibling(place, last)
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or not same_digest(root, node):
        _refuse(code, f"the path from leaf {index} of {size} does not lead to the root {root.hex()}, got {node.hex()}")


def verify_consistency(*, size1: int, root1: bytes, size2: int, root2: bytes, path: Sequence[bytes]) -> None:
    """Return if the tree (size2, root2) begins with the tree (size1, root1), else raise VerificationFailed.

    An older size of 0 is refused: every tree begins with the empty one, so such a proof says nothing about root2.
    """
    code = "proof.consistency"
    if not 1 <= size1 <= size2:
        _refuse(code, f"expected an older size of 1 to {size2}, got {size1}")
    if size1 < size2:
        _check_growth((size1, root1), (size2, root2), path)
    elif path:
        _refuse(code, f"expected no hashes between two trees of size {size1}, got {len(path)}")
    elif not same_digest(root1, root2):
        _refuse(code, f"one size {size1} with two roots: {root1.hex()} and {root2.hex()}")


def _check_growth(older: tuple[int, bytes], newer: tuple[int, bytes], path: Sequence[bytes]) -> None:
    """Walk both trees up at once (RFC 9162 section 2.1.4.2)."""
    (size1, root1), (size2, root2) = older, newer
    _check_hashes("proof.consistency", (root1, root2, *path))
    if not path:
        _refuse("proof.consistency", f"expected a path from {size1} to {size2}, got none")
    hashes = [root1, *path] if size1.bit_count() == 1 else list(path)  # a complete older tree is itself the first hash
    place, last = _climb_left_edge(size1 - 1, size2 - 1)
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            _refuse("proof.consistency", f"expected a shorter path from {size1} to {size2}, got {len(path)} hashes")
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            place, last = _skip_levels_without_sibling(place, last)
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or not same_digest(root1, old) or not same_digest(root2, new):
        _refuse(
            "proof.consistency", f"the path does not lead from {root1.hex()} at {size1} to {root2.hex()} at {size2}"
        )


def _climb_left_edge(place: int, last: int) -> tuple[int, int]:
    while place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _skip_levels_without_sibling(place: int, last: int) -> tuple[int, int]:
    """Let a node that is alone at the right edge rise unhashed until it is somebody's right child."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width` (RFC 6962's k)."""
    return 1 << ((width - 1).bit_length() - 1)


def _check_hashes(code: str, hashes: Sequence[bytes]) -> None:
    if len(hashes) > MAX_PATH + 2:  # the path and the two ends
        _refuse(code, f"expected at most {MAX_PATH} hashes in a path, got {len(hashes) - 2}")
    for item in hashes:
        if len(item) != HASH_BYTES:
            _refuse(code, f"expected hashes of {HASH_BYTES} bytes, got one of {len(item)}")


def _refuse(code: str, message: str) -> NoReturn:
    raise VerificationFailed(code, message)
