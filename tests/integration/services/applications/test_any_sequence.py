"""Any sequence of acts by any people: nothing is approved outside the policy, and the log tells the same states as the tables."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import Verdict
from ledger.core.log.permissions import Principal, Role
from ledger.errors import LedgerError
from ledger.services.applications.accept_counter import Acceptance, accept_counter
from ledger.services.applications.check_condition import check_condition
from ledger.services.applications.correct import correct
from ledger.services.applications.fold_figures import fold_figures
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.issue_decision import Wanted, issue_decision
from ledger.services.applications.lapse import lapse
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.queue import queue
from ledger.services.applications.read_figures import Span, read_figures
from ledger.services.applications.report_condition import Evidence, report_condition
from ledger.services.applications.tell import Telling, tell
from ledger.services.applications.withdraw import withdraw
from signing.decision import DecisionStatement
from support.approvals import Desk, cn_identity
from support.ledgers import INSTITUTION

MEMBERS = ("M1", "M2", "M3", "M4", "M5")
STAFF = ("Otto", "Olga", "Both", "Rita", "Hans", *MEMBERS)
AMOUNTS = {"automatic": 4_000_000, "two": 10_000_000, "three": 50_000_000, "committee": 200_000_000}
_APPLICANTS = iter(range(100, 900))
people = st.sampled_from(STAFF)
TURNS = st.lists(st.sampled_from(["Otto", "Olga", "Both", "Both", "Rita"]), max_size=6)


class Sequence(RuleBasedStateMachine):
    """One application, and whatever ten people may try to do with it."""

    desk: ClassVar[Desk]

    @initialize(path=st.sampled_from([*AMOUNTS, "two", "two"]), months=st.sampled_from([12, 48]), names=TURNS)
    def enter(self, path: str, months: int, names: list[str]) -> None:
        identity = cn_identity(next(_APPLICANTS))
        self.loan = self.desk.apply(amount=AMOUNTS[path], identity=identity, term_months=months)
        self.step(lambda: self.desk.submit(self.loan))
        self.approve_in_turn(names)

    def step(self, act: Callable[[], object]) -> None:
        """Try something; what the services refuse must leave the application as it was."""
        before = self.desk.state(self.loan), len(self.desk.decisions_of(self.loan))
        try:
            act()
        except LedgerError:
            assert (self.desk.state(self.loan), len(self.desk.decisions_of(self.loan))) == before

    @rule(name=people, verdict=st.sampled_from([Verdict.APPROVE] * 6 + list(Verdict)))
    def say(self, name: str, verdict: Verdict) -> None:
        lines = {Verdict.RETURN: ("a payslip",), Verdict.COUNTER: ("term_months=24",)}.get(verdict, ())
        self.step(lambda: self.desk.say(name, self.loan, verdict, conditions=lines))

    @rule(names=TURNS)
    def approve_in_turn(self, names: list[str]) -> None:
        for name in names:
            self.step(lambda who=name: self.desk.say(who, self.loan))  # type: ignore[misc]  # bound at once

    @rule(name=people)
    def approve_on_a_condition(self, name: str) -> None:
        self.step(lambda: self.desk.say(name, self.loan, conditions=("insurance",)))

    @precondition(lambda self: self.desk.state(self.loan).path == "committee")
    @rule(namer=st.sampled_from(["Rita", "Olga"]), outsider=st.sampled_from([None, "Otto"]))
    def seat(self, namer: str, outsider: str | None) -> None:
        names = (*MEMBERS[:4], outsider or MEMBERS[4])
        members = tuple(self.desk.people[name].principal.id for name in names)
        sitting = Sitting(members=members, chair=members[0])
        self.step(lambda: name_sitting(self.desk.ledger.stores, self.desk.act(namer), self.loan, sitting))

    @precondition(lambda self: self.desk.state(self.loan).path == "committee")
    @rule(
        verdicts=st.lists(
            st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.DECLINE, Verdict.RECUSE]), min_size=5, max_size=5
        )
    )
    def vote(self, verdicts: list[Verdict]) -> None:
        for name, verdict in zip(MEMBERS, verdicts, strict=True):
            self.step(lambda who=name, says=verdict: self.desk.say(who, self.loan, says))  # type: ignore[misc]  # bound at once

    @rule(name=people, months=st.sampled_from([12, 48]))
    def correct(self, name: str, months: int) -> None:
        content = {**self.desk.content_of(self.loan), "term_months": months}
        self.step(lambda: correct(self.desk.ledger.stores, self.desk.act(name), self.loan, content))

    @rule()
    def submit(self) -> None:
        self.step(lambda: self.desk.submit(self.loan))

    @rule(name=people)
    def accept(self, name: str) -> None:
        taken = Acceptance(terms_sha256=b"\x05" * 32, evidence_sha256=b"\x06" * 32)
        self.step(lambda: accept_counter(self.desk.ledger.stores, self.desk.act(name), self.loan, taken))

    @rule(reporter=people, checker=people)
    def fulfil(self, reporter: str, checker: str) -> None:
        stores, evidence = self.desk.ledger.stores, Evidence(sha256=b"\x06" * 32, what="a deed")
        for place in (0, 1):
            self.step(lambda at=place: report_condition(stores, self.desk.act(reporter), self.loan, at, evidence))  # type: ignore[misc]  # bound at once
            self.step(lambda at=place: check_condition(stores, self.desk.act(checker), self.loan, at))  # type: ignore[misc]  # bound at once

    @rule(days=st.integers(0, 3))
    def tell(self, days: int) -> None:
        until: date = (self.desk.now + timedelta(days=days)).date()
        telling = Telling(message_id="m", channel="sms", status="sent", until=until)
        self.step(lambda: tell(self.desk.ledger.stores, self.desk.act("Olga"), self.loan, telling))

    @rule()
    def let_days_pass(self) -> None:
        self.desk.later(days=2)
        with suppress(LedgerError):
            lapse(self.desk.ledger.stores, self.desk.worker())

    @rule(name=people)
    def look_at_the_queue(self, name: str) -> None:
        """What waits for somebody is what they could decide, or name the committee of; nothing else."""
        waiting = {item.row.id: item for item in queue(self.desk.ledger.stores, self.desk.act(name), limit=200)}
        mine = waiting.get(self.loan)
        assert bool(mine and mine.ways) == self.could_say_something(name)
        if mine and not mine.ways:
            assert self.desk.people[name].principal.roles & {Role.RISK, Role.DEPARTMENT_HEAD}
            assert self.desk.state(self.loan).path == "committee"

    def could_say_something(self, name: str) -> bool:
        """Try what can be said whatever is still missing, in the person's own name and in that of whoever delegated to them."""
        holders = (None, self.desk.people["Olga"].principal.id)
        said = (Verdict.DECLINE, Verdict.RECUSE, Verdict.CLOSE)
        return any(self.could_say(name, verdict, holder) for verdict in said for holder in holders)

    def could_say(self, name: str, verdict: Verdict, holder: str | None) -> bool:
        lines = {Verdict.RETURN: ("a payslip",), Verdict.COUNTER: ("term_months=6",)}.get(verdict, ())
        key_id, stores = self.desk.people[name].key.public.key_id, self.desk.ledger.stores
        wanted = Wanted(verdict=verdict, key_id=key_id, conditions=lines, in_place_of=holder)
        try:
            issue_decision(stores, self.desk.act(name), self.loan, wanted, chain_id=1)
        except LedgerError:
            return False
        return True

    @rule(name=people)
    def withdraw(self, name: str) -> None:
        stores, act = self.desk.ledger.stores, self.desk.act(name)
        self.step(lambda: withdraw(stores, act, self.loan, ground="changed mind", evidence_sha256=b"\x06" * 32))

    @invariant()
    def approved_only_by_whom_the_policy_names(self) -> None:
        if not hasattr(self, "loan"):
            return
        state = self.desk.state(self.loan)
        if state.state in {"approved", "approved-with-conditions"}:
            judge(self.desk, self.loan, state.path, state.version)

    def teardown(self) -> None:
        if hasattr(self, "loan"):
            found = [finding for finding in self.desk.replayed().findings if finding.id == self.loan]
            assert not found


