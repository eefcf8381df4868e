// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The public record of append-only logs
/// @notice Keeps one checkpoint (size and root of an RFC 6962 tree) per log and accepts a newer one only when a quorum of
/// the log's cosigners signed it and a consistency proof shows that it extends the stored one. Anyone may register a log,
/// submit a checkpoint or report an equivocation: who sends a transaction never matters, only what was signed.
/// @dev Signatures are EIP-712 (domain: name "Tallystick CheckpointRegistry", version "1", chain id, this contract) by plain
/// key pairs, 65 bytes, low s; signers stand in strictly ascending order of address. The messages:
///   Checkpoint(bytes32 logId,uint64 generation,uint64 size,bytes32 root)                      cosigners
///   Rotation(bytes32 logId,uint64 generation,address[] cosigners,uint64 threshold)            cosigners
///   Successor(bytes32 logId,uint64 generation,bytes32 successor)                              cosigners
///   RecoveryCancellation(bytes32 logId,uint64 generation,uint64 proposal)                     cosigners
///   Recovery(bytes32 logId,uint64 proposal,bytes32 successor)                                 recovery set
///   LogCheckpoint(bytes32 logId,uint64 size,bytes32 root)                                     the log's own key
/// `generation` is always that of the cosigners who sign. Byte-exact examples stand in docs/formats/registry.md.
interface ICheckpointRegistry {
    /// @notice What is stored about a log's newest checkpoint, in two slots: keccak256(abi.encode(logId, 0)) holds, from the
    /// lowest bit, size, time, flags and generation (64 bits each); the slot after it holds the root.
    /// @param size Number of entries; 0 until the first checkpoint.
    /// @param time Time of the block that accepted the checkpoint, in seconds; 0 until the first.
    /// @param flags Bit 0: an equivocation was proved. Bit 1: a successor is named and this head is the last.
    /// @param generation Number of the present cosigner set; 1 from registration on, so 0 means "no such log".
    /// @param root RFC 6962 SHA-256 root over `size` entries.
    struct Head {
        uint64 size;
        uint64 time;
        uint64 flags;
        uint64 generation;
        bytes32 root;
    }

    /// @notice Everything that a log's id commits to.
    /// @param origin The log's name (C2SP tlog-checkpoint origin), 1 to 255 bytes.
    /// @param logKey Address of the log's own key, which signs LogCheckpoint only.
    /// @param cosigners First cosigner set, strictly ascending, at most 64.
    /// @param threshold How many cosigners make a quorum, 1 to all.
    /// @param recovery Keys that can name a successor when the cosigners cannot; strictly ascending, at most 64; fixed.
    /// @param recoveryThreshold How many of them it takes, 1 to all.
    /// @param salt Free choice, for registering the same parties twice.
    struct Registration {
        string origin;
        address logKey;
        address[] cosigners;
        uint64 threshold;
        address[] recovery;
        uint64 recoveryThreshold;
        bytes32 salt;
    }

    /// @notice A recovery that waits for its 14 days.
    /// @param number How many proposals there have been; the next Recovery message carries the number after it.
    /// @param finalisableAt From this block time on anyone can finalise; 0 when nothing is pending.
    /// @param successor What the log would be succeeded by; 0 when nothing is pending.
    struct Proposal {
        uint64 number;
        uint64 finalisableAt;
        bytes32 successor;
    }

    /// @notice No log has this id. Register it first, or check chain and contract address.
    error CheckpointRegistryUnknownLog(bytes32 logId);
    /// @notice This very registration was made before; the log is ready to use.
    error CheckpointRegistryAlreadyRegistered(bytes32 logId);
    /// @notice The origin must have 1 to 255 bytes.
    error CheckpointRegistryInvalidOrigin(uint256 length);
    /// @notice The log's own key must not be the zero address.
    error CheckpointRegistryMissingLogKey();
    /// @notice The log has never had a cosigner set of this number.
    error CheckpointRegistryUnknownGeneration(bytes32 logId, uint64 generation);
    /// @notice The log has a successor: its head is final and nothing about it changes any more.
    error CheckpointRegistrySucceeded(bytes32 logId, bytes32 successor);
    /// @notice A checkpoint must cover more entries than the stored one.
    error CheckpointRegistryNotGrowing(uint64 storedSize, uint64 size);
    /// @notice The first checkpoint extends nothing: its consistency proof must be empty.
    error CheckpointRegistryUnexpectedProof(uint256 length);
    /// @notice The proof is for another size than the stored head's; fetch a proof for the stored size.
    error CheckpointRegistryOtherHead(uint64 storedSize, uint64 size);
    /// @notice A successor must be another log's id, not zero and not the log itself.
    error CheckpointRegistryInvalidSuccessor(bytes32 successor);
    /// @notice No recovery is pending for this log.
    error CheckpointRegistryNoRecovery(bytes32 logId);
    /// @notice The recovery can be finalised from this block time on.
    error CheckpointRegistryRecoveryTooEarly(uint64 finalisableAt);
    /// @notice Twice the same root contradicts nothing.
    error CheckpointRegistrySameRoot(bytes32 root);
    /// @notice The signature is valid but not by the log's own key.
    error CheckpointRegistryNotLogKey(address signer);

