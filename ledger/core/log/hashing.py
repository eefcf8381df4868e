"""The two hashes of the tree: SHA-256 exactly as RFC 6962 section 2.1 (0x00 before a leaf, 0x01 before a node).

Promises: a leaf can never pass as a node. Leaves to others: which hashes are joined (compact_range, proofs, tiles).
"""

from hashlib import sha256
from hmac import compare_digest
from typing import NewType

LeafHash = NewType("LeafHash", bytes)
NodeHash = NewType("NodeHash", bytes)

HASH_BYTES = 32
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
EMPTY_ROOT = NodeHash(sha256(b"").digest())  # RFC 6962: the root of no leaves is the hash of no bytes


def leaf_hash(entry: bytes) -> LeafHash:
    """Return the leaf hash of the exact bytes of one entry."""
    return LeafHash(sha256(LEAF_PREFIX + entry).digest())


def node_hash(left: bytes, right: bytes) -> NodeHash:
    """Return the hash of the node over two 32-byte hashes."""
    return NodeHash(sha256(NODE_PREFIX + left + right).digest())


def same_digest(expected: bytes, got: bytes) -> bool:
    """Tell whether two digests are equal, in time that does not depend on where they differ."""
    return compare_digest(expected, got)
