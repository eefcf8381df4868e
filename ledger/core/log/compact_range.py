"""The right edge of a tree: the hashes of its complete subtrees, largest first. Enough to append and to give the root.

Promises: memory of at most 64 hashes however long the log is, and the root of RFC 6962 section 2.1.
Leaves to others: proofs and tiles, which need hashes inside the subtrees.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from ledger.core.log.hashing import EMPTY_ROOT, HASH_BYTES, NODE_PREFIX, NodeHash, node_hash
from ledger.errors import InvalidInput


@dataclass(frozen=True)
class CompactRange:
    """A tree of `size` leaves, by the hashes of the complete subtrees that its size decomposes into."""

    size: int
    nodes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        fits = self.size >= 0 and self.size.bit_count() == len(self.nodes)
        if not fits or any(len(node) != HASH_BYTES for node in self.nodes):
            raise InvalidInput(
                "range.malformed",
                f"expected one 32-byte hash per set bit of the size {self.size}, got {len(self.nodes)}",
            )

    def root(self) -> NodeHash:
        """Return the root hash of the tree."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return NodeHash(root)


EMPTY = CompactRange(0, ())


def extend(compact: CompactRange, leaves: Iterable[bytes]) -> CompactRange:
    """Return the range after appending 32-byte leaf hashes in their order."""
    size, nodes = compact.size, list(compact.nodes)
    for leaf in leaves:
        node, carry = leaf, size
        while carry & 1:  # hashlib at once, no call per node: this loop is the log's throughput
            node = sha256(NODE_PREFIX + nodes.pop() + node).digest()
            carry >>= 1
        nodes.append(node)
        size += 1
    return CompactRange(size, tuple(nodes))
