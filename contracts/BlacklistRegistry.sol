// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IBlacklistRegistry} from "./interfaces/IBlacklistRegistry.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {TokenTree} from "./lib/TokenTree.sol";

/// @title The public record of a shared blacklist's versions
/// @dev The promises stand on {IBlacklistRegistry}. The consortium is named once, in storage: the runtime bytes are the same on every chain.
contract BlacklistRegistry is IBlacklistRegistry {
    uint64 private constant MOST_EVALUATORS = 255;
    /// @dev What is stored for the empty list, whose root is zero: a zero that is read means "not here".
    bytes32 private constant EMPTY_LIST = bytes32(uint256(1));

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("Tallystick BlacklistRegistry");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant EPOCH_TYPEHASH = keccak256(
        "Epoch(bytes32 id,bytes32 keys,uint64 threshold,uint64 evaluators,uint64 cadence,uint64 closesAt)"
    );
    bytes32 private constant VERSION_TYPEHASH = keccak256("Version(bytes32 epoch,uint64 number,uint64 at,bytes32 root)");

    mapping(bytes32 id => Epoch) private _epochs;
    mapping(bytes32 id => Head) private _heads;
    mapping(bytes32 id => mapping(uint64 number => bytes32)) private _roots;
    /// @dev Not immutable: that would put the consortium's address into the runtime bytes.
    // slither-disable-next-line immutable-states
    IConsortium private _consortium;

    /// @param consortium_ Who the members are: a {Consortium}.
    constructor(IConsortium consortium_) {
        _consortium = consortium_;
    }

    /// @inheritdoc IBlacklistRegistry
    function openEpoch(Epoch calldata epoch_, bytes[] calldata signatures) external {
        bool possible = epoch_.id != 0 && epoch_.keys != 0 && epoch_.threshold != 0
            && epoch_.threshold <= epoch_.evaluators && epoch_.evaluators <= MOST_EVALUATORS && epoch_.cadence != 0
            && epoch_.closesAt > block.timestamp;
        if (!possible) revert BlacklistRegistryInvalidEpoch(epoch_.id);
        if (_epochs[epoch_.id].id != 0) revert BlacklistRegistryEpochExists(epoch_.id);
        _requireMembers(keccak256(abi.encode(EPOCH_TYPEHASH, epoch_)), signatures);
        _epochs[epoch_.id] = epoch_;
        emit EpochOpened(epoch_.id, epoch_);
    }

    /// @inheritdoc IBlacklistRegistry
    function publish(bytes32 id, uint64 number, uint64 at, bytes32 root_, bytes[] calldata signatures) external {
        Epoch storage known = _knownEpoch(id);
        Head memory next = _heads[id];
        if (number <= next.number) revert BlacklistRegistryNotNewer(next.number, number);
        uint64 earliest = next.number == 0 ? 0 : next.at + known.cadence;
        uint64 latest = known.closesAt < block.timestamp ? known.closesAt : uint64(block.timestamp);
        if (at < earliest || at > latest) revert BlacklistRegistryOffCadence(earliest, latest, at);
        _requireMembers(keccak256(abi.encode(VERSION_TYPEHASH, id, number, at, root_)), signatures);

        next.number = number;
        next.at = at;
        next.time = uint64(block.timestamp);
        _heads[id] = next;
        _roots[id][number] = root_ == 0 ? EMPTY_LIST : root_;
        emit VersionPublished(id, number, at, root_);
    }

    /// @inheritdoc IBlacklistRegistry
    function consortium() external view returns (address) {
        return address(_consortium);
    }

    /// @inheritdoc IBlacklistRegistry
    function epoch(bytes32 id) external view returns (Epoch memory) {
        return _knownEpoch(id);
    }

    /// @inheritdoc IBlacklistRegistry
    function head(bytes32 id) external view returns (Head memory) {
        _knownEpoch(id);
        return _heads[id];
    }

    /// @inheritdoc IBlacklistRegistry
    function root(bytes32 id, uint64 number) external view returns (bytes32) {
        return _knownRoot(id, number);
    }

    /// @inheritdoc IBlacklistRegistry
    function verifyListed(bytes32 id, uint64 number, bytes32 token, TokenTree.Proof calldata proof)
        external
        view
        returns (Head memory newest)
    {
        newest = _heads[id];
        if (!TokenTree.isListed(_knownRoot(id, number), token, proof)) revert BlacklistRegistryNotListed(token);
    }

    /// @inheritdoc IBlacklistRegistry
    function verifyNotListed(bytes32 id, uint64 number, bytes32 token, TokenTree.Proof calldata proof)
        external
        view
        returns (Head memory newest)
    {
        newest = _heads[id];
        if (TokenTree.isListed(_knownRoot(id, number), token, proof)) revert BlacklistRegistryListed(token);
    }

    /// @dev Reverts inside the consortium; an answer of nothing, from an address without it, reverts when it is decoded.
    function _requireMembers(bytes32 message, bytes[] calldata signatures) internal view {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
        // slither-disable-next-line unused-return
        _consortium.requireMajority(MessageHashUtils.toTypedDataHash(domain, message), signatures);
    }

    function _knownEpoch(bytes32 id) internal view returns (Epoch storage known) {
        known = _epochs[id];
        if (known.id == 0) revert BlacklistRegistryUnknownEpoch(id);
    }

    function _knownRoot(bytes32 id, uint64 number) internal view returns (bytes32 found) {
        _knownEpoch(id);
        found = _roots[id][number];
        if (found == 0) revert BlacklistRegistryUnknownVersion(id, number);
        if (found == EMPTY_LIST) found = 0;
    }
}
