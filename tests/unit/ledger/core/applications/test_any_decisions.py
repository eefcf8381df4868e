"""Any decisions in any order by anybody: what they approve is what plain counting approves, for every path of the default policy."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import Actor, Decision, Event, Outcome, Progress, Verdict, take
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.policy import StepKind
from ledger.errors import LedgerError
from support.decisions import CONTENT, NOW, member, review

MEMBERS = ("m1", "m2", "m3", "m4", "risk-member")
PEOPLE = (
    Actor(id="author", roles=frozenset({"officer", "risk", "committee"})),
    Actor(id="olga", roles=frozenset({"officer"})),
    Actor(id="both", roles=frozenset({"officer", "risk", "department-head"})),
    Actor(id="rita", roles=frozenset({"risk"})),
    Actor(id="hans", roles=frozenset({"department-head"})),
    *(member(name, *(["risk"] if name.startswith("risk") else [])) for name in MEMBERS),
    Actor(id="nobody", roles=frozenset()),
)
VERDICTS = st.sampled_from([Verdict.APPROVE] * 5 + [Verdict.DECLINE, Verdict.RECUSE, Verdict.CLOSE, Verdict.RETURN])


def decision(actor: Actor, verdict: Verdict) -> Decision:
    lines = ("a payslip",) if verdict is Verdict.RETURN else ()
    return Decision(actor=actor, verdict=verdict, content_sha256=CONTENT, at=NOW, conditions=lines)


def sitting(names: tuple[str, ...]) -> Sitting:
    return Sitting(members=names, chair=names[0])


EVENTS = st.lists(
    st.builds(decision, st.sampled_from(PEOPLE), VERDICTS)
    | st.builds(sitting, st.sampled_from([MEMBERS, (*MEMBERS[:4], "author")])),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(["two", "three", "committee"]), events=EVENTS)
@example(path="two", events=[decision(PEOPLE[2], Verdict.APPROVE)] * 2)
@example(path="two", events=[decision(PEOPLE[0], Verdict.APPROVE), decision(PEOPLE[3], Verdict.APPROVE)])
@example(path="committee", events=[sitting(MEMBERS), *(decision(PEOPLE[at], Verdict.APPROVE) for at in (5, 6, 7))])
def test_nothing_is_approved_but_by_enough_different_people_who_may(path: str, events: list[Event]) -> None:
    held = review(path, own=frozenset({"author"}))
    progress, taken = Progress(), list[Event]()
    for event in events:
        before = progress
        try:
            progress = take(held, progress, event)
        except LedgerError:
            assert progress is before
        else:
            taken.append(event)
    if progress.outcome is Outcome.APPROVED:
        judge(path, taken)


def judge(path: str, taken: list[Event]) -> None:
    """Count, without the rules under test."""
    said = [event for event in taken if isinstance(event, Decision)]
    ayes = [event.actor for event in said if event.verdict is Verdict.APPROVE]
    noes = [event.actor for event in said if event.verdict is Verdict.DECLINE]
    names = [actor.id for actor in (*ayes, *noes)]
    assert len(set(names)) == len(names)
    assert "author" not in names
    steps = DEFAULT_POLICY.paths[path].steps
    if steps[0].kind is StepKind.COMMITTEE:
        assert len(names) >= steps[0].quorum
        assert len(ayes) >= len(noes)
        assert set(names) <= set(MEMBERS)
        assert not any("risk" in actor.roles for actor in noes)
        return
    assert not noes
    assert [step.role in actor.roles for step, actor in zip(steps, ayes, strict=True)] == [True] * len(steps)
