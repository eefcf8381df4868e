"""Answer 2: which signatures hold, over what, by which keys, and whose word it is that a key is a person's.

Promises: each signature is judged against the parties and the document that the log recorded, never against what came with
it; a signature over other bytes, terms, agreement, chain or log is a "no" with its code; all parties must have signed.
Leaves to others: revocation of keys (key_answer), and who the persons really are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.core.agreements.binding import AgreementFacts, check_binding, find_signer
from ledger.core.agreements.parties import Signer, SignerRole
from ledger.core.evidence.answers import Answer, AnswerName, Reason, answer, no, not_checked, yes
from ledger.core.evidence.key_answer import NO_REGISTRY, Registry, judge_key, judge_pages
from ledger.core.evidence.records import Record
from ledger.core.evidence.signed_records import Agreement, Signed, read_agreement, read_signed, refusal
from ledger.core.evidence.trust import TrustPolicy
from ledger.errors import LedgerError
from signing.errors import SigningError
from signing.verify import check_statement_signature

_SIGNED = "agreement.signed"
_ENDED = frozenset({"agreement.voided", "agreement.expired"})


@dataclass(frozen=True)
class _Case:
    """All that one signature is judged against."""

    policy: TrustPolicy
    records: Sequence[Record]
    agreement: Agreement | None
    registry: Registry


def answer_signatures(
    records: Sequence[Record],
    policy: TrustPolicy,
    registry: Registry = NO_REGISTRY,
    seal: Iterable[Reason] = (),
) -> Answer:
    """Answer for `records` sorted by their number `n`; `registry` is what is known of their keys, `seal` what a seal adds."""
    return answer(AnswerName.SIGNATURES, [*_reasons(records, policy, registry), *seal])


def _reasons(records: Sequence[Record], policy: TrustPolicy, registry: Registry) -> Iterator[Reason]:
    signatures = [record for record in records if record.entry.type == _SIGNED]
    if not signatures:
        yield not_checked("signatures.none")
        return
    yield from (not_checked("signatures.ended", n=item.n) for item in records if item.entry.type in _ENDED)
    found = read_agreement(records)
    if isinstance(found, Reason):
        yield found
    agreement = None if isinstance(found, Reason) else found
    case = _Case(policy, records, agreement, registry)
    readable = [read_signed(record) for record in signatures]
    yield from (item for item in readable if isinstance(item, Reason))
    signed = [item for item in readable if isinstance(item, Signed)]
    for item in signed:
        yield from _judge(item, case)
    yield from _repeats(signed)
    if agreement is not None:
        yield from _notes(agreement, signed, policy)


def _judge(signed: Signed, case: _Case) -> Iterator[Reason]:
    contradiction = _binding(signed, case) or _history(signed, case)
    if contradiction is not None:
        yield contradiction
    elif case.agreement is not None:
        yield from _person(signed, case.agreement, case)


def _binding(signed: Signed, case: _Case) -> Reason | None:
    entry, statement, agreement = signed.record.entry, signed.statement, case.agreement
    facts = AgreementFacts(
        id=entry.subject.id,
        document_sha256=signed.document.sha256,
        document_bytes=signed.document.byte_length,
        terms_sha256=(agreement and agreement.terms_sha256) or statement.terms_sha256,
        chain_id=case.policy.chain.chain_id if case.policy.chain else statement.chain_id,
        log_origin=entry.log,
    )
    try:
        # recorded in time is what counts, not whether it is still in date when somebody verifies
        check_binding(statement, facts, datetime.fromisoformat(entry.at))
    except LedgerError as error:
        return refusal(error, signed.record.n)
    return None if signed.signer == statement.signer else no("signatures.signer-differs", n=signed.record.n)


def _history(signed: Signed, case: _Case) -> Reason | None:
    """Compare what the signer says to have seen with the entries and checkpoints at hand."""
    head, n = signed.statement.head, signed.record.n
    seen = {record.n: record.leaf for record in case.records}
    if head.n >= n or seen.get(head.n, head.leaf) != head.leaf:
        return no("signatures.head-differs", n=n)
    if head.n == n - 1 and signed.record.entry.subject.prev != head.leaf:
        return no("signatures.head-differs", n=n)
    checkpoint = signed.statement.checkpoint
    known = [record.checkpoint for record in case.records if record.checkpoint] + list(case.policy.checkpoints)
    same_size = {item.root for item in known if (item.origin, item.size) == (signed.statement.log, checkpoint.size)}
    if checkpoint.size > signed.record.receipt.index or same_size - {checkpoint.root}:
        return no("signatures.checkpoint-differs", n=n, size=checkpoint.size)
    return None


def _person(signed: Signed, agreement: Agreement, case: _Case) -> Iterator[Reason]:
    record, policy = signed.record, case.policy
    try:
        party = find_signer(agreement.parties, signed.statement, signed.key)
        check_statement_signature(signed.statement, signed.signature, party.pen)
    except (LedgerError, SigningError) as error:
        yield refusal(error, record.n)
        return
    if not (record.is_logged and agreement.record.is_logged):
        yield not_checked("signatures.record-unproven", n=record.n)
        return
    yield yes("signatures.valid", name=party.name, role=party.role.value, key_id=party.pen.key_id, at=record.entry.at)
    is_named = party in agreement.parties
    # What the institution enrolled under its pinned key is judged by the registry, its own officers' pens too.
    if party.pen.key_id not in case.registry.keys and (is_named or party.role is SignerRole.LENDER):
        yield _identity(party, policy.institution_of(record.entry.log), policy)
    yield from judge_key(signed, party, case.registry, is_named=is_named)
    yield from judge_pages(signed, party, policy)


def _identity(party: Signer, institution: str, policy: TrustPolicy) -> Reason:
    pinned = policy.pinned_keys(institution) if party.role is SignerRole.LENDER else ()
    if not pinned:
        return yes("signatures.lenders-word", key_id=party.pen.key_id, name=party.name, institution=institution)
    if party.pen not in pinned:
        return no("signatures.key-not-pinned", key_id=party.pen.key_id, signer=institution)
    return yes("signatures.pinned-key", key_id=party.pen.key_id, signer=institution)


def _repeats(signed: Sequence[Signed]) -> Iterator[Reason]:
    for place, item in enumerate(signed):
        earlier = signed[:place]
        if item.statement.nonce in {other.statement.nonce for other in earlier}:
            yield no("signatures.nonce-reused", n=item.record.n)
        if item.signer in {other.signer for other in earlier}:
            yield no("signatures.twice", n=item.record.n, name=item.signer)


def _notes(agreement: Agreement, signed: Sequence[Signed], policy: TrustPolicy) -> Iterator[Reason]:
    present = {item.signer for item in signed}
    missing = [party.name for party in agreement.parties if party.id not in present]
    if missing:
        yield not_checked("signatures.incomplete", missing=", ".join(missing))
    for item in signed:
        if agreement.terms_sha256 is None:
            yield yes("signatures.terms-not-opened", terms_sha256=item.statement.terms_sha256.hex())
        if policy.chain is None:
            yield yes("signatures.chain-not-pinned", chain_id=item.statement.chain_id)
