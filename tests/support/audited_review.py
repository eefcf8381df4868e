"""Rows that the review of applications leaves, for the ledgers of the audit's tests: delegations, a department, an escalation, a committee."""

from datetime import timedelta

from ledger.core.applications.committee import Sitting
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.log.permissions import Role
from ledger.services.applications.add_third_party import add_third_party
from ledger.services.applications.check_condition import check_condition
from ledger.services.applications.escalate import escalate
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.report_condition import Evidence, report_condition
from ledger.services.applications.revoke_delegation import revoke_delegation
from ledger.services.applications.verify_material import verify_material
from ledger.services.log.change_department import DepartmentChange, change_department
from signing.canonical import Json
from support.applications import third_party
from support.approvals import Desk
from support.stage import WORKER

MEMBERS = 5


def fill_review(desk: Desk) -> None:
    """Leave at least one row in each table of the review."""
    stores, key = desk.ledger.stores, desk.ledger.key
    olga, hans = desk.people["Olga"].principal.id, desk.people["Hans"].principal.id
    new = NewDelegation(delegate_id=hans, role=Role.OFFICER, until=desk.now + timedelta(days=9), limit_minor=10**9)
    for _ in range(2):
        delegation = grant_delegation(stores, desk.act("Olga"), new, key).resource_id
    revoke_delegation(stores, desk.act("Olga"), delegation, key)
    for department in ("retail", "corporate"):
        change_department(stores, desk.ledger.act(now=desk.now), DepartmentChange(olga, department, joined=True), key)
    left = DepartmentChange(olga, "retail", joined=False)
    change_department(stores, desk.ledger.act(now=desk.now), left, key)
    _seat(desk)
    _escalate(desk)
    _prove(desk)
    _meet(desk)


def _meet(desk: Desk) -> None:
    """Have a loan approved on two conditions, and both met."""
    stores, loan = desk.ledger.stores, desk.apply(identity="110101199003077010")
    desk.submit(loan)
    desk.say("Olga", loan, conditions=("insurance", "deed"))
    desk.say("Rita", loan)
    for place in range(2):
        evidence = Evidence(sha256=bytes([place + 1]) * 32, what="seen")
        report_condition(stores, desk.act("Otto"), loan, place, evidence)
        check_condition(stores, desk.act("Rita"), loan, place)


def _prove(desk: Desk) -> None:
    """Leave evidence: a verification and two envelopes of third-party data."""
    stores, loan = desk.ledger.stores, desk.apply(identity="110101199003076018")
    told: dict[str, Json] = {
        "material": "identity", "sha256": None, "source": "register", "result": "confirmed", "note": None
    }  # fmt: skip
    verify_material(stores, desk.act("Rita"), loan, told)
    for days in (1, 2):
        add_third_party(stores, desk.act("Otto"), loan, third_party(desk.now, days=days).to_json())


def _seat(desk: Desk) -> None:
    for place in range(MEMBERS):
        desk.hire(f"Member {place}", Role.COMMITTEE)
    loan = desk.apply(amount=200_000_000, identity="110101199003074514")
    desk.submit(loan)
    members = tuple(desk.people[f"Member {place}"].principal.id for place in range(MEMBERS))
    name_sitting(desk.ledger.stores, desk.act("Rita"), loan, Sitting(members=members, chair=members[0]))


def _escalate(desk: Desk) -> None:
    policy = DEFAULT_POLICY.to_json()
    policy["paths"]["three"]["steps"][0]["escalates_to"] = "department-head"  # type: ignore[index,call-overload]  # its shape is known
    desk.later(seconds=1)
    desk.enforce(policy)
    desk.submit(desk.apply(amount=50_000_000, identity="110101199003075517"))
    late = desk.now + timedelta(days=9)
    escalate(desk.ledger.stores, desk.ledger.act(WORKER, now=late))
