// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICheckpointRegistry} from "../interfaces/ICheckpointRegistry.sol";

/// @title A log's head in two storage slots
/// @notice Promises the layout that storage proofs are read by: in the first slot, from the lowest bit, size, time, flags and
/// generation with 64 bits each; in the second the root.
/// @dev Packed by hand: the compiler would read and write the first slot once for each member. What changes a log works on the packed
/// word itself; a struct in memory would cost more than what is done with it.
library HeadSlots {
    struct Slots {
        uint256 packed;
        bytes32 root;
    }

    /// @notice The first slot of a log without a checkpoint, whose cosigners are generation 1.
    uint256 internal constant REGISTERED = 1 << 192;

    /// @notice Reads a head; all zero where none was stored.
    function read(Slots storage slots) internal view returns (ICheckpointRegistry.Head memory) {
        uint256 packed = slots.packed;
        return ICheckpointRegistry.Head({
            size: size(packed),
            time: uint64(packed >> 64),
            flags: flags(packed),
            generation: generation(packed),
            root: slots.root
        });
    }

    /// @notice The number of entries.
    function size(uint256 packed) internal pure returns (uint64) {
        return uint64(packed);
    }

    /// @notice What was found out about the log.
    function flags(uint256 packed) internal pure returns (uint64) {
        return uint64(packed >> 128);
    }

    /// @notice The generation of cosigners; 0 where no log is.
    function generation(uint256 packed) internal pure returns (uint64) {
        return uint64(packed >> 192);
    }

    /// @notice The same log at another size and time.
    function grown(uint256 packed, uint64 newSize, uint64 time) internal pure returns (uint256) {
        return packed >> 128 << 128 | uint256(time) << 64 | newSize;
    }

    /// @notice The same head with one more flag.
    function flagged(uint256 packed, uint64 flag) internal pure returns (uint256) {
        return packed | uint256(flag) << 128;
    }

    /// @notice The same head under the next generation of cosigners.
    function rotated(uint256 packed) internal pure returns (uint256) {
        return packed + (1 << 192);
    }
}
