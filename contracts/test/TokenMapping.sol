// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The gas baseline of a list: each token in a slot of its own, by a transaction of its own, checking nothing
/// @dev Never deployed outside of benchmarks.
contract TokenMapping {
    mapping(bytes32 token => bytes32 value) private _values;

    function list(bytes32 token, bytes32 value) external {
        _values[token] = value;
    }
}
