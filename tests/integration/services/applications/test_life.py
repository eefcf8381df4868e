"""The later life of applications through the services: replay and integrity audit stay silent; what is out of turn changes nothing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from ledger.core.applications.decide import Verdict
from ledger.core.log.permissions import Role
from ledger.errors import LedgerError
from ledger.services.applications.accept_counter import Acceptance, accept_counter
from ledger.services.applications.check_condition import check_condition
from ledger.services.applications.correct import correct
from ledger.services.applications.decide import NewDecision, decide
from ledger.services.applications.issue_decision import Wanted, issue_decision
from ledger.services.applications.lapse import lapse
from ledger.services.applications.report_condition import Evidence, report_condition
from ledger.services.applications.review import review
from ledger.services.applications.tell import Telling, tell
from ledger.services.applications.withdraw import withdraw
from ledger.services.context import Written
from ledger.services.log.change_role import RoleChange, change_role
from signing.canonical import Json
from signing.envelope import Signature
from support.approvals import CHAIN_ID, Desk, cn_identity

_PEOPLE = iter(range(100, 900))
OFFER = ("amount=CNY 80,000.00", "term_months=12")
EVIDENCE = Evidence(sha256=b"\x06" * 32, what="the policy of the insurer")


@pytest.fixture(scope="module")
def lender(crowded: Desk) -> Iterator[Desk]:
    """One lender for all tests here; at the end neither audit has anything to say."""
    yield crowded
    report = crowded.replayed()
    assert report.is_clean, report.findings
    rows = crowded.audited()
    assert rows.is_clean, rows.findings


def in_review(desk: Desk) -> str:
    loan = desk.apply(identity=cn_identity(next(_PEOPLE)))
    desk.submit(loan)
    return loan


def corrected(desk: Desk, loan: str, **changes: Json) -> Written:
    return correct(desk.ledger.stores, desk.act("Otto"), loan, {**desk.content_of(loan), **changes})


def told(desk: Desk, loan: str, until: date) -> Written:
    telling = Telling(message_id="m-1", channel="sms", status="delivered", until=until)
    return tell(desk.ledger.stores, desk.act("Otto"), loan, telling)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(LedgerError) as refused:
        work()
    return refused.value.code


def test_returned_application_is_corrected_submitted_and_approved(lender: Desk) -> None:
    loan = in_review(lender)
    assert refusal(lambda: lender.say("Olga", loan, Verdict.RETURN)) == "decision.conditions"
    lender.say("Olga", loan, Verdict.RETURN, conditions=("a payslip",))
    assert (lender.state(loan).state, lender.state(loan).due_on) == ("returned", "2026-12-07")
    told(lender, loan, date(2026, 12, 24))
    corrected(lender, loan, term_months=12)
    assert (lender.state(loan).version, lender.state(loan).due_on) == (2, "2026-12-24")
    lender.submit(loan)
    lender.say("Olga", loan)
    lender.say("Rita", loan)
    assert lender.state(loan).state == "approved"


def test_decision_on_an_older_version_is_refused(lender: Desk) -> None:
    loan = in_review(lender)
    late = prepared(lender, "Olga", loan)
    corrected(lender, loan, term_months=12)
    assert refusal(lambda: send(lender, "Olga", loan, late)) == "application.not-open"
    lender.submit(loan)
    assert refusal(lambda: send(lender, "Olga", loan, late)) == "decision.outdated"


def test_counter_offer_is_taken_and_decided_anew(lender: Desk) -> None:
    loan = in_review(lender)
    acceptance = Acceptance(terms_sha256=b"\x05" * 32, evidence_sha256=b"\x06" * 32)
    act = lender.act("Otto")
    assert refusal(lambda: accept_counter(lender.ledger.stores, act, loan, acceptance)) == "application.not-open"
    assert refusal(lambda: lender.say("Olga", loan, Verdict.COUNTER)) == "decision.offer"
    ways = review(lender.ledger.stores, lender.act("Olga"), loan).ways
    assert [Verdict.COUNTER in way.verdicts for way in ways] == [True]
    lender.say("Olga", loan, Verdict.COUNTER, conditions=OFFER)
    accept_counter(lender.ledger.stores, act, loan, acceptance)
    assert (lender.state(loan).state, lender.state(loan).version) == ("draft", 2)
    assert lender.content_of(loan)["term_months"] == 12
    lender.submit(loan)
    lender.say("Olga", loan)
    lender.say("Rita", loan)
    assert lender.state(loan).state == "approved"


def test_conditions_are_brought_by_one_and_checked_by_another(lender: Desk) -> None:
    loan, stores = in_review(lender), lender.ledger.stores
    lender.say("Olga", loan, conditions=("insurance",))
    lender.say("Rita", loan, conditions=("deed",))
    assert lender.state(loan).state == "approved-with-conditions"
    assert refusal(lambda: check_condition(stores, lender.act("Rita"), loan, 0)) == "condition.not-reported"
    assert refusal(lambda: report_condition(stores, lender.act("Olga"), loan, 2, EVIDENCE)) == "condition.unknown"
    for place in (0, 1):
        report_condition(stores, lender.act("Olga"), loan, place, EVIDENCE)
        assert refusal(lambda at=place: check_condition(stores, lender.act("Olga"), loan, at)) == "condition.own"  # type: ignore[misc]  # bound at once
        check_condition(stores, lender.act("Rita"), loan, place)
    assert lender.state(loan).state == "approved"
    assert refusal(lambda: check_condition(stores, lender.act("Rita"), loan, 0)) == "application.not-open"


def test_withdrawal_ends_an_application(lender: Desk) -> None:
    loan = in_review(lender)
    stores, act = lender.ledger.stores, lender.act("Otto")
    withdraw(stores, act, loan, ground="bought elsewhere", evidence_sha256=b"\x06" * 32)
    assert refusal(lambda: lender.say("Olga", loan)) == "application.not-open"
    again = refusal(lambda: withdraw(stores, act, loan, ground="again", evidence_sha256=b"\x06" * 32))
    assert (again, lender.state(loan).state) == ("application.not-open", "withdrawn")


def test_return_lapses_only_after_the_day_that_the_applicant_was_told(lender: Desk) -> None:
    loan, stores, now = in_review(lender), lender.ledger.stores, lender.now
    lender.say("Olga", loan, Verdict.RETURN, conditions=("a payslip",))
    lender.now = now + timedelta(days=40)
    assert lapse(stores, lender.worker()) == 0  # nobody told them
    today = lender.now.date()
    assert refusal(lambda: told(lender, loan, today - timedelta(days=2))) == "application.until"
    told(lender, loan, today + timedelta(days=1))
    assert lapse(stores, lender.worker()) == 0
    lender.later(days=3)
    lender.replayed()  # a worker reads the log, which has been written long before
    assert lapse(stores, lender.worker()) == 1
    assert lapse(stores, lender.worker()) == 0
    assert lender.state(loan).state == "lapsed"
    assert refusal(lambda: told(lender, loan, today + timedelta(days=90))) == "application.not-open"


def prepared(desk: Desk, name: str, loan: str) -> NewDecision:
    """Return a signed decision that was not sent yet."""
    key = desk.people[name].key
    wanted = Wanted(verdict=Verdict.APPROVE, key_id=key.public.key_id)
    data = issue_decision(desk.ledger.stores, desk.act(name), loan, wanted, chain_id=CHAIN_ID).to_bytes()
    signature = Signature(key.public.suite, key.public.key_id, key.sign(data))
    return NewDecision(statement=data, signature=signature, chain_id=CHAIN_ID)


def send(desk: Desk, name: str, loan: str, new: NewDecision) -> Written:
    return decide(desk.ledger.stores, desk.act(name), loan, new)


def test_of_two_deciders_at_the_same_instant_one_is_refused(lender: Desk) -> None:
    loan = in_review(lender)
    ready = {name: prepared(lender, name, loan) for name in ("Olga", "Both")}

    def one(name: str) -> str:
        try:
            send(lender, name, loan, ready[name])
        except LedgerError as error:
            return error.code
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(one, ready))
    assert said[1] == "taken"
    assert said[0] in {"decision.role", "decision.twice", "statement.wrong-role", "application.moved-on"}
    assert (lender.state(loan).step, len(lender.decisions_of(loan))) == (1, 1)


def test_decision_that_is_sent_again_changes_nothing(lender: Desk) -> None:
    loan = in_review(lender)
    ready = prepared(lender, "Olga", loan)
    send(lender, "Olga", loan, ready)
    before = lender.state(loan)
    assert refusal(lambda: send(lender, "Olga", loan, ready)) == "statement.nonce-used"
    assert lender.state(loan) == before


def test_decision_by_somebody_who_lost_the_role_meanwhile_is_refused(lender: Desk) -> None:
    loan, ledger, gone = in_review(lender), lender.ledger, lender.people["Gone"].principal
    ready = prepared(lender, "Gone", loan)
    change = RoleChange(gone.id, Role.OFFICER, granted=False)
    change_role(ledger.stores, ledger.act(now=lender.now), change, ledger.key)
    before = lender.state(loan)
    assert refusal(lambda: send(lender, "Gone", loan, ready)) == "decision.role"
    assert lender.state(loan) == before


def test_decision_after_the_end_and_by_a_clock_that_jumped_back_is_refused(lender: Desk) -> None:
    loan, now = in_review(lender), lender.now
    ready = prepared(lender, "Olga", loan)
    lender.now = now - timedelta(minutes=1)
    assert refusal(lambda: send(lender, "Olga", loan, ready)) == "clock.behind"
    lender.now = now
    lender.say("Both", loan, Verdict.DECLINE)
    assert refusal(lambda: send(lender, "Olga", loan, ready)) == "application.not-open"
    assert len(lender.decisions_of(loan)) == 1
