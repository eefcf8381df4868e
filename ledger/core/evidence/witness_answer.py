"""Answer 5: which institutions that the verifier trusts as witnesses cosigned the checkpoints.

Promises: counted by organisation and against the trust policy's quorum, for every checkpoint at hand; a line under a
trusted witness's key that does not verify is a "no".
Leaves to others: whether the organisations are independent. Cosigners of the chain's registry are the chain's matter.
"""

from collections.abc import Iterator, Sequence

from ledger.core.evidence.answers import Answer, AnswerName, Reason, answer, no, not_checked, yes
from ledger.core.evidence.records import Record
from ledger.core.evidence.trust import TrustedWitness, TrustPolicy
from ledger.core.log.note import Note, parse_note, verify_note
from ledger.errors import VerificationFailed


def answer_witnesses(records: Sequence[Record], policy: TrustPolicy) -> Answer:
    if not policy.witnesses:
        return answer(AnswerName.WITNESSES, [not_checked("witnesses.none-trusted")])
    return answer(AnswerName.WITNESSES, [reason for record in records for reason in _judge(record, policy)])


def _judge(record: Record, policy: TrustPolicy) -> Iterator[Reason]:
    organisations: set[str] = set()
    if record.checkpoint is not None:
        note = parse_note(record.receipt.checkpoint)
        for witness in policy.witnesses:
            try:
                if _cosigned(note, witness):
                    organisations.add(witness.organisation)
            except VerificationFailed as error:
                yield no("witnesses.bad-signature", cause=error.code)
    yield _count(sorted(organisations), policy.quorum)


def _cosigned(note: Note, witness: TrustedWitness) -> bool:
    named = (witness.key.name, witness.key.key_hash)
    if named not in {(line.name, line.key_hash) for line in note.signatures}:
        return False
    verify_note(note, (witness.key,))
    return True


def _count(organisations: Sequence[str], quorum: int) -> Reason:
    if len(organisations) < quorum:
        return not_checked("witnesses.too-few", count=len(organisations), quorum=quorum)
    return yes("witnesses.quorum", count=len(organisations), quorum=quorum, organisations=", ".join(organisations))
