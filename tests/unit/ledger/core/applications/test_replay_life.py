"""The later life of an application, replayed: silent over what the table of states allows, and one test for each thing beside it."""

from collections.abc import Callable

import pytest

from ledger.core.applications.stands import Stands
from ledger.core.applications.states import State
from signing.canonical import Json
from support.life_trail import (
    accept,
    conditional,
    correct,
    countered,
    lapse,
    meet,
    other_offer,
    report,
    returned,
)
from support.trail import LOAN, Trail, in_review, staffed


def stands(state: str, version: int = 1) -> Json:
    return Stands(
        state=state, version=version, step=0, waiting_for="", due_on="2026-11-30", policy_id="p-1", path="two"
    ).to_json()


def state(trail: Trail) -> State:
    return trail.replay().cases[LOAN].state


def test_returned_corrected_and_submitted_again_has_no_finding() -> None:
    trail = returned()
    correct(trail)
    trail.submit()
    trail.say("olga")
    trail.say("rita", moved="approved")
    assert trail.codes() == []
    assert state(trail) is State.APPROVED


def test_correction_in_review_begins_anew() -> None:
    trail = in_review()
    trail.say("olga")
    correct(trail)
    assert state(trail) is State.DRAFT
    trail.submit()
    trail.say("olga")
    trail.say("rita", moved="approved")
    assert trail.codes() == []


def test_counter_offer_that_is_taken_is_decided_anew() -> None:
    trail = countered()
    accept(trail)
    trail.submit()
    trail.say("olga")
    trail.say("rita", moved="approved")
    assert trail.codes() == []


def test_conditions_met_one_after_the_other_approve() -> None:
    trail = conditional()
    report(trail, 0)
    meet(trail, 0)
    assert state(trail) is State.CONDITIONAL
    report(trail, 1)
    meet(trail, 1)
    assert (trail.codes(), state(trail)) == ([], State.APPROVED)


def test_return_that_nobody_answers_lapses() -> None:
    trail = lapse(returned(), 3)
    assert (trail.codes(), state(trail)) == ([], State.LAPSED)


def test_withdrawal_ends_it() -> None:
    trail = in_review()
    trail.add("application.withdrawn", LOAN)
    assert (trail.codes(), state(trail)) == ([], State.WITHDRAWN)
    trail.say("olga")
    trail.seat("m1")
    assert trail.codes() == ["approval.after-the-end"] * 2


def test_lost_loans_and_drafts_are_not_added_up() -> None:
    trail = in_review()
    trail.add("application.withdrawn", LOAN)
    trail.create("a-2")
    trail.create("a-3")
    trail.submit("a-3")
    assert trail.codes() == []


def _old_decision() -> Trail:
    trail = in_review()
    old = trail.statement("olga").content_sha256
    correct(trail)
    trail.say("olga", content_sha256=old)
    return trail


def _not_submitted() -> Trail:
    trail = staffed()
    trail.create()
    trail.say("olga")
    return trail


def _met_unreported() -> Trail:
    trail = conditional()
    meet(trail)
    return trail


def _met_by_its_author() -> Trail:
    trail = conditional()
    report(trail, reporter="rita")
    meet(trail, checker="otto")
    return trail


def _met_twice() -> Trail:
    trail = conditional()
    report(trail)
    meet(trail)
    meet(trail)
    return trail


def _no_such_condition() -> Trail:
    trail = conditional()
    report(trail, 2)
    meet(trail, 2)
    return trail


def _taken_without_an_offer() -> Trail:
    trail = in_review()
    accept(trail)
    return trail


@pytest.mark.parametrize(
    ("trail", "codes"),
    [
        (_old_decision, ["approval.outdated"]),
        (_not_submitted, ["approval.after-the-end"]),
        (_met_unreported, ["approval.condition"]),
        (_met_by_its_author, ["approval.condition"]),
        (_met_twice, ["approval.condition"]),
        (_no_such_condition, ["approval.condition"]),
        (_taken_without_an_offer, ["approval.wrong-offer", "approval.wrong-state"]),
        (lambda: lapse(returned("failed"), 3), ["approval.lapsed-untold"]),
        (lambda: lapse(returned(), 1), ["approval.lapsed-early"]),
        (lambda: lapse(in_review(), 1), ["approval.lapsed-untold", "approval.wrong-state"]),
    ],
)
def test_what_goes_past_the_rules_is_named(trail: Callable[[], Trail], codes: list[str]) -> None:
    assert trail().codes() == codes


def test_submission_of_a_decided_loan_is_named() -> None:
    trail = in_review()
    trail.submit()
    assert trail.codes() == ["approval.wrong-state"]


def test_state_that_the_entry_says_is_held_against_the_replay() -> None:
    trail = in_review()
    correct(trail)
    trail.alter(stands=stands("draft", 2))
    assert trail.codes() == []
    for wrong in (stands("in-review", 2), stands("draft", 1)):
        trail.alter(stands=wrong)
        assert trail.codes() == ["approval.wrong-state"]


def test_day_comes_from_the_decision_until_the_applicant_is_told_another() -> None:
    trail = in_review()
    trail.say("olga", "return", "returned", conditions=("a payslip",))
    trail.alter(stands=stands("returned"))
    assert lapse(trail, 3).codes() == ["approval.lapsed-early", "approval.lapsed-untold"]


@pytest.mark.parametrize(
    "erased",
    [
        ("application.corrected", {}),
        ("application.accepted", {}),
        ("application.told", {}),
        ("application.condition-reported", {"condition": 0}),
        ("application.condition-met", {"condition": 0}),
    ],
)
def test_erased_values_are_counted_and_not_guessed(erased: tuple[str, dict[str, Json]]) -> None:
    trail = in_review()
    trail.add(erased[0], LOAN, erased[1])
    trail.add("application.withdrawn", "a-9")
    done = trail.replay()
    assert (done.findings, done.unopened) == ([], 2)


def test_another_offer_than_was_made_is_named() -> None:
    assert other_offer().codes() == ["approval.wrong-offer"]
