// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ICheckpointRegistry} from "./interfaces/ICheckpointRegistry.sol";
import {HeadSlots} from "./lib/HeadSlots.sol";
import {Merkle} from "./lib/Merkle.sol";
import {SignerSets} from "./lib/SignerSets.sol";

/// @title The public record of append-only logs
/// @dev The promises stand on {ICheckpointRegistry}. There is no owner, no upgrade and no constructor argument: the runtime
/// bytes are the same on every chain, so one code hash names this contract everywhere.
contract CheckpointRegistry is ICheckpointRegistry {
    using HeadSlots for HeadSlots.Slots;
    using HeadSlots for uint256;
    using SignerSets for SignerSets.SignerSet;

    struct Log {
        address logKey;
        bytes32 successor;
        Proposal recovery;
        SignerSets.SignerSet recoverySet;
        mapping(uint64 generation => SignerSets.SignerSet) cosigners;
    }

    uint64 private constant FLAG_EQUIVOCATED = 1;
    uint64 private constant FLAG_SUCCEEDED = 2;
    uint64 private constant RECOVERY_DELAY = 14 days;
    uint256 private constant MAX_ORIGIN_BYTES = 255;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("Tallystick CheckpointRegistry");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant CHECKPOINT_TYPEHASH =
        keccak256("Checkpoint(bytes32 logId,uint64 generation,uint64 size,bytes32 root)");
    bytes32 private constant ROTATION_TYPEHASH =
        keccak256("Rotation(bytes32 logId,uint64 generation,address[] cosigners,uint64 threshold)");
    bytes32 private constant SUCCESSOR_TYPEHASH =
        keccak256("Successor(bytes32 logId,uint64 generation,bytes32 successor)");
    bytes32 private constant RECOVERY_TYPEHASH = keccak256("Recovery(bytes32 logId,uint64 proposal,bytes32 successor)");
    bytes32 private constant RECOVERY_CANCELLATION_TYPEHASH =
        keccak256("RecoveryCancellation(bytes32 logId,uint64 generation,uint64 proposal)");
    bytes32 private constant LOG_CHECKPOINT_TYPEHASH =
        keccak256("LogCheckpoint(bytes32 logId,uint64 size,bytes32 root)");

    /// @dev Storage proofs rely on it: this mapping stays at slot 0.
    mapping(bytes32 logId => HeadSlots.Slots) private _heads;
    mapping(bytes32 logId => Log) private _logs;

    /// @inheritdoc ICheckpointRegistry
    function register(Registration calldata registration) external returns (bytes32 logId) {
        uint256 originLength = bytes(registration.origin).length;
        if (originLength == 0 || originLength > MAX_ORIGIN_BYTES) revert CheckpointRegistryInvalidOrigin(originLength);
        if (registration.logKey == address(0)) revert CheckpointRegistryMissingLogKey();
        logId = _logIdOf(registration);
        if (_heads[logId].packed != 0) revert CheckpointRegistryAlreadyRegistered(logId);

        _heads[logId].packed = HeadSlots.REGISTERED;
        Log storage log = _logs[logId];
        log.logKey = registration.logKey;
        log.recoverySet.fill(registration.recovery, registration.recoveryThreshold);
        log.cosigners[1].fill(registration.cosigners, registration.threshold);
        emit LogRegistered(logId, registration);
    }

    /// @inheritdoc ICheckpointRegistry
    function publish(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof,
        bytes[] calldata signatures
    ) external {
        HeadSlots.Slots storage slots = _heads[logId];
        uint256 packed = _openHead(logId);
        uint64 oldSize = packed.size();
        if (size <= oldSize) revert CheckpointRegistryNotGrowing(oldSize, size);
        uint64 generation = packed.generation();
        _requireCosigners(logId, generation, _checkpointHash(logId, generation, size, root), signatures);
        if (oldSize != 0) Merkle.requireConsistency(oldSize, slots.root, size, root, proof);
        else if (proof.length != 0) revert CheckpointRegistryUnexpectedProof(proof.length);

        slots.packed = packed.grown(size, uint64(block.timestamp));
        slots.root = root;
        emit CheckpointPublished(logId, size, root);
    }

    /// @inheritdoc ICheckpointRegistry
    function rotate(
        bytes32 logId,
        address[] calldata members,
        uint64 threshold,
        bytes[] calldata signatures
    ) external {
        uint256 packed = _openHead(logId);
        uint64 generation = packed.generation();
        bytes32 membersHash = keccak256(abi.encodePacked(members));
        bytes32 message = keccak256(abi.encode(ROTATION_TYPEHASH, logId, generation, membersHash, threshold));
        _requireCosigners(logId, generation, message, signatures);

        _heads[logId].packed = packed.rotated();
        _logs[logId].cosigners[++generation].fill(members, threshold);
        emit CosignersRotated(logId, generation, members, threshold);
    }

    /// @inheritdoc ICheckpointRegistry
    function nameSuccessor(bytes32 logId, bytes32 successorId, bytes[] calldata signatures) external {
        uint64 generation = _openHead(logId).generation();
        _requireOther(logId, successorId);
        bytes32 message = keccak256(abi.encode(SUCCESSOR_TYPEHASH, logId, generation, successorId));
        _requireCosigners(logId, generation, message, signatures);
        _succeed(logId, successorId);
    }

    /// @inheritdoc ICheckpointRegistry
    function proposeRecovery(bytes32 logId, bytes32 successorId, bytes[] calldata signatures) external {
        _openHead(logId);
        _requireOther(logId, successorId);
        Log storage log = _logs[logId];
        uint64 number = log.recovery.number + 1;
        bytes32 message = keccak256(abi.encode(RECOVERY_TYPEHASH, logId, number, successorId));
        log.recoverySet.requireQuorum(_digest(message), signatures);

        uint64 finalisableAt = uint64(block.timestamp) + RECOVERY_DELAY;
        log.recovery = Proposal({number: number, finalisableAt: finalisableAt, successor: successorId});
        emit RecoveryProposed(logId, number, successorId, finalisableAt);
    }

    /// @inheritdoc ICheckpointRegistry
    function cancelRecovery(bytes32 logId, bytes[] calldata signatures) external {
        uint64 generation = _openHead(logId).generation();
        uint64 number = _pendingRecovery(logId).number;
        bytes32 message = keccak256(abi.encode(RECOVERY_CANCELLATION_TYPEHASH, logId, generation, number));
        _requireCosigners(logId, generation, message, signatures);
        _clearRecovery(logId);
        emit RecoveryCancelled(logId, number);
    }

    /// @inheritdoc ICheckpointRegistry
    function finaliseRecovery(bytes32 logId) external {
        _openHead(logId);
        Proposal memory pending = _pendingRecovery(logId);
        if (block.timestamp < pending.finalisableAt) revert CheckpointRegistryRecoveryTooEarly(pending.finalisableAt);
        _succeed(logId, pending.successor);
    }

    /// @inheritdoc ICheckpointRegistry
    function reportEquivocation(
        bytes32 logId,
        uint64 size,
        bytes32[2] calldata roots,
        bytes[2] calldata signatures
    ) external {
        address expected = _knownLog(logId).logKey;
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 message = keccak256(abi.encode(LOG_CHECKPOINT_TYPEHASH, logId, size, roots[i]));
            address signer = ECDSA.recoverCalldata(_digest(message), signatures[i]);
            if (signer != expected) revert CheckpointRegistryNotLogKey(signer);
        }
        _flagEquivocation(logId, 0, size, roots);
    }

    /// @inheritdoc ICheckpointRegistry
    function reportCosignerEquivocation(
        bytes32 logId,
        uint64 generation,
        uint64 size,
        bytes32[2] calldata roots,
        bytes[][2] calldata signatures
    ) external {
        _knownGeneration(logId, generation);
        for (uint256 i = 0; i < 2; ++i) {
            _requireCosigners(logId, generation, _checkpointHash(logId, generation, size, roots[i]), signatures[i]);
        }
        _flagEquivocation(logId, generation, size, roots);
    }

    /// @inheritdoc ICheckpointRegistry
    function logIdOf(Registration calldata registration) external view returns (bytes32) {
        return _logIdOf(registration);
    }

    /// @inheritdoc ICheckpointRegistry
    function head(bytes32 logId) external view returns (Head memory) {
        _knownHead(logId);
        return _heads[logId].read();
    }

    /// @inheritdoc ICheckpointRegistry
    function cosigners(
        bytes32 logId,
        uint64 generation
    ) external view returns (address[] memory members, uint64 threshold) {
        SignerSets.SignerSet storage set = _knownGeneration(logId, generation);
        return (set.members, set.threshold());
    }

    /// @inheritdoc ICheckpointRegistry
    function recoverySet(bytes32 logId) external view returns (address[] memory members, uint64 threshold) {
        SignerSets.SignerSet storage set = _knownLog(logId).recoverySet;
        return (set.members, set.threshold());
    }

    /// @inheritdoc ICheckpointRegistry
    function logKey(bytes32 logId) external view returns (address) {
        return _knownLog(logId).logKey;
    }

    /// @inheritdoc ICheckpointRegistry
    function successor(bytes32 logId) external view returns (bytes32) {
        return _knownLog(logId).successor;
    }

    /// @inheritdoc ICheckpointRegistry
    function recovery(bytes32 logId) external view returns (Proposal memory) {
        return _knownLog(logId).recovery;
    }

    /// @inheritdoc ICheckpointRegistry
    function verifyInclusion(
        bytes32 logId,
        bytes32 leafHash,
        uint64 index,
        uint64 size,
        bytes32[] calldata proof
    ) external view returns (Head memory) {
        _knownHead(logId);
        Head memory stored = _heads[logId].read();
        if (size != stored.size) revert CheckpointRegistryOtherHead(stored.size, size);
        Merkle.requireInclusion(leafHash, index, size, proof, stored.root);
        return stored;
    }

    function _succeed(bytes32 logId, bytes32 successorId) internal {
        _raiseFlag(logId, FLAG_SUCCEEDED);
        _logs[logId].successor = successorId;
        _clearRecovery(logId);
        emit SuccessorNamed(logId, successorId);
    }

    /// @dev The number stays, so that no earlier Recovery signature can be used again.
    function _clearRecovery(bytes32 logId) internal {
        Proposal storage proposal = _logs[logId].recovery;
        proposal.finalisableAt = 0;
        proposal.successor = 0;
    }

    function _flagEquivocation(bytes32 logId, uint64 generation, uint64 size, bytes32[2] calldata roots) internal {
        if (roots[0] == roots[1]) revert CheckpointRegistrySameRoot(roots[0]);
        _raiseFlag(logId, FLAG_EQUIVOCATED);
        emit EquivocationReported(logId, generation, size, roots[0], roots[1]);
    }

    function _raiseFlag(bytes32 logId, uint64 flag) internal {
        HeadSlots.Slots storage slots = _heads[logId];
        slots.packed = slots.packed.flagged(flag);
    }

    function _requireCosigners(
        bytes32 logId,
        uint64 generation,
        bytes32 message,
        bytes[] calldata signatures
    ) internal view {
        _logs[logId].cosigners[generation].requireQuorum(_digest(message), signatures);
    }

    function _knownHead(bytes32 logId) internal view returns (uint256 packed) {
        packed = _heads[logId].packed;
        if (packed.generation() == 0) revert CheckpointRegistryUnknownLog(logId);
    }

    /// @dev A log that can still change: known and without a successor.
    function _openHead(bytes32 logId) internal view returns (uint256 packed) {
        packed = _knownHead(logId);
        if (packed.flags() & FLAG_SUCCEEDED != 0) revert CheckpointRegistrySucceeded(logId, _logs[logId].successor);
    }

    function _knownLog(bytes32 logId) internal view returns (Log storage log) {
        log = _logs[logId];
        if (log.logKey == address(0)) revert CheckpointRegistryUnknownLog(logId);
    }

    function _knownGeneration(
        bytes32 logId,
        uint64 generation
    ) internal view returns (SignerSets.SignerSet storage set) {
        uint64 newest = _knownHead(logId).generation();
        if (generation == 0 || generation > newest) revert CheckpointRegistryUnknownGeneration(logId, generation);
        return _logs[logId].cosigners[generation];
    }

    function _pendingRecovery(bytes32 logId) internal view returns (Proposal memory) {
        Proposal memory pending = _logs[logId].recovery;
        if (pending.successor == 0) revert CheckpointRegistryNoRecovery(logId);
        return pending;
    }

    function _logIdOf(Registration calldata registration) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                block.chainid,
                address(this),
                keccak256(bytes(registration.origin)),
                registration.logKey,
                registration.cosigners,
                registration.threshold,
                registration.recovery,
                registration.recoveryThreshold,
                registration.salt
            )
        );
    }

    /// @dev Computed anew each time: an immutable copy would make the runtime bytes differ from chain to chain.
    function _digest(bytes32 message) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
        return MessageHashUtils.toTypedDataHash(domain, message);
    }

    function _requireOther(bytes32 logId, bytes32 successorId) internal pure {
        if (successorId == 0 || successorId == logId) revert CheckpointRegistryInvalidSuccessor(successorId);
    }

    function _checkpointHash(
        bytes32 logId,
        uint64 generation,
        uint64 size,
        bytes32 root
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(CHECKPOINT_TYPEHASH, logId, generation, size, root));
    }
}