def judge(desk: Desk, loan: str, path: str, version: int) -> None:
    """Say by plain counting, without the rules under test, whether the recorded decisions carry an approval."""
    rows = [said for said in desk.said_of(loan) if said.row.version == version]
    signed = [said.words for said in rows if isinstance(said.words, DecisionStatement)]
    if path == "automatic":
        assert len(rows) == 1
        assert not signed
        return
    approvals = [statement for statement in signed if statement.verdict == "approve"]
    names = [name_of(desk, statement) for statement in approvals]
    assert len(set(names)) == len(names)
    assert "Otto" not in names
    if path == "committee":
        against = sum(statement.verdict == "decline" for statement in signed)
        assert len(names) + against >= 4
        assert len(names) > against
        return
    wanted = [Role.OFFICER, Role.RISK, Role.DEPARTMENT_HEAD][: {"two": 2, "three": 3}[path]]
    assert [statement.role for statement in approvals] == wanted
    assert all(role in desk.people[name].principal.roles for name, role in zip(names, wanted, strict=True))


def name_of(desk: Desk, statement: DecisionStatement) -> str:
    return next(name for name, staff in desk.people.items() if staff.principal.id == statement.decider)


def test_no_sequence_of_acts_approves_outside_the_policy(crowded: Desk) -> None:
    for name in MEMBERS:
        crowded.hire(name, Role.COMMITTEE)
    crowded.automate()
    let_hans_decide_small_ones(crowded)
    crowded.replayed()
    Sequence.desk = crowded
    phases = [phase for phase in Phase if phase is not Phase.shrink]  # the ledger goes on: a step is not repeatable
    chosen = settings(
        max_examples=16,
        stateful_step_count=10,
        derandomize=True,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Sequence, settings=chosen)
    ended = {crowded.state(loan).state for loan in crowded.loans()}
    assert "approved" in ended
    assert len(ended) >= 3, ended  # it went places
    counted_as_they_were(crowded)
    assert crowded.audited().is_clean


