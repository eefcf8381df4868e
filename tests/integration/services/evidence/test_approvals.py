"""Answer 8: an agreement's approval taken again from its evidence package, and what each alteration of it makes of the answer."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.core.agreements.terms import parse_terms
from ledger.core.evidence.answers import AnswerName, Report, Verdict, no, not_checked
from ledger.core.evidence.approval_answer import answer_approved
from ledger.core.evidence.package import Package, parse_package
from ledger.core.evidence.records import Record, read_record
from ledger.core.evidence.trust import TrustPolicy
from ledger.core.evidence.verify_file import FileFacts, verify
from ledger.core.log.permissions import Role
from ledger.services.agreements.create import NewAgreement, create
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.revoke_delegation import revoke_delegation
from ledger.services.evidence.export_trust import export_trust
from ledger.services.evidence.issue_evidence import issue_evidence
from ledger.services.log.sequence import Turn, sequence
from ledger.storage.migrate import migrate
from ledger.storage.vault_fields import erase_record
from signing.canonical import Json
from signing.pdf.inspect import Limits
from support.approvals import Desk, cn_identity, staffed
from support.ledgers import ledger_in
from support.small_pdfs import small_pdf
from support.stage import party

TERMS: dict[str, Json] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "10000000"},
    "term_months": 24,
    "annual_rate": "4.35",
}
DOCUMENT = small_pdf(pages=2)
Parts = tuple[list[Record], list[Record], TrustPolicy]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("approvals")
    url = f"sqlite:///{folder / 'ledger.db'}"
    migrate(url)
    with ledger_in(folder, url) as ledger:
        desk = staffed(ledger)
        desk.enforce()
        cover(desk)
        yield desk


def cover(desk: Desk) -> None:
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=desk.now))


@pytest.fixture(scope="module")
def agreement(desk: Desk) -> str:
    """An agreement that was sent on a loan approved by two, beside a smaller one of the same applicant."""
    desk.submit(desk.apply(amount=6_000_000))
    loan = desk.apply(amount=10_000_000, terms_sha256=parse_terms(TERMS).sha256().hex())
    desk.submit(loan)
    desk.say("Olga", loan)
    desk.say("Rita", loan)
    new = NewAgreement(document=DOCUMENT, terms=dict(TERMS), signers=[party()], application=loan, send=True)
    made = create(desk.ledger.stores, desk.act("Olga"), new, Limits()).resource_id
    cover(desk)
    return made


@pytest.fixture(scope="module")
def package(desk: Desk, agreement: str) -> Package:
    return issue_evidence(desk.ledger.stores, desk.act("Olga"), agreement)


@pytest.fixture(scope="module")
def policy(desk: Desk) -> TrustPolicy:
    return export_trust(desk.ledger.stores, finality=0, pages=())


@pytest.fixture
def parts(desk: Desk, package: Package, policy: TrustPolicy) -> Parts:
    read = [[read_record(item, policy, desk.now) for item in items] for items in (package.receipts, package.approvals)]
    return read[0], read[1], policy


def verified(desk: Desk, package: Package, policy: TrustPolicy) -> Report:
    return verify(FileFacts(hashlib.sha256(DOCUMENT).digest(), len(DOCUMENT)), package.to_bytes(), policy, now=desk.now)


def codes(records: list[Record], approvals: list[Record], policy: TrustPolicy) -> set[tuple[Verdict, str]]:
    return {(reason.verdict, reason.code) for reason in answer_approved(records, approvals, policy)}


def place_of(approvals: list[Record], kind: str, which: int = 0) -> int:
    return [place for place, record in enumerate(approvals) if record.entry.type == kind][which]


def test_approval_is_taken_again_from_the_package(desk: Desk, package: Package, policy: TrustPolicy) -> None:
    assert parse_package(package.to_bytes()) == package
    report = verified(desk, package, policy)
    answer = report[AnswerName.APPROVED]
    assert (answer.verdict, answer.because) == (Verdict.YES, "approved.replayed")
    assert answer.reasons[0].facts["decisions"] == 2
    assert "limits.approval" in {reason.code for reason in report[AnswerName.NOT_PROVED].reasons}


def sent_on(desk: Desk, loan: str, terms: Json) -> Report:
    """Return the report about an agreement that is sent on this loan now."""
    new = NewAgreement(document=DOCUMENT, terms=terms, signers=[party()], application=loan, send=True)
    made = create(desk.ledger.stores, desk.act("Olga"), new, Limits()).resource_id
    cover(desk)
    package = issue_evidence(desk.ledger.stores, desk.act("Olga"), made)
    return verified(desk, package, export_trust(desk.ledger.stores, finality=0, pages=()))


def test_what_a_rule_set_approved_is_taken_again(desk: Desk, agreement: str) -> None:
    assert agreement  # the loans of the others come first
    desk.automate()
    terms: Json = {**TERMS, "amount": {"currency": "CNY", "minor": "4000000"}}
    hashed = parse_terms(terms).sha256().hex()
    loan = desk.apply(amount=4_000_000, identity=cn_identity(55), terms_sha256=hashed)
    desk.submit(loan)
    assert desk.state(loan).state == "approved"
    assert sent_on(desk, loan, terms)[AnswerName.APPROVED].because == "approved.replayed"


def test_what_a_delegate_approved_is_taken_again_after_the_delegation_was_taken_back(desk: Desk) -> None:
    desk.hire("Dora", Role.OFFICER)
    desk.hire("Dirk", Role.RISK)
    stores, key = desk.ledger.stores, desk.ledger.key
    delegate, until = desk.people["Dirk"].principal.id, desk.now + timedelta(days=2)
    new = NewDelegation(delegate_id=delegate, role=Role.OFFICER, until=until, limit_minor=100_000_000, currency="CNY")
    given = grant_delegation(stores, desk.act("Dora"), new, key).resource_id
    loan = desk.apply(identity=cn_identity(77), terms_sha256=parse_terms(TERMS).sha256().hex())
    desk.submit(loan)
    desk.say("Dirk", loan, in_place_of=desk.people["Dora"].principal.id)
    desk.say("Rita", loan)
    revoke_delegation(stores, desk.act("Dora"), given, key)
    assert sent_on(desk, loan, TERMS)[AnswerName.APPROVED].because == "approved.replayed"


def test_who_applied_and_who_works_here_is_not_in_it(package: Package) -> None:
    text = package.to_bytes().decode()
    assert "林小雨" not in text
    assert not [name for name in ("Otto", "Olga", "Rita") if name in text]


def _without(kind: str, which: int = 0) -> Callable[[list[Record]], list[Record]]:
    def change(approvals: list[Record]) -> list[Record]:
        place = place_of(approvals, kind, which)
        return approvals[:place] + approvals[place + 1 :]

    return change


def _altered(kind: str, which: int = 0, **values: object) -> Callable[[list[Record]], list[Record]]:
    def change(approvals: list[Record]) -> list[Record]:
        place = place_of(approvals, kind, which)
        record = replace(approvals[place], **values)  # type: ignore[arg-type]  # the cases name its fields
        return [*approvals[:place], record, *approvals[place + 1 :]]

    return change


def _unopened(approvals: list[Record]) -> list[Record]:
    place = place_of(approvals, "application.decided")
    record = replace(approvals[place], opened={})
    return [*approvals[:place], record, *approvals[place + 1 :]]


def _of_another_log(approvals: list[Record]) -> list[Record]:
    return [replace(approvals[0], entry=replace(approvals[0].entry, log="other.example/log")), *approvals[1:]]


def _unchained(approvals: list[Record]) -> list[Record]:
    place = place_of(approvals, "application.decided")
    entry = approvals[place].entry
    broken = replace(entry, subject=replace(entry.subject, prev=b"\x01" * 32))
    return [*approvals[:place], replace(approvals[place], entry=broken), *approvals[place + 1 :]]


@pytest.mark.parametrize(
    ("change", "verdict", "code"),
    [
        (_without("application.decided", 1), Verdict.NOT_CHECKED, "approved.not-shown"),
        (_without("application.decided", 0), Verdict.NOT_CHECKED, "approved.gap"),
        (lambda _: [], Verdict.NOT_CHECKED, "approved.not-shown"),
        (_without("role.granted"), Verdict.NO, "approved.finding"),
        (_without("policy.published"), Verdict.NO, "approved.finding"),
        (_without("key.enrolled"), Verdict.NO, "approved.finding"),
        (_altered("application.decided", refused=frozenset({"moved"})), Verdict.NO, "approved.opening-differs"),
        (_altered("role.granted", place=no("log.not-included")), Verdict.NO, "approved.not-in-log"),
        (_altered("role.granted", place=not_checked("x")), Verdict.NOT_CHECKED, "approved.unproven"),
        (_unopened, Verdict.NOT_CHECKED, "approved.not-shown"),
        (_of_another_log, Verdict.NO, "approved.other-log"),
        (_unchained, Verdict.NO, "approved.broken-chain"),
    ],
)
def test_altered_approval_is_not_confirmed(
    parts: Parts, change: Callable[[list[Record]], list[Record]], verdict: Verdict, code: str
) -> None:
    records, approvals, policy = parts
    assert (verdict, code) in codes(records, change(approvals), policy)


def test_directory_entry_without_the_institutions_signature_is_no(desk: Desk, parts: Parts) -> None:
    records, approvals, policy = parts
    stranger = replace(policy.institution_keys[0], key=desk.people["Olga"].key.public)
    found = codes(records, approvals, replace(policy, institution_keys=(stranger,)))
    assert (Verdict.NO, "approved.bad-signature") in found


def test_agreement_without_its_application_shown_is_not_checked(parts: Parts) -> None:
    records, approvals, policy = parts
    only_people = [record for record in approvals if record.entry.subject.kind != "application"]
    assert codes(records, only_people, policy) == {(Verdict.NOT_CHECKED, "approved.gap")}


def test_agreement_whose_terms_are_not_shown_is_not_checked(parts: Parts) -> None:
    records, approvals, policy = parts
    bare = [
        replace(record, opened={name: value for name, value in record.opened.items() if name != "terms"})
        for record in records
    ]
    assert codes(bare, approvals, policy) == {(Verdict.NOT_CHECKED, "approved.not-shown")}


def test_agreement_that_was_not_sent_says_that_nothing_is_recorded(parts: Parts) -> None:
    records, approvals, policy = parts
    assert codes(records[:1], approvals, policy) == {(Verdict.NOT_CHECKED, "approved.not-recorded")}


@pytest.mark.parametrize("rows_too", [True, False])
def test_evidence_outlives_the_application_that_was_erased(desk: Desk, rows_too: bool) -> None:  # noqa: FBT001  # a parameter
    stores = desk.ledger.stores
    loan = desk.apply(
        amount=10_000_000, identity=cn_identity(700 + rows_too), terms_sha256=parse_terms(TERMS).sha256().hex()
    )
    desk.submit(loan)
    desk.say("Olga", loan, conditions=("her brother stands surety",))
    desk.say("Rita", loan)
    new = NewAgreement(document=DOCUMENT, terms=dict(TERMS), signers=[party()], application=loan)
    made = create(stores, desk.act("Olga"), new, Limits()).resource_id
    cover(desk)
    stores.record_keys.destroy(loan, at="2026-11-25T00:00:00.000Z")
    if rows_too:
        stores.database.write(lambda tx: erase_record(tx, loan))
    package = issue_evidence(stores, desk.act("Olga"), made)
    assert b"her brother" not in package.to_bytes()
    answer = verified(desk, package, export_trust(stores, finality=0, pages=()))[AnswerName.APPROVED]
    assert answer.verdict is Verdict.NOT_CHECKED