    /// @notice A log exists, with generation 1 of its cosigners.
    event LogRegistered(bytes32 indexed logId, Registration registration);
    /// @notice The stored checkpoint is now this one.
    event CheckpointPublished(bytes32 indexed logId, uint64 size, bytes32 root);
    /// @notice Checkpoints now need a quorum of this set.
    event CosignersRotated(bytes32 indexed logId, uint64 generation, address[] cosigners, uint64 threshold);
    /// @notice The log ended and goes on elsewhere.
    event SuccessorNamed(bytes32 indexed logId, bytes32 successor);
    /// @notice The recovery set asks to end the log; the cosigners can cancel. It replaces any earlier pending proposal.
    event RecoveryProposed(bytes32 indexed logId, uint64 proposal, bytes32 successor, uint64 finalisableAt);
    /// @notice The cosigners objected: the proposal is void.
    event RecoveryCancelled(bytes32 indexed logId, uint64 proposal);
    /// @notice Two roots at one size were signed: by a quorum of this generation, or by the log's own key (generation 0).
    event EquivocationReported(
        bytes32 indexed logId, uint64 indexed generation, uint64 size, bytes32 rootA, bytes32 rootB
    );

    /// @notice Registers a log under the id that follows from all of its terms, so that nobody can take another's.
    function register(Registration calldata registration) external returns (bytes32 logId);

    /// @notice Replaces the stored checkpoint by one that a quorum signed and that is proved to extend it.
    /// @param proof RFC 6962 consistency proof from the stored size to `size`; empty for the first checkpoint.
    /// @param signatures Of Checkpoint, by a quorum of the present generation, signers ascending.
    function publish(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof,
        bytes[] calldata signatures
    ) external;

    /// @notice Gives the log its next generation of cosigners.
    /// @param signatures Of Rotation, by a quorum of the present generation, signers ascending.
    function rotate(bytes32 logId, address[] calldata members, uint64 threshold, bytes[] calldata signatures) external;

    /// @notice Ends the log at its present head and names the log that goes on, in this contract or any other.
    /// @dev Nothing here checks that the successor extends this head: it may live on another chain. A verifier does.
    /// @param signatures Of Successor, by a quorum of the present generation, signers ascending.
    function nameSuccessor(bytes32 logId, bytes32 successorId, bytes[] calldata signatures) external;

    /// @notice Starts the 14 days after which a log whose cosigners lost their keys can be succeeded.
    /// @param signatures Of Recovery with the next proposal number, by a quorum of the recovery set, signers ascending.
    function proposeRecovery(bytes32 logId, bytes32 successorId, bytes[] calldata signatures) external;

    /// @notice Voids the pending recovery.
    /// @param signatures Of RecoveryCancellation, by a quorum of the present generation, signers ascending.
    function cancelRecovery(bytes32 logId, bytes[] calldata signatures) external;

    /// @notice Ends the log as proposed; anyone can do it once the 14 days are over.
    function finaliseRecovery(bytes32 logId) external;

    /// @notice Flags the log for good because its own key signed two roots at one size. Publishing goes on unhindered.
    /// @param signatures Of LogCheckpoint, one for each root, in the order of `roots`.
    function reportEquivocation(
        bytes32 logId,
        uint64 size,
        bytes32[2] calldata roots,
        bytes[2] calldata signatures
    ) external;

    /// @notice Flags the log for good because a quorum of one generation, past or present, signed two roots at one size.
    /// @param signatures Of Checkpoint, a quorum for each root, in the order of `roots`, signers ascending.
    function reportCosignerEquivocation(
        bytes32 logId,
        uint64 generation,
        uint64 size,
        bytes32[2] calldata roots,
        bytes[][2] calldata signatures
    ) external;

    /// @notice The id that a registration has on this chain in this contract: keccak256(abi.encode(chain id, this contract,
    /// keccak256(origin), logKey, cosigners, threshold, recovery, recoveryThreshold, salt)).
    function logIdOf(Registration calldata registration) external view returns (bytes32);

    /// @notice The stored head.
    function head(bytes32 logId) external view returns (Head memory);

    /// @notice A cosigner set of the log, past or present.
    function cosigners(
        bytes32 logId,
        uint64 generation
    ) external view returns (address[] memory members, uint64 threshold);

    /// @notice The log's recovery set.
    function recoverySet(bytes32 logId) external view returns (address[] memory members, uint64 threshold);

    /// @notice Address of the log's own key.
    function logKey(bytes32 logId) external view returns (address);

    /// @notice The log that goes on after this one; 0 while there is none.
    function successor(bytes32 logId) external view returns (bytes32);

    /// @notice The state of the log's recovery.
    function recovery(bytes32 logId) external view returns (Proposal memory);

    /// @notice Proves that an entry is in the log's stored checkpoint; reverts when it is not.
    /// @param leafHash SHA-256(0x00 || entry).
    /// @param size Size that the proof was made for; must be the stored one.
    /// @param proof RFC 6962 inclusion proof, from the leaf upwards.
    /// @return The head that the entry is in. A caller that gets no head back has asked an address without this contract.
    function verifyInclusion(
        bytes32 logId,
        bytes32 leafHash,
        uint64 index,
        uint64 size,
        bytes32[] calldata proof
    ) external view returns (Head memory);
}
