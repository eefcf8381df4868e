// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Proofs in the token tree
/// @notice Promises that under one root a token has one answer, listed or not, and that a proof which does not hold reverts
/// (docs/formats/token-tree.md). Where the root comes from is the caller's business.
library TokenTree {
    /// @notice The hashes beside a token's path, from the root down, and the leaf at its end; both zero where there is none.
    struct Proof {
        bytes32[] siblings;
        bytes32 endToken;
        bytes32 endValue;
    }

    /// @notice No path is longer than a token has bits.
    error TokenTreeProofTooLong(uint256 length);
    /// @notice The leaf at the end lies on another token's path.
    error TokenTreeOtherPath(bytes32 token, bytes32 endToken);
    /// @notice The proof leads to another root than the one given.
    error TokenTreeRootMismatch(bytes32 computed, bytes32 given);

    uint256 private constant DEPTH = 256;
    bytes1 private constant LEAF_PREFIX = 0x00;
    bytes1 private constant NODE_PREFIX = 0x01;

    /// @notice Whether `token` is listed under `root`; reverts unless the proof shows which.
    function isListed(bytes32 root, bytes32 token, Proof calldata proof) internal pure returns (bool) {
        uint256 length = proof.siblings.length;
        if (length > DEPTH) revert TokenTreeProofTooLong(length);
        bytes32 found = 0;
        if (proof.endToken != 0 || proof.endValue != 0) {
            if ((uint256(proof.endToken) ^ uint256(token)) >> (DEPTH - length) != 0) {
                revert TokenTreeOtherPath(token, proof.endToken);
            }
            found = sha256(bytes.concat(LEAF_PREFIX, proof.endToken, proof.endValue));
        }
        for (uint256 depth = length; depth > 0; --depth) {
            bytes32 sibling = proof.siblings[depth - 1];
            bool right = uint256(token) >> (DEPTH - depth) & 1 == 1;
            found = right
                ? sha256(bytes.concat(NODE_PREFIX, sibling, found))
                : sha256(bytes.concat(NODE_PREFIX, found, sibling));
        }
        if (found != root) revert TokenTreeRootMismatch(found, root);
        return proof.endToken == token && (proof.endToken != 0 || proof.endValue != 0);
    }
}
