"""An application from its entry to its approval, with real keys and a real database; and what is refused on the way."""

import pytest

from ledger.core.applications.decide import Verdict
from ledger.errors import LedgerError
from support.approvals import Desk


def test_middle_loan_is_approved_by_two_people(desk: Desk) -> None:
    loan = desk.apply(amount=10_000_000)
    desk.submit(loan)
    assert (desk.state(loan).waiting_for, desk.state(loan).path) == ("officer", "two")
    desk.say("Olga", loan)
    assert (desk.state(loan).state, desk.state(loan).waiting_for) == ("in-review", "risk")
    desk.say("Rita", loan)
    assert (desk.state(loan).state, desk.state(loan).waiting_for) == ("approved", "")


@pytest.mark.parametrize(
    ("name", "code"), [("Otto", "decision.own"), ("Rita", "decision.role"), ("Hans", "decision.role")]
)
def test_decision_out_of_turn_is_refused_and_changes_nothing(desk: Desk, name: str, code: str) -> None:
    loan = desk.apply()
    desk.submit(loan)
    before = desk.state(loan)
    with pytest.raises(LedgerError) as refused:
        desk.say(name, loan)
    assert refused.value.code == code
    assert desk.state(loan) == before


def test_linked_loans_are_added_up(desk: Desk) -> None:
    first = desk.apply(amount=15_000_000)
    desk.submit(first)
    second = desk.apply(amount=15_000_000)
    desk.submit(second)
    assert (desk.state(first).path, desk.state(second).path) == ("two", "three")


def test_declined_loan_takes_no_further_decision(desk: Desk) -> None:
    loan = desk.apply()
    desk.submit(loan)
    desk.say("Olga", loan, Verdict.DECLINE)
    assert desk.state(loan).state == "declined"
    with pytest.raises(LedgerError) as refused:
        desk.say("Rita", loan)
    assert refused.value.code == "application.not-open"


def test_loan_that_a_rule_set_would_decide_is_refused_and_stays_a_draft(desk: Desk) -> None:
    loan = desk.apply(amount=4_000_000)
    before = desk.state(loan)
    with pytest.raises(LedgerError) as refused:
        desk.submit(loan)
    assert refused.value.code == "policy.no-rule-set"
    assert desk.state(loan) == before
