"""Delegations, departments and escalation on a real ledger: what counts, what is refused, and that the replay and the audit agree."""

from datetime import timedelta

import pytest

from ledger.core.log.permissions import Role
from ledger.errors import LedgerError
from ledger.services.applications.audit_approvals import audit_approvals
from ledger.services.applications.escalate import escalate
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.list_delegations import list_delegations
from ledger.services.applications.queue import queue
from ledger.services.applications.revoke_delegation import revoke_delegation
from ledger.services.log.audit import Scope, audit
from ledger.services.log.change_department import DepartmentChange, change_department
from ledger.services.log.sequence import Turn, sequence
from signing.canonical import Json
from support.approvals import Desk
from support.policies import unchecked
from support.stage import WORKER, refused

REACHES = 10**12


def clean(desk: Desk) -> bool:
    """Say whether neither the replay nor the audit finds anything."""
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=desk.now))
    replayed, audited = audit_approvals(ledger.stores), audit(ledger.stores, None, Scope(), lambda _: None)
    assert replayed.is_clean, replayed.findings
    assert audited.is_clean, audited.findings
    return True


def waiting(desk: Desk) -> str:
    loan = desk.apply()
    desk.submit(loan)
    return loan


def delegated(desk: Desk, **changes: object) -> str:
    """Have Olga let Hans decide in her place; return the delegation's id."""
    usual = {
        "delegate_id": desk.people["Hans"].principal.id,
        "role": Role.OFFICER,
        "until": desk.now + timedelta(days=7),
        "limit_minor": REACHES,
        "currency": "CNY",
    }
    new = NewDelegation(**{**usual, **changes})  # type: ignore[arg-type]  # by its fields
    return grant_delegation(desk.ledger.stores, desk.act("Olga"), new, desk.ledger.key).resource_id


def test_colleague_decides_in_ones_place_and_both_count_once(desk: Desk) -> None:
    loan = waiting(desk)
    assert queue(desk.ledger.stores, desk.act("Hans")) == []
    delegated(desk, limit_minor=9_999_999)
    assert queue(desk.ledger.stores, desk.act("Hans")) == [], "beyond the limit nothing waits"
    delegated(desk, currency="JPY")
    assert queue(desk.ledger.stores, desk.act("Hans")) == [], "a limit in another currency reaches to nothing"
    delegated(desk)
    assert [item.row.id for item in queue(desk.ledger.stores, desk.act("Hans"))] == [loan]
    olga = desk.people["Olga"].principal.id
    refused(lambda: desk.say("Hans", loan), "decision.role")
    desk.say("Hans", loan, in_place_of=olga)
    desk.say("Rita", loan)
    assert desk.state(loan).state == "approved"
    assert {row.holder_id for row in list_delegations(desk.ledger.stores, desk.act("Hans"))} == {olga}
    assert clean(desk)


def test_delegation_ends_reaches_so_far_and_is_taken_back(desk: Desk) -> None:
    loan, olga = waiting(desk), desk.people["Olga"].principal.id
    first = delegated(desk, limit_minor=9_999_999)
    refused(lambda: desk.say("Hans", loan, in_place_of=olga), "decision.delegation-limit")
    stores, key = desk.ledger.stores, desk.ledger.key
    refused(lambda: revoke_delegation(stores, desk.act("Rita"), first, key), "delegation.unknown")
    revoke_delegation(stores, desk.act("Olga"), first, key)
    refused(lambda: revoke_delegation(stores, desk.act("Olga"), first, key), "delegation.not-active")
    refused(lambda: desk.say("Hans", loan, in_place_of=olga), "decision.role")
    delegated(desk, until=desk.now + timedelta(minutes=1))
    desk.later(minutes=2)
    refused(lambda: desk.say("Hans", loan, in_place_of=olga), "decision.delegation-expired")
    assert clean(desk)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": Role.RISK}, "delegation.not-held"),
        ({"limit_minor": 0}, "delegation.invalid"),
        ({"until": None}, "delegation.invalid"),
        ({"delegate_id": "Olga"}, "delegation.invalid"),
        ({"delegate_id": "Ada"}, "delegation.invalid"),
        ({"delegate_id": "nobody"}, "person.unknown"),
    ],
)
def test_delegation_that_may_not_be_given_is_refused(desk: Desk, changes: dict[str, object], code: str) -> None:
    desk.hire("Ada", Role.AUDITOR)
    named = {
        name: desk.people[str(value)].principal.id if name == "delegate_id" and value in desk.people else value
        for name, value in changes.items()
    }
    named = {name: desk.now if name == "until" else value for name, value in named.items()}
    refused(lambda: delegated(desk, **named), code)


def enforce(desk: Desk, **step: Json) -> None:
    """Put a policy into force whose first step of two has these members."""
    policy = unchecked().to_json()
    policy["paths"]["two"]["steps"][0].update(step)  # type: ignore[index,call-overload,union-attr]  # the shape is known here
    desk.enforce(policy)


def test_step_of_a_department_is_decided_by_its_people(desk: Desk) -> None:
    desk.later(seconds=1)
    enforce(desk, departments=["retail"])
    loan, olga, ledger = waiting(desk), desk.people["Olga"].principal.id, desk.ledger
    refused(lambda: desk.say("Olga", loan), "decision.role")

    def change(*, joined: bool, name: str = "retail") -> None:
        change_department(ledger.stores, ledger.act(now=desk.now), DepartmentChange(olga, name, joined), ledger.key)

    refused(lambda: change(joined=False), "department.not-member")
    refused(lambda: change(joined=True, name="No Word"), "department.name")
    change(joined=True)
    refused(lambda: change(joined=True), "department.member")
    desk.say("Olga", loan)
    change(joined=False)
    desk.say("Rita", loan)
    assert desk.state(loan).state == "approved"
    assert clean(desk)


def test_overdue_step_escalates_to_whom_the_policy_names(desk: Desk) -> None:
    desk.later(seconds=1)
    enforce(desk, escalates_to="department-head")
    loan, stores = waiting(desk), desk.ledger.stores

    def turn() -> int:
        return escalate(stores, desk.ledger.act(WORKER, now=desk.now))

    assert turn() == 0
    with pytest.raises(LedgerError):
        desk.say("Hans", loan)
    desk.later(days=5)
    assert [item.is_overdue for item in queue(stores, desk.act("Olga"))] == [True]
    assert (turn(), turn()) == (1, 0)
    assert [(item.row.id, item.is_escalated) for item in queue(stores, desk.act("Hans"))] == [(loan, True)]
    desk.say("Hans", loan)
    assert queue(stores, desk.act("Hans")) == []
    desk.say("Rita", loan)
    assert desk.state(loan).state == "approved"
    assert clean(desk)
