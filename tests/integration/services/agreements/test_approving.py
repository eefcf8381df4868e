"""Once a policy is in force a contract goes out on an approved application alone, and on each but one."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from ledger.core.agreements.terms import parse_terms
from ledger.core.applications.decide import Verdict
from ledger.errors import LedgerError
from ledger.services.agreements.create import NewAgreement, create
from ledger.services.agreements.send import send
from ledger.services.agreements.submit import submit
from ledger.services.agreements.void import void
from ledger.services.applications.audit_approvals import audit_approvals
from ledger.services.log.sequence import Turn, sequence
from ledger.storage.agreements import state_of
from ledger.storage.migrate import migrate
from signing.canonical import Json
from signing.pdf.inspect import Limits
from support.approvals import Desk, cn_identity, staffed
from support.ledgers import NOW, ledger_in
from support.small_pdfs import small_pdf
from support.stage import party

TERMS: dict[str, Json] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "10000000"},
    "term_months": 24,
    "annual_rate": "4.35",
}
LIMITS = Limits()
_APPLICANTS = count(1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("approving")
    url = f"sqlite:///{folder / 'ledger.db'}"
    migrate(url)
    with ledger_in(folder, url) as ledger:
        desk = staffed(ledger)
        desk.enforce()
        sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=NOW))
        yield desk


def loan(desk: Desk, *, approve: bool = True, terms: Json = TERMS) -> str:
    """Return an application over 100,000 yuan, of an applicant of its own, approved unless told otherwise."""
    applicant = cn_identity(next(_APPLICANTS))  # another one each time: their loans are not added up
    made = desk.apply(amount=10_000_000, identity=applicant, terms_sha256=parse_terms(terms).sha256().hex())
    desk.submit(made)
    if approve:
        desk.say("Olga", made)
        desk.say("Rita", made)
    return made


def contract(desk: Desk, **changes: object) -> str:
    new = NewAgreement(document=small_pdf(pages=2), terms=dict(TERMS), signers=[party()])
    return create(desk.ledger.stores, desk.act("Olga"), replace(new, **changes), LIMITS).resource_id  # type: ignore[arg-type]  # by its fields


def state(desk: Desk, agreement: str) -> str:
    found = desk.ledger.stores.database.read(lambda tx: state_of(tx, agreement))
    assert found is not None
    return found.state


def test_contract_waits_for_its_application_and_is_sent_once_that_is_approved(desk: Desk) -> None:
    stores, waiting = desk.ledger.stores, loan(desk, approve=False)
    agreement = contract(desk)
    submit(stores, desk.act("Olga"), agreement, waiting)
    assert state(desk, agreement) == "approving"
    with pytest.raises(LedgerError) as early:
        send(stores, desk.act("Olga"), agreement)
    assert (early.value.code, state(desk, agreement)) == ("agreement.not-approved", "approving")
    desk.say("Olga", waiting)
    desk.say("Rita", waiting)
    send(stores, desk.act("Olga"), agreement)
    assert state(desk, agreement) == "sent"


def test_approved_application_is_named_by_its_number_as_the_contract_is_made(desk: Desk) -> None:
    approved = loan(desk)
    number = desk.content_number(approved)
    agreement = contract(desk, application=number, send=True)
    assert state(desk, agreement) == "sent"


def test_nothing_goes_out_without_an_application(desk: Desk) -> None:
    with pytest.raises(LedgerError) as refused:
        contract(desk, send=True)
    assert refused.value.code == "agreement.needs-approval"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"terms": {**TERMS, "annual_rate": "9.99"}}, "agreement.other-terms"),
        ({"application": "no such application"}, "application.unknown"),
    ],
)
def test_contract_beside_its_approval_is_refused_whole(desk: Desk, changes: dict[str, object], code: str) -> None:
    given = {"application": loan(desk), **changes}
    with pytest.raises(LedgerError) as refused:
        contract(desk, send=True, **given)
    assert refused.value.code == code


def test_decision_about_another_amount_than_its_terms_is_refused(desk: Desk) -> None:
    other = parse_terms({**TERMS, "amount": {"currency": "CNY", "minor": "99000000"}})
    approved = loan(desk, terms=other.to_json())
    with pytest.raises(LedgerError) as refused:
        contract(desk, terms=other.to_json(), application=approved, send=True)
    assert refused.value.code == "agreement.other-amount"


def test_declined_application_carries_nothing(desk: Desk) -> None:
    declined = loan(desk, approve=False)
    desk.say("Olga", declined, Verdict.DECLINE)
    with pytest.raises(LedgerError) as refused:
        contract(desk, application=declined, send=True)
    assert refused.value.code == "agreement.not-approved"


def test_approval_carries_one_contract_at_a_time(desk: Desk) -> None:
    stores, approved = desk.ledger.stores, loan(desk)
    first = contract(desk, application=approved, send=True)
    with pytest.raises(LedgerError) as refused:
        contract(desk, application=approved, send=True)
    assert refused.value.code == "agreement.approval-used"
    void(stores, desk.act("Olga"), first, "typed wrongly")
    assert state(desk, contract(desk, application=approved, send=True)) == "sent"


def test_agreement_is_submitted_once(desk: Desk) -> None:
    agreement = contract(desk, application=loan(desk))
    with pytest.raises(LedgerError) as refused:
        submit(desk.ledger.stores, desk.act("Olga"), agreement, loan(desk))
    assert refused.value.code == "agreement.wrong-state"


def test_replay_has_no_finding_over_all_of_these(desk: Desk) -> None:
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=desk.now))
    report = audit_approvals(ledger.stores)
    assert report.is_clean, report.findings
