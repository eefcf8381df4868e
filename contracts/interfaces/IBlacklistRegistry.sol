// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TokenTree} from "../lib/TokenTree.sol";

/// @title The public record of a shared blacklist's versions
/// @notice Keeps, per epoch, who evaluates (a commitment to the keys, and the threshold) and the root of the token tree of every version.
/// An epoch and each version need the signatures of more than half of the consortium's members in good standing. Numbers only grow; versions come no
/// sooner than the epoch's cadence allows, and are never altered. Who sends a transaction never matters, only what was signed.
/// @dev Signatures are EIP-712 (domain: name "Tallystick BlacklistRegistry", version "1", chain id, this contract) by the members' signing
/// keys, ascending. The messages:
///   Epoch(bytes32 id,bytes32 keys,uint64 threshold,uint64 evaluators,uint64 cadence,uint64 closesAt)
///   Version(bytes32 epoch,uint64 number,uint64 at,bytes32 root)
/// docs/formats/consortium.md has the rules and byte-exact examples.
interface IBlacklistRegistry {
    /// @notice What an epoch commits to.
    /// @param id The epoch's digest (docs/formats/blacklist-epoch.md).
    /// @param keys SHA-256 of the evaluators' share keys, 32 bytes each, in the order of their places.
    /// @param threshold How many evaluators a check takes.
    /// @param evaluators How many there are, 1 to 255.
    /// @param cadence Least number of seconds between two versions.
    /// @param closesAt No version is later than this, in seconds.
    struct Epoch {
        bytes32 id;
        bytes32 keys;
        uint64 threshold;
        uint64 evaluators;
        uint64 cadence;
        uint64 closesAt;
    }

    /// @notice The newest version of an epoch that is here.
    /// @param number Its number; 0 while there is none. Of the earlier ones some may have been passed over.
    /// @param at When it was made, as its signers say, in seconds.
    /// @param time Time of the block that took it.
    struct Head {
        uint64 number;
        uint64 at;
        uint64 time;
    }

    /// @notice The epoch needs an id, keys, a threshold from 1 to the number of evaluators (at most 255), a cadence and a future end.
    error BlacklistRegistryInvalidEpoch(bytes32 id);
    /// @notice The epoch is open already.
    error BlacklistRegistryEpochExists(bytes32 id);
    /// @notice No epoch has this id here.
    error BlacklistRegistryUnknownEpoch(bytes32 id);
    /// @notice A version has a higher number than the newest one here.
    error BlacklistRegistryNotNewer(uint64 newest, uint64 given);
    /// @notice A version is at least a cadence later than the one before, within its epoch, and not in the future.
    error BlacklistRegistryOffCadence(uint64 earliest, uint64 latest, uint64 given);
    /// @notice This version is not here: it is newer than the newest, or was passed over.
    error BlacklistRegistryUnknownVersion(bytes32 epoch, uint64 number);
    /// @notice The proof holds, and says that the token is not listed.
    error BlacklistRegistryNotListed(bytes32 token);
    /// @notice The proof holds, and says that the token is listed.
    error BlacklistRegistryListed(bytes32 token);

    /// @notice An epoch is open.
    event EpochOpened(bytes32 indexed id, Epoch epoch);
    /// @notice A version is on record.
    event VersionPublished(bytes32 indexed epoch, uint64 indexed number, uint64 at, bytes32 root);

    /// @notice Opens an epoch.
    /// @param signatures Of Epoch, by a majority of the members.
    function openEpoch(Epoch calldata epoch_, bytes[] calldata signatures) external;

    /// @notice Records a newer version of an epoch.
    /// @param signatures Of Version, by a majority of the members.
    function publish(bytes32 id, uint64 number, uint64 at, bytes32 root_, bytes[] calldata signatures) external;

    /// @notice The contract that says who the members are.
    function consortium() external view returns (address);

    /// @notice What an epoch commits to.
    function epoch(bytes32 id) external view returns (Epoch memory);

    /// @notice How far an epoch's versions are here.
    function head(bytes32 id) external view returns (Head memory);

    /// @notice The root of a version; all zero for an empty list.
    function root(bytes32 id, uint64 number) external view returns (bytes32);

    /// @notice Proves that a token was listed in a version; reverts when it was not.
    /// @return The head, which tells how far behind the newest this version is. A caller that gets none back has asked an address
    /// without this contract.
    function verifyListed(bytes32 id, uint64 number, bytes32 token, TokenTree.Proof calldata proof)
        external
        view
        returns (Head memory);

    /// @notice Proves that a token was not listed in a version; reverts when it was.
    /// @return As {verifyListed}.
    function verifyNotListed(bytes32 id, uint64 number, bytes32 token, TokenTree.Proof calldata proof)
        external
        view
        returns (Head memory);
}
