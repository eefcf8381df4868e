// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

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
        // The climb starts at the largest complete subtree that ends the old tree.
        uint256 start = Math.log2(oldSize & (~oldSize + 1));
        uint256 node = uint256(oldSize - 1) >> start;
        uint256 inner = _levelsApart(node, uint256(newSize - 1) >> start);
        uint256 length = inner + _setBits(node >> inner);
        // When that subtree is the whole old tree, its hash is the old root and the proof does not repeat it.
        bool isWhole = node == 0;
        _requireLength(isWhole ? length : length + 1, proof.length);
        bytes32 seed = isWhole ? oldRoot : proof[0];
        (bytes32 computedOld, bytes32 computedNew) = _climb(node, inner, seed, isWhole ? proof : proof[1:]);
        if (computedOld != oldRoot) revert MerkleRootMismatch(computedOld, oldRoot);
        if (computedNew != newRoot) revert MerkleRootMismatch(computedNew, newRoot);
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
            bool isLeft = (node >> i) & 1 == 1;
            if (isLeft) computedOld = _nodeHash(sibling, computedOld);
            computedNew = isLeft ? _nodeHash(sibling, computedNew) : _nodeHash(computedNew, sibling);
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

    /// @dev How many levels lie below the one where two nodes have a common ancestor.
    function _levelsApart(uint256 a, uint256 b) private pure returns (uint256) {
        return a == b ? 0 : Math.log2(a ^ b) + 1;
    }

    function _setBits(uint256 value) private pure returns (uint256 count) {
        for (; value != 0; value &= value - 1) ++count;
    }

    function _nodeHash(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(bytes.concat(NODE_PREFIX, left, right));
    }
}
