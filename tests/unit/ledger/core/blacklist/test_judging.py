"""What receipt and opening prove, and every way in which they must not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.blacklist.checks import applicant_commitment
from ledger.core.blacklist.identifiers import Identifier
from ledger.core.blacklist.judging import CheckPolicy, check_age, judge_check, judge_receipt
from ledger.core.blacklist.receipts import CheckOpening, CheckReceipt, parse_check_opening, parse_check_receipt
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.tokens import name_of
from ledger.core.log.directory import format_instant
from ledger.errors import VerificationFailed
from signing.oprf.protocol import finalize
from signing.oprf.threshold import combine
from support.consortium import (
    APPLICATION,
    CLEAN,
    EVALUATORS,
    LISTED,
    NOW,
    OTHER,
    PARTNER,
    REGISTRY,
    Consortium,
    answer_of,
    consortium,
    opening_of,
    receipt_about,
    request_about,
    salt_of,
    sign,
    signed_answer,
    signed_request,
    signer,
)

GROUP = consortium()
RECEIPT = receipt_about(GROUP, CLEAN)
OPENING = opening_of(GROUP, RECEIPT, CLEAN)
POLICY = GROUP.policy


def refused(receipt: CheckReceipt, opening: CheckOpening | None = None, policy: CheckPolicy = POLICY) -> str:
    with pytest.raises(VerificationFailed) as error:
        judge_check(receipt, replace(opening or OPENING, receipt=receipt.sha256), policy)
    return error.value.code


def with_answers(group: Consortium, identifier: Identifier, **changes: object) -> CheckReceipt:
    """A receipt whose first evaluator said something else, and signed it."""
    request = request_about(group, identifier)
    answers = [replace(answer_of(group, request, 1), **changes), answer_of(group, request, 3)]  # type: ignore[arg-type]  # by name
    return CheckReceipt(signed_request(request), tuple(map(signed_answer, answers)), group.version)


def with_request(**changes: object) -> CheckReceipt:
    """A receipt of a changed request that two evaluators answered."""
    request = replace(request_about(GROUP, CLEAN), **changes)  # type: ignore[arg-type]  # by name
    answers = tuple(signed_answer(answer_of(GROUP, request, index)) for index in (1, 3))
    return CheckReceipt(signed_request(request), answers, GROUP.version)


def test_a_subject_that_is_not_listed_is_proved_absent() -> None:
    verdict = judge_check(RECEIPT, OPENING, POLICY)
    assert not verdict.listed
    assert verdict.identifier == CLEAN
    assert (verdict.facts.institution, verdict.facts.version, verdict.facts.evaluators) == ("inst-1", 2, (1, 3))


def test_a_subject_that_is_listed_is_proved_present() -> None:
    receipt = receipt_about(GROUP, LISTED, (2, 3))
    assert judge_check(receipt, opening_of(GROUP, receipt, LISTED), POLICY).listed


def test_receipt_and_opening_survive_their_bytes() -> None:
    assert parse_check_receipt(RECEIPT.to_bytes()) == RECEIPT
    assert parse_check_opening(OPENING.to_bytes()) == OPENING
    assert CLEAN.value not in repr(OPENING)


def test_the_receipt_alone_says_nothing_of_the_subject() -> None:
    facts = judge_receipt(RECEIPT, POLICY)
    assert facts.subjects == 1
    assert CLEAN.value.encode() not in RECEIPT.to_bytes()


def test_under_threshold_receipt_on_a_listed_subject_is_refused() -> None:
    """The attack: drop one of t answers to a hit. What is left leads to a place for which a genuine absence proof exists."""
    request = request_about(GROUP, LISTED)
    one = answer_of(GROUP, request, 1)
    question = GROUP.question(LISTED)
    wrong = name_of(LISTED.purpose, finalize(question.stretched, question.factor, combine([one.part], 1)[0]))
    assert GROUP.leaves.value_of(wrong.token) is None
    forged = CheckReceipt(signed_request(request), (signed_answer(one),), GROUP.version)
    opening = replace(opening_of(GROUP, forged, LISTED), proof=GROUP.leaves.prove(wrong.token))
    assert refused(forged, opening) == "check.too-few-evaluators"


def test_one_evaluator_s_answer_twice_is_not_two_evaluators() -> None:
    request = request_about(GROUP, LISTED)
    twice = (signed_answer(answer_of(GROUP, request, 1)),) * 2
    forged = CheckReceipt(signed_request(request), twice, GROUP.version)
    assert refused(forged, opening_of(GROUP, forged, LISTED)) == "check.too-few-evaluators"


def test_an_answer_that_lowers_the_threshold_is_refused() -> None:
    assert refused(with_answers(GROUP, CLEAN, threshold=1)) == "check.other-epoch"


def test_an_absence_proof_of_another_subject_does_not_clear_a_hit() -> None:
    receipt = receipt_about(GROUP, LISTED)
    opening = opening_of(GROUP, receipt, LISTED)
    swapped = replace(opening, proof=GROUP.leaves.prove(GROUP.name(CLEAN).token))
    assert refused(receipt, swapped) == "tree-proof.invalid"


def test_a_proof_under_another_version_s_root_is_refused() -> None:
    other = consortium([LISTED, CLEAN])
    opening = replace(OPENING, proof=other.leaves.prove(other.name(CLEAN).token))
    assert refused(RECEIPT, opening) == "tree-proof.invalid"


def test_an_old_version_on_purpose_is_refused() -> None:
    assert refused(with_answers(GROUP, CLEAN, newest=4)) == "check.stale-version"


def test_the_last_version_but_one_is_taken() -> None:
    receipt = with_answers(GROUP, CLEAN, newest=3)
    assert not judge_check(receipt, opening_of(GROUP, receipt, CLEAN), POLICY).listed


def test_a_version_from_the_future_is_refused() -> None:
    assert refused(with_answers(GROUP, CLEAN, newest=1)) == "check.stale-version"


def test_another_root_than_the_registry_signed_is_refused() -> None:
    assert refused(with_request(root=bytes(31) + b"\x01")) == "check.version-mismatch"


def test_another_subject_does_not_open_the_receipt() -> None:
    opening = replace(OPENING, identifier_kind=str(OTHER.kind), identifier=OTHER.value)
    assert refused(RECEIPT, opening) == "check.other-subject"


def test_another_blind_does_not_open_the_receipt() -> None:
    assert refused(RECEIPT, replace(OPENING, factor=GROUP.question(OTHER).factor)) == "check.other-subject"


def test_another_spelling_of_the_subject_does_not_open_the_receipt() -> None:
    assert refused(RECEIPT, replace(OPENING, identifier=CLEAN.value.lower())) == "check.identifier"


def test_an_invalid_identifier_does_not_open_the_receipt() -> None:
    assert refused(RECEIPT, replace(OPENING, identifier="91350100M000100Y44")) == "check.identifier"


def test_another_application_does_not_open_the_receipt() -> None:
    assert refused(RECEIPT, replace(OPENING, application="DEMO-2026-000018")) == "check.other-applicant"


def test_another_consent_does_not_open_the_receipt() -> None:
    assert refused(RECEIPT, replace(OPENING, consent_sha256=bytes(32))) == "check.other-consent"


def test_an_item_that_is_not_there_is_refused() -> None:
    assert refused(RECEIPT, replace(OPENING, item=1)) == "check.no-such-item"


def test_an_opening_of_another_receipt_is_refused() -> None:
    with pytest.raises(VerificationFailed) as error:
        judge_check(receipt_about(GROUP, CLEAN, (1, 2)), OPENING, POLICY)
    assert error.value.code == "check.other-receipt"


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (replace(POLICY, epochs={}), "check.unknown-epoch"),
        (replace(POLICY, institutions={}), "check.unknown-institution"),
        (replace(POLICY, registries=(PARTNER.public,)), "check.unknown-registry"),
        (replace(POLICY, institutions={"inst-1": REGISTRY.public}), "blacklist.signature"),
    ],
)
def test_keys_come_from_the_reader_s_policy_only(policy: CheckPolicy, code: str) -> None:
    assert refused(RECEIPT, policy=policy) == code


def test_an_unregistered_evaluator_does_not_count() -> None:
    request = request_about(GROUP, CLEAN)
    stranger = signer("stranger")
    answers = (
        signed_answer(answer_of(GROUP, request, 1)),
        signed_answer(replace(answer_of(GROUP, request, 3), evaluator=4), stranger),
    )
    forged = CheckReceipt(signed_request(request), answers, GROUP.version)
    assert refused(forged) == "evaluation.unknown-evaluator"


def test_an_answer_signed_by_another_evaluator_is_refused() -> None:
    request = request_about(GROUP, CLEAN)
    answers = (
        signed_answer(answer_of(GROUP, request, 1)),
        signed_answer(answer_of(GROUP, request, 3), EVALUATORS[1]),
    )
    assert refused(CheckReceipt(signed_request(request), answers, GROUP.version)) == "blacklist.signature"


def test_an_answer_to_another_request_is_refused() -> None:
    assert refused(with_answers(GROUP, CLEAN, request=bytes(32))) == "check.other-request"


def test_a_part_of_another_share_is_refused() -> None:
    request = request_about(GROUP, CLEAN)
    third = answer_of(GROUP, request, 3)
    assert refused(with_answers(GROUP, CLEAN, elements=third.elements, proof=third.proof)) == "check.bad-part"


def test_answers_at_another_time_are_refused() -> None:
    late = format_instant(NOW + timedelta(minutes=5))
    assert refused(with_answers(GROUP, CLEAN, at=late)) == "check.time"


def test_a_check_after_the_epoch_closed_is_refused() -> None:
    at = format_instant(NOW + timedelta(days=100))
    request = replace(request_about(GROUP, CLEAN), at=at)
    answers = tuple(signed_answer(replace(answer_of(GROUP, request, index), at=at)) for index in (1, 3))
    assert refused(CheckReceipt(signed_request(request), answers, GROUP.version)) == "check.time"


def test_a_changed_request_breaks_the_partner_s_signature() -> None:
    changed = replace(RECEIPT.request.record, reason="portfolio")
    assert refused(replace(RECEIPT, request=Signed(changed, RECEIPT.request.signature))) == "blacklist.signature"


def test_a_changed_version_breaks_the_registry_s_signature() -> None:
    record = replace(GROUP.version.record, count=39)
    assert refused(replace(RECEIPT, version=Signed(record, GROUP.version.signature))) == "blacklist.signature"
    other = replace(GROUP.version.record, number=3)
    assert refused(replace(RECEIPT, version=Signed(other, sign(other, REGISTRY)))) == "check.version-mismatch"


def test_a_fresh_check_of_the_applicant_meets_an_approval_s_condition() -> None:
    verdict = judge_check(RECEIPT, OPENING, POLICY)
    applicant = applicant_commitment(APPLICATION, CLEAN.to_bytes(), salt_of(CLEAN))
    check_age(verdict, applicant=applicant, now=NOW + timedelta(minutes=15), max_age=timedelta(minutes=15))


@pytest.mark.parametrize(("minutes", "code"), [(16, "check.too-old"), (-3, "check.too-old")])
def test_a_check_too_old_or_from_the_future_does_not(minutes: int, code: str) -> None:
    verdict = judge_check(RECEIPT, OPENING, POLICY)
    now = NOW + timedelta(minutes=minutes)
    with pytest.raises(VerificationFailed) as error:
        check_age(verdict, applicant=verdict.applicant, now=now, max_age=timedelta(minutes=15))
    assert error.value.code == code


def test_a_check_of_another_applicant_does_not() -> None:
    verdict = judge_check(RECEIPT, OPENING, POLICY)
    with pytest.raises(VerificationFailed) as error:
        check_age(verdict, applicant=bytes(32), now=NOW, max_age=timedelta(minutes=15))
    assert error.value.code == "check.other-applicant"
