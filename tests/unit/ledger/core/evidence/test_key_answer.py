"""Keys of the registry in answer 2: on whose word, revoked when and why, used on whose pages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.evidence.answers import AnswerName, Report, Verdict
from ledger.core.evidence.package import parse_package
from ledger.core.evidence.trust import InstitutionKey, TrustedPages, TrustPolicy
from ledger.core.evidence.verify_file import verify
from ledger.core.log.keys import ProofGrade, Purpose
from ledger.core.log.receipt import Receipt
from signing.keys.signer import Ed25519Signer
from support.evidence_material import FILE, INSTITUTION, NOW
from support.key_material import (
    BLOCK_TIME,
    INSTITUTION_KEY,
    ONE_TIME,
    PAGE,
    RP_ID,
    KeyBuilt,
    KeyPlan,
    build_keys,
)

PAGES = (TrustedPages(RP_ID, (PAGE,)),)
EARLY, LATE = (
    moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    for moment in (BLOCK_TIME - timedelta(hours=1), BLOCK_TIME + timedelta(hours=1))
)
STRANGER = Ed25519Signer(bytes([1]) * 32, purpose="institution")


def report_of(built: KeyBuilt, policy: TrustPolicy | None = None, *, keys: tuple[Receipt, ...] | None = None) -> Report:
    policy = policy or replace(built.policy, pages=PAGES)
    return verify(
        FILE, replace(built.package, keys=built.package.keys if keys is None else keys).to_bytes(), policy, now=NOW
    )


def codes_of(report: Report) -> dict[str, Verdict]:
    return {reason.code: reason.verdict for reason in report[AnswerName.SIGNATURES].reasons}


def test_passkey_of_the_registry_signs_on_the_lender_s_word() -> None:
    report = report_of(build_keys())

    assert codes_of(report) == {"signatures.valid": Verdict.YES, "keys.lenders-word": Verdict.YES}
    assert report[AnswerName.APPEND_ONLY].verdict is Verdict.YES
    assert report.exit_code == 0


def test_package_with_keys_is_read_back() -> None:
    package = build_keys().package
    assert parse_package(package.to_bytes()) == package
    assert b'"keys"' not in replace(package, keys=()).to_bytes()


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (KeyPlan(grade=ProofGrade.PROVIDER), "keys.provider"),
        (KeyPlan(grade=ProofGrade.OWN_KEY), "keys.own-key"),
        (KeyPlan(grade=ProofGrade.LENDERS_WORD, named=True), "keys.lenders-word"),
    ],
)
def test_whose_word_it_is_is_said(plan: KeyPlan, code: str) -> None:
    assert codes_of(report_of(build_keys(plan))) == {"signatures.valid": Verdict.YES, code: Verdict.YES}


@pytest.mark.parametrize(
    "plan",
    [KeyPlan(pen=ONE_TIME, grade=ProofGrade.CODE_ONLY), KeyPlan(grade=ProofGrade.CODE_ONLY), KeyPlan(pen=ONE_TIME)],
)
def test_weaker_pens_are_called_weaker(plan: KeyPlan) -> None:
    assert codes_of(report_of(build_keys(plan)))["keys.weaker"] is Verdict.YES


def test_key_that_is_not_shown_is_not_checked() -> None:
    assert codes_of(report_of(build_keys(), keys=()))["keys.not-shown"] is Verdict.NOT_CHECKED
    named = report_of(build_keys(KeyPlan(named=True)), keys=())
    assert codes_of(named) == {"signatures.valid": Verdict.YES, "signatures.lenders-word": Verdict.YES}


@pytest.mark.parametrize(
    ("plan", "code", "verdict"),
    [
        (KeyPlan(revoked={"ground": "orderly"}), "keys.revoked-later", Verdict.YES),
        (KeyPlan(revoked={"ground": "lost"}), "keys.revoked-later", Verdict.YES),
        (KeyPlan(revoked={"ground": "lost"}, revoked_first=True), "keys.revoked", Verdict.NO),
        (KeyPlan(revoked={"ground": "orderly"}, revoked_first=True), "keys.revoked", Verdict.NO),
        (KeyPlan(revoked={"ground": "compromised", "since": LATE}), "keys.revoked-later", Verdict.YES),
        (KeyPlan(revoked={"ground": "compromised", "since": EARLY}), "keys.revoked", Verdict.NO),
        (KeyPlan(revoked={"ground": "compromised"}), "keys.revoked", Verdict.NO),
        (KeyPlan(revoked={"ground": "a new word"}), "keys.revoked", Verdict.NO),
        (KeyPlan(revoked={}), "keys.revoked", Verdict.NO),
        (KeyPlan(revoked={"ground": "lost"}, revoked_first=True, named=True), "keys.revoked", Verdict.NO),
    ],
)
def test_signature_of_a_revoked_key_is_judged_at_its_proven_time(plan: KeyPlan, code: str, verdict: Verdict) -> None:
    assert codes_of(report_of(build_keys(plan)))[code] is verdict


def test_compromise_without_an_independent_clock_is_not_checked() -> None:
    built = build_keys(KeyPlan(revoked={"ground": "compromised", "since": LATE}))
    unpinned = replace(built.policy, chain=None, pages=PAGES)
    assert codes_of(report_of(built, unpinned))["keys.time-unproven"] is Verdict.NOT_CHECKED


@pytest.mark.parametrize(
    ("plan", "code", "verdict"),
    [
        (KeyPlan(purpose=Purpose.LOGIN), "keys.login", Verdict.NO),
        (KeyPlan(enrolled_last=True), "keys.enrolled-later", Verdict.NO),
        (KeyPlan(facts={"purpose": "both"}), "keys.refused", Verdict.NO),
        (KeyPlan(facts={"key": ONE_TIME.public.to_json()}), "keys.refused", Verdict.NO),
        (KeyPlan(enrolled_type="key.revoked"), "keys.refused", Verdict.NO),
        (KeyPlan(revoked={"ground": "lost"}, revoked_type="key.enrolled"), "keys.refused", Verdict.NO),
        (KeyPlan(revoked={"ground": "lost"}, revocations=2), "keys.refused", Verdict.NO),
        (KeyPlan(registry="log.lender.example/other"), "keys.refused", Verdict.NO),
        (KeyPlan(subject="webauthn:" + "0" * 32), "keys.not-shown", Verdict.NOT_CHECKED),
    ],
)
def test_registry_entries_that_cannot_be_are_refused(plan: KeyPlan, code: str, verdict: Verdict) -> None:
    assert codes_of(report_of(build_keys(plan)))[code] is verdict


def test_revocation_without_its_enrolment_is_refused() -> None:
    built = build_keys(KeyPlan(revoked={"ground": "lost"}))
    assert codes_of(report_of(built, keys=built.package.keys[1:]))["keys.refused"] is Verdict.NO


def test_registry_entries_carry_the_pinned_key_s_signature() -> None:
    pinned = (InstitutionKey(INSTITUTION, INSTITUTION_KEY.public),)
    sound, forged = build_keys(), build_keys(KeyPlan(signer=STRANGER))
    for built, expected in ((sound, "keys.lenders-word"), (forged, "keys.refused")):
        policy = replace(built.policy, pages=PAGES, institution_keys=pinned)
        assert expected in codes_of(report_of(built, policy))
    unsigned = build_keys(KeyPlan(revoked={"ground": "orderly"}))
    policy = replace(unsigned.policy, pages=PAGES, institution_keys=pinned)
    assert "keys.revoked-later" in codes_of(report_of(unsigned, policy))


def test_registry_entries_of_an_unproven_place_are_not_checked() -> None:
    built = build_keys()
    moved = tuple(replace(receipt, index=receipt.index + 1) for receipt in built.package.keys)
    assert codes_of(report_of(built, keys=moved))["keys.unproven"] is Verdict.NOT_CHECKED


def test_entries_of_another_subject_among_the_keys_are_passed_over() -> None:
    built = build_keys()
    keys = (*built.package.keys, built.package.receipts[0])
    assert codes_of(report_of(built, keys=keys)) == codes_of(report_of(built))


@pytest.mark.parametrize(
    ("pages", "code", "verdict"),
    [
        ((), "keys.pages-not-pinned", Verdict.NOT_CHECKED),
        ((TrustedPages("other.example", (PAGE,)),), "keys.other-pages", Verdict.NO),
        ((TrustedPages(RP_ID, ("https://other.example",)),), "keys.other-pages", Verdict.NO),
    ],
)
def test_passkey_is_held_against_the_pinned_pages(pages: tuple[TrustedPages, ...], code: str, verdict: Verdict) -> None:
    built = build_keys()
    assert codes_of(report_of(built, replace(built.policy, pages=pages)))[code] is verdict


def test_one_time_key_needs_no_pages() -> None:
    built = build_keys(KeyPlan(pen=ONE_TIME))
    assert "keys.pages-not-pinned" not in codes_of(report_of(built, built.policy))


def test_list_that_ends_before_the_signature_is_too_old() -> None:
    """The registry's receipt stands under a checkpoint that does not cover the signature yet."""
    assert codes_of(report_of(build_keys(KeyPlan(is_early=True))))["keys.list-too-old"] is Verdict.NOT_CHECKED
