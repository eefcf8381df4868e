// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Proofs in an RFC 6962 SHA-256 tree
/// @notice Promises that a proof which does not hold reverts (RFC 9162, 2.1.3 and 2.1.4). Where sizes and roots come from is the
/// caller's business.
/// @dev A proof climbs from one node to the root in two stretches. Below the level where that node's path meets the path of the
/// tree's last entry, each bit of its index says on which side the sibling stands. Above it the path runs along the tree's
/// right edge, where only left siblings exist: one for each bit that is set. So the sizes alone fix a proof's length.
library Merkle {
    /// @notice There is no entry at this index in a tree of this size.
    error MerkleIndexOutOfRange(uint64 index, uint64 size);
    /// @notice A consistency proof leads from a tree that is not empty to a larger one.
    error MerkleSizesNotGrowing(uint64 oldSize, uint64 newSize);
    /// @notice A proof between these sizes has another number of nodes.
    error MerkleProofLength(uint256 expected, uint256 given);
    /// @notice The proof leads to another root than the one given.
    error MerkleRootMismatch(bytes32 computed, bytes32 given);

    bytes1 private constant NODE_PREFIX = 0x01;

    /// @notice Reverts unless `leafHash` is entry number `index` of the tree of `size` entries under `root`.
    function requireInclusion(
        bytes32 leafHash,
        uint64 index,
        uint64 size,
        bytes32[] calldata proof,
        bytes32 root
    ) internal pure {
        if (index >= size) revert MerkleIndexOutOfRange(index, size);
        uint256 inner = _levelsApart(index, size - 1);
        _requireLength(inner + _setBits(index >> inner), proof.length);
        bytes32 computed = leafHash;
        for (uint256 i = 0; i < proof.length; ++i) {
            bytes32 sibling = proof[i];
            bool isLeft = i >= inner || (index >> i) & 1 == 1;
            computed = isLeft ? _nodeHash(sibling, computed) : _nodeHash(computed, sibling);
        }
        if (computed != root) revert MerkleRootMismatch(computed, root);
    }

    /// @notice Reverts unless the tree of `newSize` entries under `newRoot` starts with the tree of `oldSize` under `oldRoot`.
    function requireConsistency(
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) internal pure {
        if (oldSize == 0 || oldSize >= newSize) revert MerkleSizesNotGrowing(oldSize, newSize);
        (uint256 node, uint256 inner, uint256 length) = _way(oldSize, newSize);
        // When the subtree that the climb starts at is the whole old tree, its hash is the old root and the proof does not repeat it.
        uint256 first = node == 0 ? 0 : 1;
        _requireLength(length + first, proof.length);
        bytes32 seed = first == 0 ? oldRoot : proof[0];
        (bytes32 computedOld, bytes32 computedNew) = _climb(node, inner, seed, proof[first:]);
        if (computedOld != oldRoot) revert MerkleRootMismatch(computedOld, oldRoot);
        if (computedNew != newRoot) revert MerkleRootMismatch(computedNew, newRoot);
    }

    /// @dev Where a climb between two sizes starts (at the largest complete subtree that ends the old tree), how many levels it
    /// takes to the old tree's right edge, and how many siblings it meets.
    function _way(uint256 oldSize, uint256 newSize) private pure returns (uint256 node, uint256 inner, uint256 length) {
        unchecked {
            uint256 start = _setBits((oldSize & (~oldSize + 1)) - 1);
            node = (oldSize - 1) >> start;
            inner = _levelsApart(node, (newSize - 1) >> start);
            length = inner + _setBits(node >> inner);
        }
    }

    /// @dev Left siblings belong to both trees, right ones to the new tree only.
    function _climb(
        uint256 node,
        uint256 inner,
        bytes32 seed,
        bytes32[] calldata path
    ) private pure returns (bytes32 computedOld, bytes32 computedNew) {
        computedOld = seed;
        computedNew = seed;
        for (uint256 i = 0; i < inner; ++i) {
            bytes32 sibling = path[i];
            if (node & 1 == 0) {
                computedNew = _nodeHash(computedNew, sibling);
            } else {
                computedOld = _nodeHash(sibling, computedOld);
                computedNew = _nodeHash(sibling, computedNew);
            }
            node >>= 1;
        }
        for (uint256 i = inner; i < path.length; ++i) {
            bytes32 sibling = path[i];
            computedOld = _nodeHash(sibling, computedOld);
            computedNew = _nodeHash(sibling, computedNew);
        }
    }

    function _requireLength(uint256 expected, uint256 given) private pure {
        if (expected != given) revert MerkleProofLength(expected, given);
    }

    /// @dev How many levels lie below the one where two nodes have a common ancestor: the bits from the highest that differs on.
    function _levelsApart(uint256 a, uint256 b) private pure returns (uint256) {
        uint256 different = a ^ b;
        different |= different >> 1;
        different |= different >> 2;
        different |= different >> 4;
        different |= different >> 8;
        different |= different >> 16;
        different |= different >> 32;
        return _setBits(different);
    }

    /// @dev How many bits are set, counted in all pairs, nibbles and bytes at once; the product adds the bytes up.
    function _setBits(uint256 value) private pure returns (uint256) {
        unchecked {
            value -= (value >> 1) & 0x5555555555555555;
            value = (value & 0x3333333333333333) + ((value >> 2) & 0x3333333333333333);
            value = (value + (value >> 4)) & 0x0f0f0f0f0f0f0f0f;
            return ((value * 0x0101010101010101) >> 56) & 0xff;
        }
    }

    function _nodeHash(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(bytes.concat(NODE_PREFIX, left, right));
    }
}
