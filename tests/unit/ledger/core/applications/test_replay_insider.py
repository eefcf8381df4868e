"""What an insider leaves out, dates back, or takes from another moment: each is named, and honest turns of the same kind are not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.policy import Policy
from signing.statement_parts import Head
from support.applications import check
from support.life_trail import correct
from support.trail import before_rules, decided, in_review, staffed

OTHER = replace(DEFAULT_POLICY, name="other")
_TWO = DEFAULT_POLICY.paths["two"]
LAXER = replace(DEFAULT_POLICY, name="lax", paths={**DEFAULT_POLICY.paths, "two": replace(_TWO, steps=_TWO.steps[:1])})


@pytest.mark.parametrize("between", [OTHER, replace(DEFAULT_POLICY, link_days=30)])
def test_policy_that_came_back_and_made_no_difference_to_the_loan_is_no_swing(between: Policy) -> None:
    trail = staffed()
    trail.enforce("p-2", between)
    trail.create()
    trail.submit(policy="p-2")
    trail.enforce("p-3")
    assert trail.codes() == []


def test_policies_of_other_branches_are_no_swing_and_those_between_hide_none() -> None:
    trail = staffed()
    elsewhere = replace(LAXER, branches=("shanghai",))
    trail.enforce("p-2", elsewhere)
    trail.create()
    trail.submit()
    trail.enforce("p-3")
    assert trail.codes() == []
    swung = staffed()
    swung.enforce("p-2", LAXER)
    swung.create()
    swung.submit(policy="p-2")
    swung.enforce("p-3", replace(LAXER, link_days=30))
    swung.enforce("p-4")
    assert swung.codes() == ["approval.policy-swung"]


def test_loan_under_a_policy_of_another_branch_is_named_for_that_and_is_no_swing() -> None:
    trail = staffed()
    trail.enforce("p-2", replace(LAXER, branches=("shanghai",)))
    trail.create()
    trail.submit(policy="p-2")
    trail.enforce("p-3")
    assert trail.codes() == ["approval.wrong-policy"]


def test_loan_that_was_corrected_into_another_branch_is_no_swing() -> None:
    trail = staffed()
    trail.enforce("p-2", replace(LAXER, branches=("hangzhou",)))
    trail.create()
    trail.submit(policy="p-2")
    correct(trail, branch="shanghai")
    assert "approval.policy-swung" not in trail.codes()


@pytest.mark.parametrize(
    ("name", "code"),
    [("signature", "approval.bad-signature"), ("statement", "approval.malformed"), ("stands", "approval.malformed")],
)
def test_decision_without_one_of_its_fields_is_named_where_it_was_never_recorded(name: str, code: str) -> None:
    trail = decided("olga")
    last = trail.entries[-1]
    told = {key: value for key, value in last.values.items() if key != name}
    trail.entries[-1] = replace(last, values=told, closed=last.closed - {name})
    assert trail.codes() == [code]
    trail.entries[-1] = replace(last, values=told, closed=last.closed | {name})
    assert trail.codes() == []  # erased: counted, and not guessed


def test_ruling_without_its_signature_is_named() -> None:
    trail = before_rules()
    trail.rule("approved")
    last = trail.entries[-1]
    told = {key: value for key, value in last.values.items() if key != "signature"}
    trail.entries[-1] = replace(last, values={**told, "decider": "r-1", "stands": None}, closed=frozenset())
    assert trail.codes() == ["approval.bad-signature"]


def test_decision_that_was_signed_before_the_application_was_handed_in_again_is_outdated() -> None:
    trail = in_review()
    before = trail.head()
    trail.say("olga", "return", "returned", conditions=("a payslip",))
    trail.submit()
    trail.say("olga", head=before)
    assert trail.codes() == ["approval.outdated"]


@pytest.mark.parametrize("later", [0, 1])
def test_decision_on_a_history_that_the_log_does_not_have_is_named(later: int) -> None:
    trail = in_review()
    head = trail.head()
    trail.say("olga", head=Head(n=head.n + later, leaf=b"\x09" * 32))
    assert trail.codes() == ["approval.other-content"]


def test_decision_under_another_name_than_its_signer_s_is_named() -> None:
    trail = decided("olga")
    trail.alter(decider="hans")
    assert trail.codes() == ["approval.other-content"]


def test_entry_dated_back_behind_other_entries_is_named_once() -> None:
    trail = in_review()
    trail.now += timedelta(hours=1)
    trail.hire("m1", "auditor")
    trail.now -= timedelta(minutes=50)
    trail.say("olga")
    trail.now += timedelta(minutes=1)
    trail.say("rita", role="risk", moved="approved")
    assert trail.codes() == ["approval.back-dated"]


def test_old_draft_handed_in_today_is_added_up_with_today_s_loans() -> None:
    trail = staffed()
    trail.create()  # a draft
    first = trail.content
    trail.now += timedelta(days=100)
    trail.checks = (check(trail.now),)
    trail.submit()
    trail.content = replace(first, number="DEMO-A-000002")
    trail.create("a-2")
    trail.submit("a-2", group={"amount": {"currency": "CNY", "minor": "20000000"}})
    assert trail.codes() == []


def test_check_whose_receipt_nobody_judged_is_counted() -> None:
    trail = staffed()
    trail.create()
    trail.submit()
    assert (trail.codes(), trail.replay().unjudged) == ([], 1)
