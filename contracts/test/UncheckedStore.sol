// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The gas baseline: stores size, time and root of whoever asks, checking nothing
/// @dev Never deployed outside tests and the gas table.
contract UncheckedStore {
    event Stored(bytes32 indexed logId, uint64 size, bytes32 root);

    struct Head {
        uint64 size;
        uint64 time;
        bytes32 root;
    }

    mapping(bytes32 logId => Head) private _heads;

    function store(bytes32 logId, uint64 size, bytes32 root) external {
        _heads[logId] = Head({size: size, time: uint64(block.timestamp), root: root});
        emit Stored(logId, size, root);
    }
}
