"""What one decision does: order, roles, delegations, committees; and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import (
    Actor,
    Delegation,
    Escalation,
    Event,
    Outcome,
    Progress,
    Review,
    Verdict,
    decide,
    people_of,
    replay,
    take,
)
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.policy import Path
from ledger.errors import LedgerError
from support.decisions import HEAD, NOW, OFFICER, RISK, delegate, member, review, says

MEMBERS = tuple(f"m{place}" for place in range(1, 6))
SITTING = Sitting(members=MEMBERS, chair="m1")
COMMITTEE = review("committee")


def votes(text: str) -> list[tuple[str, Verdict]]:
    kinds = {"+": Verdict.APPROVE, "-": Verdict.DECLINE, "o": Verdict.RECUSE}
    return [(name, kinds[sign]) for name, sign in zip(MEMBERS, text, strict=False)]


def outcome(text: str) -> Progress:
    return replay(COMMITTEE, [SITTING, *(says(member(name), verdict) for name, verdict in votes(text))])


def refusal(held: Review, *decisions: object) -> str:
    *history, last = decisions
    with pytest.raises(LedgerError) as refused:
        decide(held, history, last)  # type: ignore[arg-type]  # decisions, as each caller gives
    return refused.value.code


def test_two_people_in_order_approve() -> None:
    first = decide(review("two"), [], says(OFFICER))
    assert (first.outcome, first.step) == (Outcome.OPEN, 1)
    assert decide(review("two"), [says(OFFICER)], says(RISK)).outcome is Outcome.APPROVED


def test_department_head_is_asked_third() -> None:
    assert decide(review("three"), [says(OFFICER), says(RISK)], says(HEAD)).outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(Verdict.DECLINE, Outcome.DECLINED), (Verdict.RETURN, Outcome.RETURNED), (Verdict.COUNTER, Outcome.COUNTERED)],
)
def test_any_other_verdict_ends_the_path(verdict: Verdict, expected: Outcome) -> None:
    lines = {Verdict.RETURN: ("a payslip",), Verdict.COUNTER: ("amount=CNY 5,000.00",)}.get(verdict, ())
    ends = says(OFFICER, verdict, conditions=lines)
    assert decide(review("two"), [], ends).outcome is expected
    assert refusal(review("two"), ends, says(RISK)) == "decision.closed"


def test_conditions_are_gathered() -> None:
    done = decide(review("two"), [says(OFFICER, conditions=("insurance",))], says(RISK, conditions=("deed",)))
    assert done.conditions == ("insurance", "deed")


@pytest.mark.parametrize(
    ("held", "decisions", "code"),
    [
        (review("two"), [says(RISK)], "decision.role"),
        (review("two"), [says(OFFICER), says(OFFICER)], "decision.twice"),
        (review("two", own=frozenset({"o"})), [says(OFFICER)], "decision.own"),
        (review("two"), [says(OFFICER, content=b"\x02" * 32)], "decision.outdated"),
        (review("two"), [says(OFFICER, Verdict.RECUSE), says(OFFICER)], "decision.recused"),
        (review("two"), [says(OFFICER, Verdict.CLOSE)], "decision.no-committee"),
        (review("two"), [says(OFFICER, Verdict.DECLINE, conditions=("x",))], "decision.conditions"),
        (review("two"), [says(delegate(NOW, 10**9), in_place_of="o")], "decision.delegation-expired"),
        (
            review("two"),
            [says(delegate(NOW + timedelta(days=1), 999_999), in_place_of="o")],
            "decision.delegation-limit",
        ),
        (
            review("two", currency="JPY"),
            [says(delegate(NOW + timedelta(days=1), 10**9), in_place_of="o")],
            "decision.delegation-limit",
        ),
        (review("committee"), [says(member("m1"))], "decision.no-sitting"),
        (review("two"), [SITTING], "decision.no-committee"),
        (COMMITTEE, [SITTING, SITTING], "decision.sitting-named"),
        (COMMITTEE, [Sitting(members=MEMBERS, chair="x")], "decision.sitting"),
        (COMMITTEE, [Sitting(members=(*MEMBERS[:4], "m1"), chair="m1")], "decision.sitting"),
        (review("committee", own=frozenset({"m2"})), [SITTING], "decision.sitting-conflict"),
        (COMMITTEE, [SITTING, says(member("x"))], "decision.not-member"),
        (COMMITTEE, [SITTING, says(OFFICER)], "decision.role"),
        (COMMITTEE, [SITTING, says(member("m2"), Verdict.CLOSE)], "decision.not-chair"),
        (COMMITTEE, [SITTING, says(member("m1"), Verdict.CLOSE)], "decision.no-quorum"),
        (COMMITTEE, [SITTING, says(member("m1"), Verdict.COUNTER, conditions=("term_months=12",))], "decision.vote"),
    ],
)
def test_decision_that_may_not_be_taken_is_refused(held: Review, decisions: list[object], code: str) -> None:
    assert refusal(held, *decisions) == code


def test_delegation_in_date_and_within_its_limit_serves() -> None:
    first = decide(review("two"), [], says(delegate(NOW + timedelta(seconds=1), 1_000_000), in_place_of="o"))
    assert first.step == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+++", Outcome.OPEN),
        ("++++", Outcome.OPEN),  # risk, who has not voted, could still veto
        ("+++++", Outcome.APPROVED),
        ("++--o", Outcome.APPROVED),  # a tie, and the chair is for it
        ("--++o", Outcome.DECLINED),
        ("--+-", Outcome.DECLINED),  # nothing can change it any more
        ("+o+-+", Outcome.APPROVED),
        ("oo", Outcome.OPEN),
    ],
)
def test_committee_votes_add_up(text: str, expected: Outcome) -> None:
    assert outcome(text).outcome is expected


def test_two_recusals_leave_no_quorum_and_a_new_committee_can_be_named() -> None:
    assert outcome("oo").inquorate
    renewed = Sitting(members=("m3", "n1", "n2", "n3", "n4"), chair="n1")
    history: list[Event] = [SITTING, *(says(member(name), Verdict.RECUSE) for name in ("m1", "m2")), renewed]
    later = [says(member(name)) for name in renewed.members]
    assert replay(COMMITTEE, [*history, *later]).outcome is Outcome.APPROVED
    assert refusal(COMMITTEE, *history[:3], SITTING) == "decision.sitting-conflict"


def test_nobody_sits_who_decided_an_earlier_step() -> None:
    officer, committee = DEFAULT_POLICY.paths["two"].steps[0], COMMITTEE.path.steps[0]
    held = replace(review("two"), path=Path(steps=(officer, committee)))
    history: list[Event] = [says(member("m2", "officer"))]
    assert refusal(held, *history, SITTING) == "decision.sitting-conflict"
    others = Sitting(members=("m1", "m3", "m4", "m5", "m6"), chair="m1")
    votes = [says(member(name)) for name in others.members]
    assert replay(held, [*history, others, *votes]).outcome is Outcome.APPROVED


def test_risk_vetoes_against_the_majority() -> None:
    history: list[Event] = [SITTING, *(says(member(name)) for name in MEMBERS[:4])]
    assert decide(COMMITTEE, history, says(member("m5", "risk"), Verdict.DECLINE)).outcome is Outcome.DECLINED


def test_chair_closes_once_the_quorum_has_voted() -> None:
    history: list[Event] = [SITTING, *(says(member(name)) for name in MEMBERS[:4])]
    assert decide(COMMITTEE, history, says(member("m1"), Verdict.CLOSE)).outcome is Outcome.APPROVED
    assert refusal(COMMITTEE, *history, says(member("m1"), Verdict.CLOSE), says(member("m5"))) == "decision.closed"


_PEOPLE = [OFFICER, RISK, HEAD, Actor(id="both", roles=frozenset({"officer", "risk"})), *map(member, MEMBERS)]


@given(st.lists(st.tuples(st.sampled_from(_PEOPLE), st.sampled_from(list(Verdict))), max_size=12))
def test_no_sequence_of_decisions_approves_without_each_step(moves: list[tuple[Actor, Verdict]]) -> None:
    held, progress, taken = review("three"), Progress(), list[tuple[str, Verdict]]()
    for actor, verdict in moves:
        try:
            progress = take(held, progress, says(actor, verdict))
        except LedgerError:
            continue
        taken.append((actor.id, verdict))
    if progress.outcome is Outcome.APPROVED:
        people = [person for person, verdict in taken if verdict is Verdict.APPROVE]
        assert len(set(people)) == len(people) == 3
        assert people[2] == "h"


def test_step_that_needs_two_people_waits_for_the_second() -> None:
    pair = replace(DEFAULT_POLICY.paths["two"].steps[0], count=2)
    held = review("two", path=replace(DEFAULT_POLICY.paths["two"], steps=(pair,)))
    other = Actor(id="o2", roles=frozenset({"officer"}))
    assert decide(held, [], says(OFFICER)).outcome is Outcome.OPEN
    assert decide(held, [says(OFFICER)], says(other)).outcome is Outcome.APPROVED


def test_step_of_a_department_is_closed_to_others() -> None:
    step = replace(DEFAULT_POLICY.paths["two"].steps[0], departments=("retail",))
    held = review("two", path=replace(DEFAULT_POLICY.paths["two"], steps=(step,)))
    assert refusal(held, says(OFFICER)) == "decision.role"
    retail = replace(OFFICER, departments=frozenset({"retail"}))
    assert decide(held, [], says(retail)).outcome is Outcome.APPROVED


_DELEGATED = Actor(
    id="d",
    roles=frozenset({"risk"}),
    delegations=tuple(
        Delegation(holder, role, NOW + timedelta(days=1), 10**9, "CNY")
        for holder, role in (("o", "officer"), ("h", "department-head"), ("both", "risk"))
    ),
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*_PEOPLE, _DELEGATED]),
            st.sampled_from(list(Verdict)),
            st.sampled_from([None, "o", "h", "both"]),
        ),
        max_size=12,
    )
)
def test_no_sequence_with_delegates_lets_one_person_count_twice(moves: list[tuple[Actor, Verdict, str | None]]) -> None:
    held, progress, taken = review("three"), Progress(), list[frozenset[str]]()
    for actor, verdict, place in moves:
        decision = says(actor, verdict, in_place_of=place)
        try:
            progress = take(held, progress, decision)
        except LedgerError:
            continue
        if verdict is Verdict.APPROVE:
            taken.append(people_of(decision))
    if progress.outcome is Outcome.APPROVED:
        assert len(taken) == 3
        assert len(frozenset[str]().union(*taken)) == sum(map(len, taken))  # nobody stands in two of them


TOMORROW = NOW + timedelta(days=1)
DELEGATE = delegate(TOMORROW, 10**9)


def test_giver_and_taker_of_a_delegation_count_once_between_them() -> None:
    pair = replace(DEFAULT_POLICY.paths["two"].steps[0], count=2)
    held = review("two", path=replace(DEFAULT_POLICY.paths["two"], steps=(pair,)))
    assert refusal(held, says(DELEGATE, in_place_of="o"), says(OFFICER)) == "decision.twice"
    assert refusal(held, says(OFFICER), says(DELEGATE, in_place_of="o")) == "decision.twice"
    both = replace(DELEGATE, roles=frozenset({"officer"}))
    assert refusal(held, says(both), says(both, in_place_of="o")) == "decision.twice"


def test_delegation_does_not_reach_past_its_giver() -> None:
    assert refusal(review("two", own=frozenset({"o"})), says(DELEGATE, in_place_of="o")) == "decision.own"
    withdrawn = [says(OFFICER, Verdict.RECUSE), says(DELEGATE, in_place_of="o")]
    assert refusal(review("two"), *withdrawn) == "decision.recused"
    assert refusal(review("two"), says(DELEGATE)) == "decision.role"  # it must say for whom
    assert refusal(review("two"), says(DELEGATE, in_place_of="r")) == "decision.role"


def escalating(**more: object) -> Review:
    first, *rest = DEFAULT_POLICY.paths["two"].steps
    step = replace(first, escalates_to="department-head", departments=("retail",))
    return review("two", path=replace(DEFAULT_POLICY.paths["two"], steps=(step, *rest)), **more)


LATE = Escalation(step=0, due_on="2026-11-25", day="2026-11-26")


def test_escalated_step_is_decided_by_the_role_above_as_well() -> None:
    retail = replace(OFFICER, departments=frozenset({"retail"}))
    assert refusal(escalating(), says(HEAD)) == "decision.role"
    assert decide(escalating(), [LATE], says(HEAD)).step == 1
    assert decide(escalating(), [LATE], says(retail)).step == 1
    assert decide(escalating(), [LATE, says(HEAD)], says(RISK)).outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("held", "events", "code"),
    [
        (escalating(), [replace(LATE, day="2026-11-25")], "decision.not-overdue"),
        (escalating(), [replace(LATE, step=1)], "decision.escalation"),
        (escalating(), [LATE, LATE], "decision.escalation"),
        (review("committee"), [LATE], "decision.escalation"),
    ],
)
def test_escalation_out_of_turn_is_refused(held: Review, events: list[object], code: str) -> None:
    assert refusal(held, *events) == code
