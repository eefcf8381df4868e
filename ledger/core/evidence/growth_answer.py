"""Answer 4: whether the log only ever grew.

Promises: "yes" only when every checkpoint at hand is one that the verifier already believes (pinned, or accepted by the
registry in a final block) or is tied to such a one by a consistency proof; two roots at one size are a "no".
Leaves to others: what happened to the log after the newest checkpoint at hand.
"""

from collections.abc import Iterator, Sequence

from ledger.core.evidence.answers import Answer, AnswerName, Reason, Verdict, answer, no, not_checked, yes
from ledger.core.evidence.chain_answer import Anchoring
from ledger.core.evidence.package import Growth
from ledger.core.evidence.records import Record
from ledger.core.evidence.trust import TrustPolicy
from ledger.core.log.checkpoint import Checkpoint
from ledger.core.log.proofs import verify_consistency
from ledger.errors import VerificationFailed


def answer_growth(
    records: Sequence[Record], anchorings: Sequence[Anchoring], policy: TrustPolicy, growths: Sequence[Growth]
) -> Answer:
    """Answer for `records` and their `anchorings`, in the same order."""
    anchored = {
        record.checkpoint: "append.anchored"
        for record, anchoring in zip(records, anchorings, strict=True)
        if record.checkpoint and anchoring.reason.verdict is Verdict.YES
    }
    believed = anchored | dict.fromkeys(policy.checkpoints, "append.pinned")
    reasons = [_judge(record, believed, growths) for record in records]
    flagged = any(anchoring.head and anchoring.head.is_equivocated for anchoring in anchorings)
    marks = [no("append.equivocation")] if flagged else []
    return answer(AnswerName.APPEND_ONLY, [*reasons, *_splits(records, policy), *marks])


def _judge(record: Record, believed: dict[Checkpoint, str], growths: Sequence[Growth]) -> Reason:
    checkpoint = record.checkpoint
    if checkpoint is None:
        return not_checked("append.log-unproven", n=record.n)
    if checkpoint in believed:
        return yes(believed[checkpoint], size=checkpoint.size)
    for known in believed:
        growth = _between(checkpoint, known, growths)
        if growth is not None:
            return _judge_growth(checkpoint, known, growth)
    return not_checked("append.nothing-to-compare", size=checkpoint.size)


def _between(checkpoint: Checkpoint, known: Checkpoint, growths: Sequence[Growth]) -> Growth | None:
    sizes = sorted((checkpoint.size, known.size))
    wanted = (checkpoint.origin, known.origin, *sizes)
    return next((item for item in growths if (item.origin, item.origin, item.size1, item.size2) == wanted), None)


def _judge_growth(checkpoint: Checkpoint, known: Checkpoint, growth: Growth) -> Reason:
    older, newer = sorted((checkpoint, known), key=lambda item: item.size)
    try:
        verify_consistency(size1=older.size, root1=older.root, size2=newer.size, root2=newer.root, path=growth.path)
    except VerificationFailed as error:
        return no("append.inconsistent", size=checkpoint.size, known_size=known.size, cause=error.code)
    return yes("append.consistent", size=checkpoint.size, known_size=known.size)


def _splits(records: Sequence[Record], policy: TrustPolicy) -> Iterator[Reason]:
    roots: dict[tuple[str, int], bytes] = {}
    for checkpoint in [*policy.checkpoints, *(record.checkpoint for record in records if record.checkpoint)]:
        if roots.setdefault((checkpoint.origin, checkpoint.size), checkpoint.root) != checkpoint.root:
            yield no("append.split-view", size=checkpoint.size)
