"""The work queue lists exactly what its reader could decide now: held against trying every decision in every place."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import Verdict
from ledger.core.log.permissions import Role
from ledger.errors import LedgerError
from ledger.services.applications.escalate import escalate
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.issue_decision import Wanted, issue_decision
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.queue import Waiting, queue
from ledger.services.applications.withdraw import withdraw
from signing.canonical import Json
from support.approvals import CHAIN_ID, Desk, cn_identity
from support.policies import unchecked

MEMBERS = ("M1", "M2", "M3", "M4", "M5", "M6", "M7")
STAFF = ("Otto", "Olga", "Both", "Rita", "Hans", *MEMBERS)
DECIDERS = ("Olga", "Both", "Both", "Rita", "Rita", "Hans", *MEMBERS)
AMOUNTS = (10_000_000, 50_000_000, 200_000_000, 200_000_000)
WORDS = {Verdict.RETURN: ("a payslip",), Verdict.COUNTER: ("term_months=24",)}
names = st.sampled_from(STAFF)
ROLES = {"Olga": Role.OFFICER, "Both": Role.RISK, "Rita": Role.RISK, "Hans": Role.DEPARTMENT_HEAD}
GIVERS = st.sampled_from(sorted(ROLES))
_applicants = count(100)


@dataclass(frozen=True)
class Given:
    """A policy, loans, who sits on the large ones, delegations, and what some people say in turn."""

    departments: bool
    escalates: bool
    amounts: list[int]
    sittings: list[list[str]]
    delegations: list[tuple[str, str, int, int]]
    said: list[tuple[int, str, Verdict]]
    late: bool


GIVEN = st.builds(
    Given,
    departments=st.booleans(),
    escalates=st.booleans(),
    amounts=st.lists(st.sampled_from(AMOUNTS), min_size=2, max_size=2),
    sittings=st.lists(st.permutations(MEMBERS), min_size=3, max_size=3),
    delegations=st.lists(
        st.tuples(GIVERS, names, st.sampled_from([1, 20_000_000, 900_000_000, 900_000_000]), st.sampled_from([1, 900])),
        min_size=1,
        max_size=4,
    ),
    said=st.lists(
        st.tuples(
            st.integers(0, 1),
            st.sampled_from(DECIDERS),
            st.sampled_from([Verdict.APPROVE] * 6 + [Verdict.RECUSE] * 2 + list(Verdict)),
        ),
        max_size=10,
    ),
    late=st.booleans(),
)


DELEGATED = Given(
    departments=False,
    escalates=True,
    amounts=[10_000_000, 50_000_000],
    sittings=[list(MEMBERS)] * 3,
    delegations=[("Olga", "M1", 20_000_000, 900), ("Rita", "Otto", 900_000_000, 900), ("Hans", "M2", 900_000_000, 1)],
    said=[(1, "Olga", Verdict.APPROVE)],
    late=False,
)
NOTED = Given(
    departments=False,
    escalates=True,
    amounts=[200_000_000, 10_000_000],
    sittings=[list(MEMBERS)] * 3,
    delegations=[],
    said=[(0, "M1", Verdict.APPROVE), (0, "M2", Verdict.RECUSE), (0, "M3", Verdict.DECLINE)],
    late=True,
)


def tried(act: Callable[[], object]) -> None:
    with suppress(LedgerError):
        act()


def played(desk: Desk, given: Given) -> None:
    """Put a policy into force, enter loans, and let people do what is given; what is refused is passed over."""
    desk.later(days=1)
    policy = unchecked().to_json()
    change: dict[str, Json] = {"departments": ["retail"] if given.departments else []}
    if given.escalates:
        change["escalates_to"] = "department-head"
    policy["paths"]["two"]["steps"][0].update(change)  # type: ignore[index,call-overload,union-attr]  # the shape is known here
    desk.enforce(policy)
    stores = desk.ledger.stores
    loans = [
        desk.apply(amount=amount, identity=cn_identity(next(_applicants) % 1000), checked=False)
        for amount in given.amounts
    ]
    for loan, members in zip(loans, given.sittings, strict=False):
        tried(lambda at=loan: desk.submit(at))  # type: ignore[misc]  # bound at once
        seats = tuple(desk.people[name].principal.id for name in members[:5])
        tried(lambda at=loan, of=seats: name_sitting(stores, desk.act("Rita"), at, Sitting(members=of, chair=of[0])))  # type: ignore[misc]  # bound at once
    for giver, taker, limit, hours in given.delegations:
        until = desk.now + timedelta(hours=hours)
        new = NewDelegation(
            delegate_id=desk.people[taker].principal.id,
            role=ROLES[giver],
            until=until,
            limit_minor=limit,
            currency="CNY",
        )
        tried(lambda by=giver, what=new: grant_delegation(stores, desk.act(by), what, desk.ledger.key))  # type: ignore[misc]  # bound at once
    for place, name, verdict in given.said:
        loan = loans[place % len(loans)]
        tried(lambda at=loan, by=name, what=verdict: desk.say(by, at, what, conditions=WORDS.get(what, ())))  # type: ignore[misc]  # bound at once
    if given.late:
        desk.later(days=9)
        escalate(stores, desk.worker())


def decidable(desk: Desk, name: str, loan: str) -> bool:
    """Try every decision in every place, by asking for its statement: that is refused where the decision would be."""
    key_id = desk.people[name].key.public.key_id
    places = [None, *(desk.people[giver].principal.id for giver in ROLES)]
    for verdict in Verdict:
        for place in places:
            wanted = Wanted(verdict=verdict, key_id=key_id, conditions=WORDS.get(verdict, ()), in_place_of=place)
            with suppress(LedgerError):
                issue_decision(desk.ledger.stores, desk.act(name), loan, wanted, chain_id=CHAIN_ID)
                return True
    return False


def why(item: Waiting) -> str:
    if item.names_committee:
        return "seat"
    if item.is_escalated:
        return "escalated"
    return "delegated" if all(way.in_place_of for way in item.ways) else "own"


def end(desk: Desk, loan: str) -> None:
    withdraw(desk.ledger.stores, desk.act("Otto"), loan, ground="done", evidence_sha256=b"\x06" * 32)


def test_queue_is_what_its_reader_could_decide_now(crowded: Desk) -> None:
    for name in MEMBERS:
        crowded.hire(name, Role.COMMITTEE, *([Role.RISK] if name == "M7" else []))
    crowded.replayed()
    seen: set[str] = set()

    @settings(
        max_examples=4,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[phase for phase in Phase if phase is not Phase.shrink],
    )
    @given(GIVEN)
    @example(NOTED)
    @example(DELEGATED)
    def agree(given: Given) -> None:
        before = set(crowded.loans())
        played(crowded, given)
        new = set(crowded.loans()) - before
        for name in STAFF:
            waiting = {item.row.id: item for item in queue(crowded.ledger.stores, crowded.act(name))}
            could = {loan for loan in new if decidable(crowded, name, loan)}
            assert {loan for loan in new & waiting.keys() if waiting[loan].ways} == could, name
            seen.update(why(item) for item in waiting.values())
        for loan in new:  # so that the next round starts with an empty desk
            tried(lambda at=loan: end(crowded, at))  # type: ignore[misc]  # bound at once

    agree()
    assert seen >= {"own", "delegated", "escalated"}
