"""Rows that the review of applications leaves, for the test that changes every column.

Apart from the audited ledger itself: other tests flip every byte of its log, and their time grows with its square.
"""

from dataclasses import replace
from datetime import timedelta

from ledger.core.applications.committee import Sitting
from ledger.core.log.permissions import Principal, Role
from ledger.services.applications.add_third_party import add_third_party
from ledger.services.applications.check_condition import check_condition
from ledger.services.applications.escalate import escalate
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.report_condition import Evidence, report_condition
from ledger.services.applications.revoke_delegation import revoke_delegation
from ledger.services.applications.verify_material import verify_material
from ledger.services.log.change_address import AddressChange, change_address
from ledger.services.log.change_department import DepartmentChange, change_department
from ledger.services.log.change_role import RoleChange, change_role
from ledger.services.log.list_people import list_people
from signing.algorithms import Suite
from signing.canonical import Json
from signing.keys.signer import Ed25519Signer, open_signer
from support.applications import third_party
from support.approvals import Desk, Staff, cn_identity
from support.audited import Audited
from support.ledgers import INSTITUTION, secret_of
from support.policies import unchecked
from support.stage import WORKER

LATE = timedelta(days=9)


def fill_review(audited: Audited) -> None:
    """Leave at least one row in each table of the review, and an entry that waits for its index."""
    desk = _desk(audited)
    _delegate(desk)
    desk.later(seconds=1)
    desk.enforce(_policy())
    _seat(desk, desk.people["Hans"].principal.id)
    _decide(desk)
    audited.now = desk.now
    audited.sequence()
    _prove(desk, desk.apply(identity=cn_identity(3)))


def _desk(audited: Audited) -> Desk:
    """Return the desk of the ledger's own people, whose keys follow from their names."""
    people: dict[str, Staff] = {}
    for line in list_people(audited.ledger.stores, audited.ledger.act(now=audited.now)):
        key = open_signer(Suite.ED25519, secret_of(line.name or ""), purpose="decide")
        assert isinstance(key, Ed25519Signer)
        roles = frozenset(map(Role, line.roles))
        people[line.name or ""] = Staff(Principal(line.id, INSTITUTION, roles, "person"), key)
    return Desk(audited.ledger, people, audited.now)


def _delegate(desk: Desk) -> None:
    stores, key = desk.ledger.stores, desk.ledger.key
    olga, hans = desk.people["Olga"].principal.id, desk.people["Hans"].principal.id
    new = NewDelegation(delegate_id=hans, role=Role.OFFICER, until=desk.now + LATE, limit_minor=10**9, currency="CNY")
    delegation = grant_delegation(stores, desk.act("Olga"), new, key).resource_id
    revoke_delegation(stores, desk.act("Olga"), delegation, key)
    for joined in (True, False):
        change_department(stores, desk.ledger.act(now=desk.now), DepartmentChange(olga, "retail", joined), key)
    change_address(stores, desk.act("Olga"), AddressChange(olga, "olga@lender.example"), key)
    change_role(stores, desk.ledger.act(now=desk.now), RoleChange(hans, Role.COMMITTEE, granted=True), key)


def _policy() -> Json:
    """Return a policy whose officers are helped by heads when they are late, and whose committee is one person."""
    lax = unchecked()
    two, committee = lax.paths["two"], lax.paths["committee"]
    steps = (replace(two.steps[0], escalates_to="department-head"), *two.steps[1:])
    paths = {
        "two": replace(two, steps=steps),
        "committee": replace(committee, steps=(replace(committee.steps[0], size=1, quorum=1, veto=()),)),
    }
    return replace(lax, paths={**lax.paths, **paths}).to_json()


def _seat(desk: Desk, chair: str) -> None:
    loan = desk.apply(amount=200_000_000, identity=cn_identity(1))
    desk.submit(loan)
    name_sitting(desk.ledger.stores, desk.act("Rita"), loan, Sitting(members=(chair,), chair=chair))


def _decide(desk: Desk) -> None:
    """Have a loan escalated, and approved on a condition that is then met."""
    stores, loan = desk.ledger.stores, desk.apply(identity=cn_identity(2))
    desk.submit(loan)
    desk.later(days=LATE.days)
    escalate(stores, desk.ledger.act(WORKER, now=desk.now))
    desk.say("Olga", loan, conditions=("insurance",))
    desk.say("Rita", loan)
    report_condition(stores, desk.act("Otto"), loan, 0, Evidence(sha256=b"\x01" * 32, what="seen"))
    check_condition(stores, desk.act("Rita"), loan, 0)


def _prove(desk: Desk, loan: str) -> None:
    stores = desk.ledger.stores
    told: dict[str, Json] = {
        "material": "identity", "sha256": None, "source": "register", "result": "confirmed", "note": None
    }  # fmt: skip
    verify_material(stores, desk.act("Rita"), loan, told)
    add_third_party(stores, desk.act("Otto"), loan, third_party(desk.now, days=1).to_json())