def let_hans_decide_small_ones(desk: Desk) -> None:
    """Have Olga let Hans decide as an officer, up to an amount that only some loans keep to."""
    until, hans = desk.now + timedelta(days=300), desk.people["Hans"].principal.id
    new = NewDelegation(delegate_id=hans, role=Role.OFFICER, until=until, limit_minor=20_000_000, currency="CNY")
    grant_delegation(desk.ledger.stores, desk.act("Olga"), new, desk.ledger.key)


def counted_as_they_were(desk: Desk) -> None:
    """Hold the figures against plain counting over the tables; what they are counted from is audited with the rest."""
    stores, log = desk.ledger.stores, desk.ledger.log
    desk.replayed()  # brings what waits into the log
    while fold_figures(stores, log):
        pass
    reader = desk.ledger.act(Principal("reader", INSTITUTION, frozenset({Role.AUDITOR}), "person"), now=desk.now)
    span = Span(since=desk.now - timedelta(days=4_000), until=desk.now + timedelta(days=1))
    figures = read_figures(stores, reader, span).figures[0]
    decided = [row.decider_id for loan in desk.loans() for row in desk.decisions_of(loan)]
    people = {staff.principal.id for staff in desk.people.values()}
    assert {name: times.count for name, times in figures.approvers.items()} == Counter(
        name for name in decided if name in people
    )
    states = [desk.state(loan).state for loan in desk.loans()]
    assert sum(each.count for each in figures.waiting.values()) == states.count("in-review")
    for state in ("declined", "withdrawn", "lapsed"):
        assert figures.moved.get(state, 0) == states.count(state)
