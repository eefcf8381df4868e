// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Sets of keys of which k of n must sign
/// @notice Promises that a stored set is well formed and that a digest was signed by enough distinct members. What the digest
/// says, and that it is domain-separated, is the caller's business.
library SignerSets {
    /// @notice A set has 1 to 64 members.
    error SignerSetsSize(uint256 size);
    /// @notice The threshold lies between 1 and the number of members.
    error SignerSetsThreshold(uint64 threshold, uint256 size);
    /// @notice Addresses must ascend strictly; the zero address is none.
    error SignerSetsNotAscending(address previous, address next);
    /// @notice The signature is valid, but its signer is not in the set, or signed another message than this one.
    error SignerSetsUnknownSigner(address signer);
    /// @notice Fewer signatures than the threshold.
    error SignerSetsQuorumNotReached(uint256 signatures, uint256 threshold);

    /// @dev Every member's entry in `thresholdOf` holds the set's threshold (never 0), so that one slot answers both "is this a
    /// member?" and "how many must sign?".
    struct SignerSet {
        address[] members;
        mapping(address member => uint64) thresholdOf;
    }

    /// @dev Keeps any quorum's transaction far below every chain's block gas limit.
    uint256 internal constant MAX_MEMBERS = 64;

    /// @notice Fills an empty set.
    function fill(SignerSet storage set, address[] calldata members, uint64 threshold_) internal {
        uint256 size = members.length;
        if (size == 0 || size > MAX_MEMBERS) revert SignerSetsSize(size);
        if (threshold_ == 0 || threshold_ > size) revert SignerSetsThreshold(threshold_, size);
        address previous = address(0);
        for (uint256 i = 0; i < size; ++i) {
            address member = members[i];
            if (member <= previous) revert SignerSetsNotAscending(previous, member);
            set.thresholdOf[member] = threshold_;
            previous = member;
        }
        set.members = members;
    }

    /// @notice Reverts unless distinct members, as many as the threshold or more, signed `digest`; signers ascend.
    function requireQuorum(SignerSet storage set, bytes32 digest, bytes[] calldata signatures) internal view {
        uint256 count = signatures.length;
        if (count == 0) revert SignerSetsQuorumNotReached(0, threshold(set));
        uint256 needed = 0;
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer <= previous) revert SignerSetsNotAscending(previous, signer);
            needed = set.thresholdOf[signer];
            if (needed == 0) revert SignerSetsUnknownSigner(signer);
            previous = signer;
        }
        if (count < needed) revert SignerSetsQuorumNotReached(count, needed);
    }

    /// @notice The threshold of a filled set; 0 for an empty one.
    function threshold(SignerSet storage set) internal view returns (uint64) {
        return set.members.length == 0 ? 0 : set.thresholdOf[set.members[0]];
    }
}
