"""Sign a publication: checkpoint, consistency proof from the chain's own head, cosignatures, fee (DESIGN section 4).

Promises: nothing is signed that our own tree does not prove to extend what the registry holds; where it does not, the log
stops and stays stopped. Leaves to others: when (core.log.anchoring), following what was sent (`anchor_track`).
"""

from dataclasses import dataclass

from ledger.chain import registry as contract
from ledger.chain.faults import Reverted
from ledger.core.log.anchoring import budget_start
from ledger.core.log.directory import format_instant
from ledger.core.log.evm_checkpoint import Registry
from ledger.core.log.proofs import consistency_path, verify_consistency
from ledger.errors import LedgerError, NotAllowed, Unavailable, VerificationFailed
from ledger.services.log.anchor_parties import AnchorKeys, CheckpointMessage
from ledger.services.log.anchor_track import Track
from ledger.services.log.tree import tree_reader
from ledger.storage.anchors import NewAttempt, best_anchor, gas_used_since
from ledger.storage.logs import CheckpointRow, LogRow

GAS_ROOM_PERCENT = 125  # estimates are exact only for the block they were made for
GAS_OF_REVERT = 200_000  # where somebody else was first: our transaction reverts early, and its block is our evidence
_OTHERS_FIRST = ("CheckpointRegistryNotGrowing", "CheckpointRegistryUnexpectedProof", "Merkle")


class HistoryDiffers(VerificationFailed):
    """The registry holds a checkpoint that our tree does not extend: somebody rewrote, restored or forked the log."""


@dataclass(frozen=True)
class Publication:
    """A checkpoint that is to be published, on top of the head that the chain has."""

    log: LogRow
    checkpoint: CheckpointRow
    keys: AnchorKeys


def sign_publication(track: Track, publication: Publication) -> NewAttempt:
    """Return the signed transaction, to be stored before it is sent.

    Raises HistoryDiffers("anchor.history-differs" | "anchor.tree-differs"), NotAllowed("anchor.refused" |
    "anchor.log-ended"), Unavailable("chain.rolled-back" | "anchor.gas-budget" | "anchor.others-first").
    """
    checkpoint = publication.checkpoint
    head = track.place.head(track.lane.client)
    _check_head(track, publication, head)
    proof = _consistency(track, checkpoint, head)
    data = contract.publish_data(
        track.place.log_id,
        checkpoint.size,
        checkpoint.root,
        proof=proof,
        signatures=_cosign(track, publication, head),
    )
    gas = GAS_OF_REVERT if head.size == checkpoint.size else _estimate(track, data)
    _check_budget(track, gas)
    signed = track.lane.sign(track.place.binding.registry, data, gas=gas)
    return NewAttempt(
        log_id=checkpoint.log_id,
        size=checkpoint.size,
        root=checkpoint.root,
        sender=signed.sender,
        nonce=signed.nonce,
        raw_transaction=signed.raw,
        transaction_hash=signed.hash,
        replaces=None,
        created_at=track.lane.at,
    )


def _check_head(track: Track, publication: Publication, head: contract.Head) -> None:
    checkpoint = publication.checkpoint
    if head.succeeded:
        raise NotAllowed(
            "anchor.log-ended", "the registry names a successor of this log: open the new log, this one has ended"
        )
    if head.size > checkpoint.size:
        raise HistoryDiffers(
            "anchor.history-differs",
            f"the registry has {head.size} entries of this log, this database {checkpoint.size}: "
            "it was restored from an old backup, or another installation writes the same log",
        )
    best = track.lane.stores.database.read(lambda tx: best_anchor(tx, checkpoint.log_id))
    if best is not None and head.size < best.size:
        raise Unavailable(
            "chain.rolled-back",
            f"the chain once held {best.size} entries of this log in a final block and now has {head.size}: "
            "the node lags, or the chain's folder was restored from an old backup",
        )


def _consistency(track: Track, checkpoint: CheckpointRow, head: contract.Head) -> list[bytes]:
    """Return the proof from the chain's head, checked as the contract will check it."""
    reader = tree_reader(track.lane.stores, checkpoint.log_id, checkpoint.size)
    if reader.compact_range().root() != checkpoint.root:
        raise HistoryDiffers(
            "anchor.tree-differs",
            f"the tiles of {checkpoint.size} entries do not have the root that the checkpoint signs: "
            "run `tally audit` to find what was altered",
        )
    if head.size == 0:
        return []
    path = consistency_path(head.size, checkpoint.size, reader.node)
    try:
        verify_consistency(size1=head.size, root1=head.root, size2=checkpoint.size, root2=checkpoint.root, path=path)
    except VerificationFailed as error:
        raise HistoryDiffers(
            "anchor.history-differs",
            f"the log of {checkpoint.size} entries does not begin with the {head.size} that the registry holds: "
            "its history was rewritten; run `tally audit`, and keep the files as they are",
        ) from error
    return path


def _cosign(track: Track, publication: Publication, head: contract.Head) -> list[bytes]:
    binding = track.place.binding
    message = CheckpointMessage(
        registry=Registry(binding.chain_id, binding.registry),
        log_id=track.place.log_id,
        generation=head.generation,
        size=publication.checkpoint.size,
        root=publication.checkpoint.root,
    )
    ascending = sorted(publication.keys.cosigners, key=lambda cosigner: cosigner.address)
    return [cosigner.cosign(message) for cosigner in ascending]


def _estimate(track: Track, data: bytes) -> int:
    """Ask the node what it would cost; a refusal costs nothing here and gas on the chain."""
    lane, registry = track.lane, track.place.binding.registry
    try:
        gas = contract.naming_reverts(lambda: lane.client.estimate_gas(lane.sender.address, registry, data))
    except Reverted as error:
        raise _refusal(error) from error
    return gas * GAS_ROOM_PERCENT // 100


def _refusal(error: Reverted) -> LedgerError:
    name = error.name or "no reason"
    if name.startswith(_OTHERS_FIRST):
        return Unavailable(
            "anchor.others-first", f"somebody published another checkpoint of this log meanwhile ({name}): prove again"
        )
    return NotAllowed(
        "anchor.refused",
        f"the registry refuses this log's checkpoints ({name}): check that the cosigner keys are those of the present generation",
    )


def _check_budget(track: Track, gas: int) -> None:
    policy, stores = track.lane.turn.policy, track.lane.stores
    start = format_instant(budget_start(policy, track.lane.turn.now))
    used = stores.database.read(lambda tx: gas_used_since(tx, track.lane.sender.address, start))
    if used + gas > policy.gas_per_day:
        raise Unavailable(
            "anchor.gas-budget",
            f"today's {policy.gas_per_day} gas are used up ({used} used, {gas} needed): the log is anchored after local "
            "midnight, or when the budget is raised",
        )
