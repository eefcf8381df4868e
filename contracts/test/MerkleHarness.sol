// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Merkle} from "../lib/Merkle.sol";

/// @title A door to {Merkle} for tests
/// @dev Never deployed anywhere else: it holds nothing and is in no artifact.
contract MerkleHarness {
    /// @notice The selector of the error that refuses the proof; 0 when the proof holds.
    function inclusionRefusal(
        bytes32 leafHash,
        uint64 index,
        uint64 size,
        bytes32[] calldata proof,
        bytes32 root
    ) external view returns (bytes4) {
        try this.requireInclusion(leafHash, index, size, proof, root) {
            return 0;
        } catch (bytes memory reason) {
            return bytes4(reason);
        }
    }

    /// @notice The selector of the error that refuses the proof; 0 when the proof holds.
    function consistencyRefusal(
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external view returns (bytes4) {
        try this.requireConsistency(oldSize, oldRoot, newSize, newRoot, proof) {
            return 0;
        } catch (bytes memory reason) {
            return bytes4(reason);
        }
    }

    function requireInclusion(
        bytes32 leafHash,
        uint64 index,
        uint64 size,
        bytes32[] calldata proof,
        bytes32 root
    ) external pure {
        Merkle.requireInclusion(leafHash, index, size, proof, root);
    }

    function requireConsistency(
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external pure {
        Merkle.requireConsistency(oldSize, oldRoot, newSize, newRoot, proof);
    }
}
