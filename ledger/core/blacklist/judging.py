"""What a check's receipt and its opening prove, to somebody who trusts neither the partner nor the registry (DESIGN section 7).

Promises: it returns only when at least t distinct evaluators of a believed epoch each proved their answer to this very request,
against the newest or last-but-one version, about this very subject; then it says listed or not. Fewer than t answers are refused
before anything is combined: what they give together is the place of nobody, for which an absence proof exists.
Leaves to others: believing the keys (the check policy is the reader's own), the words for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger.core.blacklist.admission import FRESH
from ledger.core.blacklist.checks import (
    CheckRequest,
    SignedAnswer,
    applicant_commitment,
    consent_commitment,
    request_hash,
)
from ledger.core.blacklist.consortium import ListChain
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.identifiers import Identifier, parse_identifier
from ledger.core.blacklist.receipts import CheckOpening, CheckReceipt
from ledger.core.blacklist.tokens import Question
from ledger.core.blacklist.tree import Token, check_proof
from ledger.core.log.hashing import same_digest
from ledger.core.log.instants import instant
from ledger.errors import InvalidInput, VerificationFailed
from signing.algorithms import PublicKey
from signing.errors import SigningError
from signing.oprf.group import Element
from signing.oprf.threshold import check_part, combine


@dataclass(frozen=True, kw_only=True)
class CheckPolicy:
    """Whom a reader believes: epochs by their id, the registry's keys, the partners' keys, where versions are on record."""

    epochs: Mapping[bytes, Epoch]
    registries: tuple[PublicKey, ...]
    institutions: Mapping[str, PublicKey]
    chain: ListChain | None = None


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """What the receipt alone proves: who asked, when, against which list, answered by whom. Not about whom."""

    institution: str
    reason: str
    epoch: Epoch
    version: int
    version_at: str
    asked_at: str
    answered_at: str
    evaluators: tuple[int, ...]
    subjects: int


@dataclass(frozen=True, kw_only=True)
class CheckVerdict:
    """What receipt and opening prove together."""

    facts: ReceiptFacts
    identifier: Identifier
    applicant: bytes
    token: Token
    leaf: bytes | None  # what the list says of the token, None where it is absent

    @property
    def listed(self) -> bool:
        return self.leaf is not None


def judge_receipt(receipt: CheckReceipt, policy: CheckPolicy) -> ReceiptFacts:
    """Return what the receipt alone proves; raise VerificationFailed with the code of the first thing that does not hold.

    Codes: check.unknown-epoch, check.unknown-institution, check.unknown-registry, check.too-few-evaluators, check.other-request,
    check.other-epoch, check.version-mismatch, check.stale-version, check.time, evaluation.…, blacklist.signature.
    """
    request = receipt.request.record
    epoch = policy.epochs.get(request.epoch)
    if epoch is None:
        raise VerificationFailed("check.unknown-epoch", "the receipt is of an epoch that your policy does not list")
    _check_signers(receipt, policy)
    _check_version(receipt)
    _check_answers(receipt.answers, request, epoch)
    if not epoch.is_open(instant(request.at)):
        raise VerificationFailed("check.time", f"epoch {epoch.plan.number} was not open when the check was made")
    return ReceiptFacts(
        institution=request.institution,
        reason=request.reason,
        epoch=epoch,
        version=request.version,
        version_at=receipt.version.record.at,
        asked_at=request.at,
        answered_at=min(answer.record.at for answer in receipt.answers),
        evaluators=tuple(sorted(answer.record.evaluator for answer in receipt.answers)),
        subjects=len(request.items),
    )


def judge_check(receipt: CheckReceipt, opening: CheckOpening, policy: CheckPolicy) -> CheckVerdict:
    """Return whether the subject of the opening was listed; raise VerificationFailed.

    Codes: those of `judge_receipt`, and check.other-receipt, check.no-such-item, check.identifier, check.other-subject,
    check.other-applicant, check.other-consent, tree-proof.invalid.
    """
    facts = judge_receipt(receipt, policy)
    request = receipt.request.record
    if not same_digest(receipt.sha256, opening.receipt):
        raise VerificationFailed("check.other-receipt", "the opening belongs to another receipt")
    if opening.item >= len(request.items):
        raise VerificationFailed(
            "check.no-such-item", f"the receipt has {len(request.items)} items, the opening names item {opening.item}"
        )
    identifier = _identifier(opening, instant(request.at).date())
    question = Question(identifier, facts.epoch.plan.stretch(identifier.to_bytes()), opening.factor)
    _check_opened(request, opening, question)
    name = question.name(_evaluated(receipt, facts.epoch)[opening.item])
    value = check_proof(request.root, name.token, opening.proof)
    return CheckVerdict(
        facts=facts,
        identifier=identifier,
        applicant=request.items[opening.item].applicant,
        token=name.token,
        leaf=value,
    )


def check_age(verdict: CheckVerdict, *, applicant: bytes, now: datetime, max_age: timedelta) -> None:
    """Pass when the check is of this applicant and young enough; raise VerificationFailed: check.other-applicant, check.too-old.

    The fresh-check condition of an approval: what it says of a hit is for the policy to decide.
    """
    if not same_digest(verdict.applicant, applicant):
        raise VerificationFailed("check.other-applicant", "the check was made for another applicant or application")
    age = now - instant(verdict.facts.answered_at)
    if not -FRESH <= age <= max_age:
        raise VerificationFailed(
            "check.too-old",
            f"expected a check of the last {int(max_age.total_seconds())} seconds, got one {int(age.total_seconds())} seconds old",
        )


def _check_signers(receipt: CheckReceipt, policy: CheckPolicy) -> None:
    request, version = receipt.request, receipt.version
    partner = policy.institutions.get(request.record.institution)
    if partner is None:
        raise VerificationFailed(
            "check.unknown-institution", "the receipt is of an institution that your policy does not list"
        )
    request.check(partner)
    registry = next((key for key in policy.registries if key.key_id == version.signature.key_id), None)
    if registry is None:
        raise VerificationFailed(
            "check.unknown-registry", "the version is signed by a registry that your policy does not list"
        )
    version.check(registry)


def _check_version(receipt: CheckReceipt) -> None:
    request, version = receipt.request.record, receipt.version.record
    if (version.epoch, version.number, version.root) != (request.epoch, request.version, request.root):
        raise VerificationFailed(
            "check.version-mismatch",
            f"the request names version {request.version} with another root than the signed record",
        )


def _check_answers(answers: tuple[SignedAnswer, ...], request: CheckRequest, epoch: Epoch) -> None:
    distinct = {answer.record.evaluator for answer in answers}
    if len(distinct) < epoch.plan.threshold or len(distinct) != len(answers):
        raise VerificationFailed(
            "check.too-few-evaluators",
            f"expected answers of at least {epoch.plan.threshold} different evaluators, got {len(distinct)} in {len(answers)} "
            "answers: what fewer give together is the place of nobody",
        )
    name = request_hash(request)
    for answer in answers:
        _check_answer(answer, request, name, epoch)


def _check_answer(answer: SignedAnswer, request: CheckRequest, name: bytes, epoch: Epoch) -> None:
    record = answer.record
    answer.check(epoch.evaluator(record.evaluator).key)
    if not same_digest(record.request, name):
        raise VerificationFailed("check.other-request", f"evaluator {record.evaluator} answered another request")
    if record.epoch != epoch.id or record.threshold != epoch.plan.threshold:
        raise VerificationFailed(
            "check.other-epoch", f"evaluator {record.evaluator} answered under another epoch or threshold"
        )
    if request.version not in (record.newest, record.newest - 1):
        raise VerificationFailed(
            "check.stale-version",
            f"version {request.version} was checked while evaluator {record.evaluator} knew version {record.newest}: neither the "
            "newest nor the last but one",
        )
    if abs(instant(record.at) - instant(request.at)) > 2 * FRESH:
        raise VerificationFailed(
            "check.time", f"evaluator {record.evaluator} answered at another time than the request says"
        )
    try:
        check_part(record.part, request.blinded, epoch.share_keys)
    except SigningError as error:
        raise VerificationFailed("check.bad-part", error.message) from error


def _evaluated(receipt: CheckReceipt, epoch: Epoch) -> list[Element]:
    return combine([answer.record.part for answer in receipt.answers], epoch.plan.threshold)


def _identifier(opening: CheckOpening, today: date) -> Identifier:
    try:
        found = parse_identifier(opening.identifier_kind, opening.identifier, today)
    except InvalidInput as error:
        raise VerificationFailed(
            "check.identifier", f"the opening's identifier breaks a rule: {error.message}"
        ) from error
    if found.value != opening.identifier:
        raise VerificationFailed("check.identifier", "the opening's identifier is not in its one spelling")
    return found


def _check_opened(request: CheckRequest, opening: CheckOpening, question: Question) -> None:
    item = request.items[opening.item]
    if not same_digest(item.blinded, question.blinded):
        raise VerificationFailed(
            "check.other-subject", "the receipt does not open with this subject and blind: it is about another"
        )
    subject = question.identifier.to_bytes()
    if not same_digest(item.applicant, applicant_commitment(opening.application, subject, opening.salt)):
        raise VerificationFailed("check.other-applicant", "the check was made for another applicant or application")
    if not same_digest(item.consent, consent_commitment(opening.application, opening.consent_sha256, opening.salt)):
        raise VerificationFailed("check.other-consent", "the check was made under another consent")
