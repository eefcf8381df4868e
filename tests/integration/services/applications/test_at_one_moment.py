"""Acts on different rows at one moment, on both databases: linked loans are added up, and whoever loses a role or a policy in between is
held against one order, the log's. The replay finds nothing in what was let through."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import Verdict
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.log.permissions import Role
from ledger.errors import LedgerError
from ledger.services.applications.correct import correct
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.propose_policy import NewPolicy, propose_policy
from ledger.services.applications.publish_policy import publish_policy
from ledger.services.log.change_role import RoleChange, change_role
from support.approvals import Desk, cn_identity, staffed
from support.database_fixtures import database_url, postgresql_server, postgresql_template
from support.ledgers import ledger_in

__all__ = ["database_url", "postgresql_server", "postgresql_template"]
ROUNDS = 6


@pytest.fixture
def lender(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with ledger_in(tmp_path, database_url) as ledger:
        desk = staffed(ledger)
        desk.enforce()
        desk.automate()
        desk.replayed()
        yield desk


def at_once(acts: Sequence[Callable[[], object]]) -> list[str]:
    """Run acts at the same time; return the code of each that was refused."""
    together = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str | None:
        together.wait()
        try:
            act()
        except LedgerError as error:
            return error.code
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return [code for code in pool.map(run, acts) if code is not None]


def test_linked_loans_handed_in_at_one_moment_are_added_up(lender: Desk) -> None:
    for number in range(ROUNDS):
        identity = cn_identity(number)
        loans = [lender.apply(amount=4_500_000, identity=identity) for _ in range(3)]
        assert not at_once([lambda one=loan: lender.submit(one) for loan in loans])  # type: ignore[misc]  # bound at once
        assert sorted(lender.state(loan).path for loan in loans) == ["automatic", "two", "two"]
    assert lender.replayed().is_clean


def test_role_taken_at_the_moment_of_a_decision_counts_for_both_or_for_neither(lender: Desk) -> None:
    stores, key, olga = lender.ledger.stores, lender.ledger.key, lender.people["Olga"].principal.id

    def take_back(*, granted: bool) -> None:
        change_role(stores, lender.ledger.act(now=lender.now), RoleChange(olga, Role.OFFICER, granted=granted), key)

    for number in range(ROUNDS):
        loan = lender.apply(identity=cn_identity(number))
        lender.submit(loan)
        refused = at_once([lambda one=loan: lender.say("Olga", one), lambda: take_back(granted=False)])  # type: ignore[misc]
        assert set(refused) <= {"decision.role"}
        assert lender.state(loan).step == (0 if refused else 1)
        take_back(granted=True)
    assert lender.replayed().is_clean


def test_loan_handed_in_while_a_policy_begins_takes_the_one_that_the_log_has(lender: Desk) -> None:
    stores, key = lender.ledger.stores, lender.ledger.key
    lax = replace(DEFAULT_POLICY, link_days=30)
    for number in range(ROUNDS):
        lender.later(seconds=1)
        table = lax if number % 2 == 0 else DEFAULT_POLICY
        new = NewPolicy(policy=table.to_json(), valid_from=lender.now)
        policy = propose_policy(stores, lender.act("Rita"), new, key).resource_id
        loan = lender.apply(identity=cn_identity(number))
        publish = lambda one=policy: publish_policy(stores, lender.ledger.act(now=lender.now), one, key)  # noqa: E731
        assert not at_once([lambda one=loan: lender.submit(one), publish])  # type: ignore[misc]
    assert lender.replayed().is_clean


def test_linked_loan_that_ends_at_one_moment_is_added_up_or_not_as_the_log_says(lender: Desk) -> None:
    for number in range(ROUNDS):
        identity = cn_identity(number)
        first, second = (lender.apply(amount=10_000_000, identity=identity) for _ in range(2))
        lender.submit(first)
        lender.later(minutes=1)
        decline = lambda one=first: lender.say("Olga", one, Verdict.DECLINE)  # noqa: E731
        assert not at_once([lambda one=second: lender.submit(one), decline])  # type: ignore[misc]
        lender.now += timedelta(minutes=1)
    assert lender.replayed().is_clean


def test_loan_corrected_at_the_moment_of_its_submission_is_not_decided_as_it_was(lender: Desk) -> None:
    for number in range(ROUNDS):
        loan = lender.apply(amount=4_000_000, identity=cn_identity(number))
        larger = {**lender.content_of(loan), "amount": {"currency": "CNY", "minor": "90000000"}}
        enlarge = lambda one=loan, new=larger: correct(lender.ledger.stores, lender.act("Otto"), one, new)  # noqa: E731
        refused = at_once([lambda one=loan: lender.submit(one), enlarge])  # type: ignore[misc]
        assert set(refused) <= {"application.moved-on", "application.not-open", "subject.moved-on"}
    assert lender.replayed().is_clean


def test_members_who_vote_at_one_moment_are_all_counted(lender: Desk) -> None:
    names = tuple(f"Member {place}" for place in range(5))
    for name in names:
        lender.hire(name, Role.COMMITTEE)
    loan = lender.apply(amount=200_000_000, identity=cn_identity(1))
    lender.submit(loan)
    members = tuple(lender.people[name].principal.id for name in names)
    name_sitting(lender.ledger.stores, lender.act("Rita"), loan, Sitting(members=members, chair=members[0]))
    assert not at_once([lambda one=name: lender.say(one, loan) for name in names])  # type: ignore[misc]
    assert lender.state(loan).state == "approved"
    assert lender.replayed().is_clean


def test_who_began_first_and_comes_second_is_counted_at_the_time_of_the_first(lender: Desk) -> None:
    loan = lender.apply(identity=cn_identity(1))
    lender.submit(loan)
    lender.later(seconds=3)
    lender.say("Olga", loan)
    lender.later(seconds=-2)
    lender.say("Rita", loan)
    assert lender.state(loan).state == "approved"
    lender.later(seconds=4)
    assert lender.replayed().is_clean


def test_decisions_count_in_their_order_though_another_machine_makes_older_ids(lender: Desk) -> None:
    numbers, act = count(1), lender.act
    loan = lender.apply(identity=cn_identity(1))
    lender.submit(loan)
    older = lambda: f"01936f2d-0000-7000-8000-{next(numbers):012x}"  # noqa: E731
    lender.act = lambda name: replace(act(name), new_id=older)  # type: ignore[method-assign]  # of a machine that is behind
    lender.say("Olga", loan)
    assert lender.state(loan).step == 1
    lender.say("Rita", loan)
    assert lender.state(loan).state == "approved"
    assert lender.replayed().is_clean
    assert lender.audited().is_clean
