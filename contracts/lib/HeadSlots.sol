// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICheckpointRegistry} from "../interfaces/ICheckpointRegistry.sol";

/// @title A log's head in two storage slots
/// @notice Promises the layout that storage proofs are read by: in the first slot, from the lowest bit, size, time, flags and
/// generation with 64 bits each; in the second the root.
/// @dev Packed by hand: the compiler would read and write the first slot once for each member.
library HeadSlots {
    struct Slots {
        uint256 packed;
        bytes32 root;
    }

    /// @notice Stores a head.
    function write(Slots storage slots, ICheckpointRegistry.Head memory head) internal {
        slots.packed =
            uint256(head.size) | uint256(head.time) << 64 | uint256(head.flags) << 128 | uint256(head.generation) << 192;
        slots.root = head.root;
    }

    /// @notice Reads a head; all zero where none was stored.
    function read(Slots storage slots) internal view returns (ICheckpointRegistry.Head memory) {
        uint256 packed = slots.packed;
        return ICheckpointRegistry.Head({
            size: uint64(packed),
            time: uint64(packed >> 64),
            flags: uint64(packed >> 128),
            generation: uint64(packed >> 192),
            root: slots.root
        });
    }
}
