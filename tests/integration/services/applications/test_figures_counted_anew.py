"""The figures over random histories on a real ledger, held against a count that knows neither the log nor the fold: only who did what when."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.core.applications.decide import Verdict
from ledger.core.applications.figures_report import Figures, Times, Waiting
from ledger.core.log.permissions import Principal, Role
from ledger.services.applications.check_condition import check_condition
from ledger.services.applications.fold_figures import fold_figures
from ledger.services.applications.read_figures import Span, read_figures
from ledger.services.applications.report_condition import Evidence, report_condition
from ledger.services.applications.withdraw import withdraw
from ledger.services.log.sequence import Turn, sequence
from ledger.storage.applications import StateRow
from support.approvals import Desk, cn_identity
from support.ledgers import INSTITUTION, NOW
from support.policies import unchecked

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOANS = 14


def business_seconds(since: datetime, until: datetime) -> int:
    """Count the seconds of weekdays one quarter of an hour, and at the end one second, at a time."""
    seconds, at = 0, since
    while at < until:
        step = timedelta(seconds=1)
        local = at.astimezone(SHANGHAI)
        if at + timedelta(minutes=15) <= until and (local + timedelta(minutes=15)).date() == local.date():
            step = timedelta(minutes=15)
        seconds += int(step.total_seconds()) if local.weekday() < 5 else 0
        at += step
    return seconds


@dataclass
class Count:
    """What was done, counted by hand."""

    since: datetime
    until: datetime
    stages: dict[str, list[tuple[int, bool]]] = field(default_factory=lambda: defaultdict(list))
    approvers: dict[str, list[tuple[int, bool]]] = field(default_factory=lambda: defaultdict(list))
    moved: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    automated: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class Watched:
    """A desk at which everything is noted down beside."""

    desk: Desk
    counts: list[Count]
    began: dict[str, datetime] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # how many conditions of a loan

    def do(self, loan: str, work: Callable[[], object], decider: str = "") -> None:
        desk, before = self.desk, self.desk.state(loan)
        work()
        after = desk.state(loan)
        submits = after.submitted_entry != before.submitted_entry
        for count in self.counts:
            if count.since <= desk.now < count.until:
                self._note(count, (loan, before, after), decider, submits=submits)
        if submits or _place(before) != _place(after):
            self.began[loan] = desk.now

    def _note(self, count: Count, moved: tuple[str, StateRow, StateRow], decider: str, *, submits: bool) -> None:
        loan, before, after = moved
        if before.waiting_for and not submits:
            day = self.desk.now.astimezone(SHANGHAI).date().isoformat()
            took = (business_seconds(self.began[loan], self.desk.now), day > before.due_on)
            if _place(before) != _place(after):
                count.stages[before.waiting_for].append(took)
            if decider:
                count.approvers[self.desk.people[decider].principal.id].append(took)
        if submits:
            count.moved["submitted"] += 1
            if after.path == "automatic" and after.state == "approved":
                count.moved["approved"] += 1
                count.automated["approved"] += 1
                count.stages["rule-set"].append((0, False))
        elif before.state == "approved-with-conditions" and after.state == "approved":
            count.moved["fulfilled"] += 1
        elif before.state != after.state:
            count.moved[after.state] += 1


def _place(state: StateRow) -> tuple[object, ...]:
    return state.state, state.version, state.step, state.waiting_for, state.path


def times(taken: list[tuple[int, bool]]) -> Times:
    """Return count, sum, and percentiles by nearest rank."""
    ordered = sorted(seconds for seconds, _ in taken)

    def rank(percent: int) -> int:
        return next(value for place, value in enumerate(ordered, 1) if place * 100 >= percent * len(ordered))

    return Times(
        count=len(ordered), total=sum(ordered), p50=rank(50), p90=rank(90), late=sum(late for _, late in taken)
    )


def history(watched: Watched, chance: random.Random) -> list[str]:
    """Play a random history of some weeks; return its loans."""
    desk, loans = watched.desk, list[str]()
    for number in range(LOANS):
        small = chance.random() < 0.25
        loan = desk.apply(amount=4_000_000 if small else 10_000_000, identity=cn_identity(number), checked=False)
        loans.append(loan)
        watched.do(loan, lambda loan=loan: desk.submit(loan))  # type: ignore[misc]  # bound at once
        for _ in range(chance.randrange(6)):
            _cover(desk)
            desk.later(seconds=chance.choice((1, 59, 3_600, 40_000, 86_400, 5 * 86_400)))
            _something(watched, chance, chance.choice(loans))
    return loans


def _something(watched: Watched, chance: random.Random, loan: str) -> None:
    desk, state = watched.desk, watched.desk.state(loan)
    stores = desk.ledger.stores
    if state.state == "in-review" and state.waiting_for in {"officer", "risk"}:
        name = {"officer": chance.choice(("Olga", "Oscar")), "risk": "Rita"}[state.waiting_for]
        verdict = chance.choices((Verdict.APPROVE, Verdict.DECLINE, Verdict.RETURN), (6, 1, 2))[0]
        more: dict[str, object] = (
            {"conditions": ("insurance",)} if verdict is Verdict.RETURN or chance.random() < 0.2 else {}
        )
        more = more if verdict is not Verdict.DECLINE else {}
        watched.do(loan, lambda: desk.say(name, loan, verdict, **more), decider=name)
    elif state.state == "returned":
        watched.do(loan, lambda: desk.submit(loan))
    elif state.state == "approved-with-conditions":
        place = watched.met[loan]
        report_condition(stores, desk.act("Otto"), loan, place, Evidence(sha256=b"\x01" * 32, what="seen"))
        watched.do(loan, lambda: check_condition(stores, desk.act("Rita"), loan, place))
        watched.met[loan] += 1
    elif state.state == "approved" and chance.random() < 0.1:
        watched.do(loan, lambda: withdraw(stores, desk.act("Otto"), loan, ground="asked", evidence_sha256=b"\x02" * 32))


def _cover(desk: Desk) -> None:
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=desk.now))


def expected(count: Count, waiting: dict[str, Waiting]) -> Figures:
    return Figures(
        stages={name: times(taken) for name, taken in count.stages.items()},
        approvers={name: times(taken) for name, taken in count.approvers.items()},
        moved=dict(count.moved),
        automated=dict(count.automated),
        waiting=waiting,
    )


@pytest.mark.parametrize("seed", range(4))
def test_figures_of_a_random_history_are_those_counted_by_hand(desk: Desk, seed: int) -> None:
    desk.hire("Oscar", Role.OFFICER)
    desk.now = NOW.replace(microsecond=0) + timedelta(seconds=1)
    desk.enforce(unchecked().to_json())
    desk.automate()
    _cover(desk)
    split = desk.now + timedelta(days=12)
    spans = [(NOW - timedelta(days=1), split), (split, NOW + timedelta(days=300))]
    watched = Watched(desk, [Count(*span) for span in spans])
    loans = history(watched, random.Random(seed))  # noqa: S311  # the same history in every run
    _cover(desk)
    while fold_figures(desk.ledger.stores, desk.ledger.log):
        pass
    act = desk.ledger.act(Principal("reader", INSTITUTION, frozenset({Role.AUDITOR}), "person"), now=desk.now)
    found = read_figures(desk.ledger.stores, act, *(Span(since=since, until=until) for since, until in spans))
    today, waiting = desk.now.astimezone(SHANGHAI).date().isoformat(), dict[str, Waiting]()
    for state in map(desk.state, loans):
        if state.waiting_for:
            had = waiting.get(state.waiting_for, Waiting(count=0, overdue=0))
            waiting[state.waiting_for] = Waiting(count=had.count + 1, overdue=had.overdue + (state.due_on < today))
    assert list(found.figures) == [expected(count, waiting) for count in watched.counts]
    assert found.figures[0].moved["submitted"] > 0
    assert desk.codes() == set()
