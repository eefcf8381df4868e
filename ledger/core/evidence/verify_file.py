"""The verifier: a file's hash and length, a receipt or evidence package and a trust policy in, ten answers out (DESIGN section 8).

Promises: offline and pure; `now` and what an online caller's own node confirmed are arguments. Keys come from the trust policy only.
One altered part makes its own answer "no" and leaves the others standing.
Leaves to others: hashing the file, reading the clock, asking a node, and showing the report.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from ledger.core.evidence.answers import Answer, AnswerName, Reason, Report, Verdict, answer, no, not_checked, yes
from ledger.core.evidence.approval_answer import answer_approved
from ledger.core.evidence.chain_answer import Anchoring, Confirmed, ConfirmedHeader, judge_anchor
from ledger.core.evidence.chain_proof import read_header
from ledger.core.evidence.document_answer import FileFacts, answer_bytes
from ledger.core.evidence.growth_answer import answer_growth
from ledger.core.evidence.key_answer import Registry
from ledger.core.evidence.key_records import read_keys
from ledger.core.evidence.log_answer import answer_log
from ledger.core.evidence.package import Package, read_material
from ledger.core.evidence.records import Record, read_record
from ledger.core.evidence.seal_answer import SealedFile, bytes_reasons, seal_limits, seal_reasons
from ledger.core.evidence.signature_answer import answer_signatures
from ledger.core.evidence.trust import TrustPolicy
from ledger.core.evidence.witness_answer import answer_witnesses
from ledger.core.log.receipt import Receipt
from ledger.errors import VerificationFailed

__all__ = ["ConfirmedHeader", "FileFacts", "SealedFile", "blocks_to_confirm", "evidence_of", "verify"]

NOTHING_CONFIRMED: Mapping[int, ConfirmedHeader] = MappingProxyType({})

_ON_CHAIN = frozenset({"chain.final", "chain.not-final"})
_LIMITS = ("truth", "later", "identity", "revocation", "display", "time", "chain")


def verify(
    file: FileFacts | SealedFile,
    material: bytes | None,
    policy: TrustPolicy,
    *,
    now: datetime,
    confirmed: Confirmed = NOTHING_CONFIRMED,
) -> Report:
    """Return the ten answers about a file; raise VerificationFailed where there is no evidence, or none that can be read.

    `material` is a receipt or an evidence package, None where only what is inside a sealed file counts; `confirmed` maps block
    numbers to what a node that the caller trusts says about them (`blocks_to_confirm` names the numbers).
    """
    package = evidence_of(file, material)
    sealed = file if isinstance(file, SealedFile) else None
    records = sorted((read_record(receipt, policy, now) for receipt in package.receipts), key=lambda item: item.n)
    keys = [read_record(receipt, policy, now) for receipt in package.keys]
    approvals = [read_record(receipt, policy, now) for receipt in package.approvals]
    anchorings = [judge_anchor(record, policy, confirmed) for record in records]
    registry = Registry(keys=read_keys(keys, policy), proven=_proven(records, anchorings))
    self_operated = policy.self_operated or any(record.receipt.self_operated for record in records)
    answers = (
        _bytes(file, records),
        answer_signatures(records, policy, registry, seal_reasons(sealed, records, registry) if sealed else ()),
        answer_log(records, package.agreement),
        answer_growth(
            [*records, *keys, *approvals],
            [*anchorings, *(judge_anchor(record, policy, confirmed) for record in (*keys, *approvals))],
            policy,
            package.growths,
        ),
        answer_witnesses(records, policy),
        answer(AnswerName.CHAIN, [anchoring.reason for anchoring in anchorings]),
        answer(AnswerName.COMPLETE, [not_checked("complete.not-replayed")]),
        answer(AnswerName.APPROVED, answer_approved(records, approvals, policy)),
        answer(AnswerName.ERASED, _shown(records)),
        answer(
            AnswerName.NOT_PROVED,
            [
                *_limits(self_operated=self_operated, with_approval=bool(approvals)),
                *(seal_limits(sealed) if sealed else ()),
            ],
        ),
    )
    return Report(
        answers=answers,
        required=policy.required,
        grade=_grade(answers),
        self_operated=self_operated,
        checked_at=now.astimezone(UTC).isoformat(timespec="milliseconds"),
    )


def _bytes(file: FileFacts | SealedFile, records: Sequence[Record]) -> Answer:
    if not isinstance(file, SealedFile):
        return answer_bytes(file, records)
    return answer(AnswerName.BYTES, bytes_reasons(file, records))


def evidence_of(file: FileFacts | SealedFile, material: bytes | None) -> Package:
    """Return what there is to go by: what came with the file, joined with what is inside it where it is sealed.

    Raises VerificationFailed("evidence.missing") where there is neither.
    """
    inside = file.evidence.package if isinstance(file, SealedFile) and file.evidence else None
    beside = read_material(material) if material is not None else None
    if beside is None or inside is None:
        found = beside or inside
        if found is None:
            raise VerificationFailed(
                "evidence.missing", "expected evidence beside the file or inside it, found neither"
            )
        return found
    return replace(
        beside,
        receipts=_joined(beside.receipts, inside.receipts),
        growths=(*beside.growths, *inside.growths),
        keys=_joined(beside.keys, inside.keys),
        approvals=_joined(beside.approvals, inside.approvals),
    )


def _joined(one: tuple[Receipt, ...], other: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
    known = {receipt.entry for receipt in one}
    return (*one, *(receipt for receipt in other if receipt.entry not in known))


def blocks_to_confirm(package: Package) -> tuple[int, ...]:
    """Return the numbers of the blocks whose headers the evidence rests on, for a caller with a node to ask."""
    anchors = (receipt.anchor for receipt in package.receipts)
    proofs = (anchor.proof for anchor in anchors if anchor is not None)
    return tuple(sorted({read_header(proof.header_rlp).number for proof in proofs if proof is not None}))


def _proven(records: Sequence[Record], anchorings: Sequence[Anchoring]) -> dict[int, datetime]:
    """Return until when each record was provably there: the time of a final block that the verifier believes."""
    return {
        record.n: datetime.fromtimestamp(anchoring.head.header.timestamp, UTC)
        for record, anchoring in zip(records, anchorings, strict=True)
        if anchoring.head is not None and anchoring.reason.verdict is Verdict.YES
    }


def _shown(records: Sequence[Record]) -> Iterator[Reason]:
    complete = True
    for record in records:
        complete = complete and not record.refused and not record.hidden
        if record.refused:
            yield no("erased.opening-differs", n=record.n, fields=", ".join(sorted(record.refused)))
        if record.hidden:
            yield not_checked("erased.not-shown", n=record.n, fields=", ".join(record.hidden))
    if complete:
        yield yes("erased.all-shown")


def _limits(*, self_operated: bool, with_approval: bool) -> Iterator[Reason]:
    if self_operated:
        yield not_checked("limits.self-operated")
    if with_approval:
        yield not_checked("limits.approval")
    yield from (not_checked(f"limits.{limit}") for limit in _LIMITS)


def _grade(answers: Sequence[Answer]) -> Reason:
    """Return the strongest grade that holds for every entry at hand, from what was verified and never from a claim."""
    log, witnesses, chain = (answers[name - 1] for name in (AnswerName.LOG, AnswerName.WITNESSES, AnswerName.CHAIN))
    if log.verdict is not Verdict.YES:
        return not_checked("grade.none")
    if {reason.code for reason in chain.reasons} <= _ON_CHAIN:
        code = "grade.final" if chain.verdict is Verdict.YES else "grade.mined"
        return yes(code, number=max(int(reason.facts["number"]) for reason in chain.reasons))
    if witnesses.verdict is Verdict.YES:
        facts = witnesses.reasons[0].facts
        return yes("grade.cosigned", count=facts["count"], quorum=facts["quorum"])
    return yes("grade.logged")
