"""Answer 6: whether the checkpoint is in the registry on the chain that the verifier trusts, and whether that is final.

Promises: "yes" only for a proof that holds down to the root, in a block that the trust policy pins or the caller's own node
calls final. The receipt's word for "mined" or "final" counts for nothing.
Leaves to others: asking a node (the caller), and the chain's own rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.core.evidence.answers import Reason, no, not_checked, yes
from ledger.core.evidence.chain_proof import Registry, RegistryHead, prove_head
from ledger.core.evidence.records import Record
from ledger.core.evidence.trust import TrustedChain, TrustPolicy
from ledger.core.log.checkpoint import Checkpoint
from ledger.core.log.receipt_chain import AnchorFact, ChainProof
from ledger.errors import VerificationFailed


@dataclass(frozen=True)
class ConfirmedHeader:
    """What a node that the caller trusts says about the block of one number."""

    hash: bytes
    is_final: bool


Confirmed = Mapping[int, ConfirmedHeader]


@dataclass(frozen=True)
class Anchoring:
    """What the chain says about one record; `head` is None unless its block is known to be on the chain."""

    reason: Reason
    head: RegistryHead | None = None


def judge_anchor(record: Record, policy: TrustPolicy, confirmed: Confirmed) -> Anchoring:
    """Return what the record's anchor proves under this policy."""
    anchor, chain, checkpoint = record.receipt.anchor, policy.chain, record.checkpoint
    if anchor is None or checkpoint is None:
        return Anchoring(not_checked("chain.none", n=record.n))
    if chain is None:
        return Anchoring(not_checked("chain.none-trusted"))
    log_id = chain.log_ids.get(checkpoint.origin)
    if log_id is None:
        return Anchoring(not_checked("chain.log-not-pinned", origin=checkpoint.origin))
    mismatch = _misplaced(anchor, chain, log_id, checkpoint)
    if mismatch is not None:
        return Anchoring(mismatch)
    head = _head(anchor, Registry(chain.registry, chain.code_hash, log_id), checkpoint)
    return Anchoring(head) if isinstance(head, Reason) else _judge_block(head, chain, confirmed)


def _head(anchor: AnchorFact, registry: Registry, checkpoint: Checkpoint) -> RegistryHead | Reason:
    if anchor.proof is None:
        return not_checked("chain.no-proof", number=anchor.block_number)
    try:
        return _prove(anchor, anchor.proof, registry, checkpoint)
    except VerificationFailed as error:
        return no("chain.proof-refused", cause=error.code)


def _misplaced(anchor: AnchorFact, chain: TrustedChain, log_id: bytes, checkpoint: Checkpoint) -> Reason | None:
    if anchor.chain_id != chain.chain_id:
        return no("chain.wrong-chain", expected=chain.chain_id, found=anchor.chain_id)
    if anchor.registry != chain.registry:
        return no("chain.wrong-registry", expected=chain.registry.hex(), found=anchor.registry.hex())
    if anchor.log_id != log_id:
        return no("chain.wrong-log-id", expected=log_id.hex(), found=anchor.log_id.hex())
    if anchor.size != checkpoint.size:
        return no("chain.checkpoint-differs", expected=checkpoint.size, found=anchor.size)
    return None


def _prove(anchor: AnchorFact, proof: ChainProof, registry: Registry, checkpoint: Checkpoint) -> RegistryHead:
    if proof.code_hash != registry.code_hash:
        raise VerificationFailed(
            "chain.wrong-code", f"expected code with hash {registry.code_hash.hex()}, got {proof.code_hash.hex()}"
        )
    head = prove_head(proof.header_rlp, proof.account_proof, proof.storage_proofs, registry)
    if (head.size, head.root) != (checkpoint.size, checkpoint.root):
        raise VerificationFailed(
            "chain.other-head", f"expected {checkpoint.size} entries, the registry has {head.size}, or another root"
        )
    # state may be proven in a later block than the one that carried the transaction, never in an earlier one
    number, same_block = head.header.number, anchor.block_hash == head.header.hash
    if number < anchor.block_number or (number == anchor.block_number) != same_block:
        raise VerificationFailed(
            "chain.other-block", f"expected the header of block {anchor.block_number} or a later one, got {number}"
        )
    return head


def _judge_block(head: RegistryHead, chain: TrustedChain, confirmed: Confirmed) -> Anchoring:
    header = head.header
    pinned = {block.hash for block in chain.headers if block.number == header.number}
    node = confirmed.get(header.number)
    known = pinned | ({node.hash} if node else set())
    for other in known - {header.hash}:
        return Anchoring(
            no("chain.header-differs", number=header.number, expected=other.hex(), found=header.hash.hex())
        )
    if not known:
        return Anchoring(not_checked("chain.header-unconfirmed", number=header.number, hash=header.hash.hex()))
    judge, code = (yes, "chain.final") if pinned or (node and node.is_final) else (not_checked, "chain.not-final")
    reason = judge(code, size=head.size, chain_id=chain.chain_id, number=header.number, hash=header.hash.hex())
    return Anchoring(reason, head)
