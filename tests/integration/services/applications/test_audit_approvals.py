"""The replay: silent over what the policy allowed, and naming what an insider put on record past it, with real keys and whole rows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import Verdict
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.log.permissions import Role
from ledger.errors import LedgerError
from ledger.services.applications.audit_approvals import audit_approvals
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.log.change_role import RoleChange, change_role
from ledger.storage.database import Connection
from support.approvals import Desk, cn_identity
from support.insider import Forged, decide_as, edit, write_entry

_PEOPLE = iter(range(100, 900))


def middle(desk: Desk, amount: int = 10_000_000) -> str:
    """Return a loan of somebody who has no other, waiting for an officer."""
    loan = desk.apply(amount=amount, identity=cn_identity(next(_PEOPLE)))
    desk.submit(loan)
    return loan


def test_what_the_policy_allows_has_no_finding(desk: Desk) -> None:
    for verdict in (Verdict.APPROVE, Verdict.DECLINE):
        loan = middle(desk)
        desk.say("Olga", loan, verdict)
        if verdict is Verdict.APPROVE:
            desk.say("Rita", loan)
    names = [f"Member {place}" for place in range(5)]
    for name in names:
        desk.hire(name, Role.COMMITTEE)
    large = middle(desk, 200_000_000)
    members = tuple(desk.people[name].principal.id for name in names)
    name_sitting(desk.ledger.stores, desk.act("Rita"), large, Sitting(members=members, chair=members[0]))
    desk.say(names[1], large, Verdict.RECUSE)
    for name in (names[0], *names[2:]):
        desk.say(name, large)
    assert desk.state(large).state == "approved"
    with pytest.raises(LedgerError, match="takes no decision"):
        desk.say(names[0], large, Verdict.CLOSE)  # a vote after the closing
    report = desk.replayed()
    assert report.is_clean, report.findings
    assert (report.applications, report.decisions, report.unopened) == (3, 8, 0)


@pytest.fixture(scope="module")
def insider(crowded: Desk) -> Desk:
    return crowded


def test_approval_that_skipped_a_step_is_named(insider: Desk) -> None:
    loan = middle(insider)
    decide_as(insider, loan, Forged(name="Olga", moved="approved"))
    assert insider.codes(loan) == {"approval.missing-step"}
    assert insider.audited().is_clean


def test_self_approval_is_named(insider: Desk) -> None:
    loan = middle(insider)
    decide_as(insider, loan, Forged(name="Otto"))
    assert insider.codes(loan) == {"approval.self"}


def test_same_person_in_two_steps_is_named(insider: Desk) -> None:
    loan = middle(insider)
    decide_as(insider, loan, Forged(name="Both", state={"step": 1, "waiting_for": "risk"}))
    decide_as(insider, loan, Forged(name="Both", moved="approved"))
    assert insider.codes(loan) == {"approval.same-person-twice", "approval.missing-step"}


def test_role_taken_back_before_the_decision_is_seen_in_the_log(insider: Desk) -> None:
    loan, ledger, gone = middle(insider), insider.ledger, insider.people["Gone"].principal
    act = ledger.act(now=insider.now)
    change_role(ledger.stores, act, RoleChange(gone.id, Role.OFFICER, granted=False), ledger.key)
    decide_as(insider, loan, Forged(name="Gone"))
    assert insider.codes(loan) == {"approval.wrong-role"}


def test_decision_dated_back_is_named(insider: Desk) -> None:
    loan, now = middle(insider), insider.now
    insider.now = now - timedelta(minutes=1)
    decide_as(insider, loan, Forged(name="Olga", state={"step": 1, "waiting_for": "risk"}))
    insider.now = now
    assert insider.codes(loan) == {"approval.back-dated"}


def test_recused_person_who_decides_is_named(insider: Desk) -> None:
    loan = middle(insider)
    insider.say("Olga", loan, Verdict.RECUSE)
    decide_as(insider, loan, Forged(name="Olga", state={"step": 1, "waiting_for": "risk"}))
    assert insider.codes(loan) == {"approval.recused-voted"}


def _submitted(desk: Desk, loan: str, path: str, minor: int, policy: str) -> None:
    group: dict[str, object] = {"amount": {"currency": "CNY", "minor": str(minor)}, "applications": [loan]}
    submission = {"policy": policy, "policy_sha256": "", "row": "middle", "path": path, "group": group}
    facts: dict[str, str | int] = {"state": "in-review", "waiting_for": "officer", "path": path, "policy_id": policy}
    write_entry(desk, loan, "submitted", {"submission": submission}, **facts)  # type: ignore[dict-item]  # JSON


def test_loan_on_too_easy_a_path_is_named(insider: Desk) -> None:
    policy = insider.state(middle(insider)).policy_id
    loan = insider.apply(amount=50_000_000, identity=cn_identity(next(_PEOPLE)))
    _submitted(insider, loan, "two", 50_000_000, policy)
    assert insider.codes(loan) == {"approval.outside-policy"}


def test_loan_split_under_a_tier_is_named(insider: Desk) -> None:
    identity = cn_identity(next(_PEOPLE))
    first, second = (insider.apply(amount=15_000_000, identity=identity) for _ in range(2))
    insider.submit(first)
    _submitted(insider, second, "two", 15_000_000, insider.state(first).policy_id)
    assert insider.codes(second) == {"approval.split", "approval.outside-policy"}


def test_delegation_used_after_its_end_is_named(insider: Desk) -> None:
    loan, ledger = middle(insider), insider.ledger
    olga, hans = insider.people["Olga"].principal, insider.people["Hans"].principal
    until = insider.now + timedelta(minutes=5)
    new = NewDelegation(delegate_id=hans.id, role=Role.OFFICER, until=until, limit_minor=10**12, currency="CNY")
    grant_delegation(ledger.stores, insider.act("Olga"), new, ledger.key)
    insider.later(minutes=6)
    forged = Forged(name="Hans", statement={"in_place_of": olga.id}, state={"step": 1, "waiting_for": "risk"})
    decide_as(insider, loan, forged)
    assert insider.codes(loan) == {"approval.expired-delegation"}


def test_policy_swapped_for_one_loan_and_back_is_named(insider: Desk) -> None:
    two = DEFAULT_POLICY.paths["two"]
    lax = replace(DEFAULT_POLICY, name="lax", paths={**DEFAULT_POLICY.paths, "two": replace(two, steps=two.steps[:1])})
    insider.later(minutes=1)
    insider.enforce(lax.to_json())
    loan = middle(insider)
    insider.say("Olga", loan)
    assert insider.state(loan).state == "approved"
    insider.later(minutes=1)
    insider.enforce()
    assert insider.codes(loan) == {"approval.policy-swung"}


def test_decision_row_that_is_edited_or_dated_back_is_named_by_both_audits(insider: Desk) -> None:
    loan = middle(insider)
    insider.say("Olga", loan)
    insider.replayed()
    assert insider.audited().is_clean
    for column, value in (
        ("decider_id", insider.people["Hans"].principal.id),
        ("decided_at", "2026-01-01T00:00:00.000Z"),
    ):
        before = edit(insider, column, value, loan)
        named = {(finding.kind, finding.field) for finding in insider.audited().findings}
        assert ("decision", column) in named
        assert insider.codes(loan) == {"approval.row-differs"}
        edit(insider, column, before, loan)
    assert insider.audited().is_clean


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ("UPDATE policy SET content = replace(content, '5000000', '5000001')", "policy.content"),
        ("UPDATE policy SET sha256 = zeroblob(32)", "policy.sha256"),
        ("DELETE FROM application_state WHERE application_id = '{loan}'", "application_state.application_id"),
        (
            """INSERT INTO decision SELECT '01936f2e-0000-7000-8000-00000000000a', application_id, version, decider_id, zeroblob(32), suite, decided_at
            FROM decision WHERE application_id = '{loan}'""",
            "decision.entry_id",
        ),
        ("DELETE FROM decision WHERE application_id = '{loan}'", "decision.application_id"),
    ],
)
def test_row_that_was_swapped_added_or_taken_out_is_named(desk: Desk, statement: str, field: str) -> None:
    loan = middle(desk)
    desk.say("Olga", loan)
    assert desk.replayed().is_clean

    def work(tx: Connection) -> None:
        for (name,) in tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            tx.exec_driver_sql(f'DROP TRIGGER "{name}"')
        tx.exec_driver_sql(statement.format(loan=loan))

    desk.ledger.stores.database.write(work)
    report = desk.replayed()
    assert field in {finding.field for finding in report.findings}
    assert {finding.code for finding in report.findings} == {"approval.row-differs"}
    assert report.numbers.keys() <= {loan}


def test_policy_that_waits_for_its_index_is_no_finding(desk: Desk) -> None:
    desk.later(seconds=1)
    desk.enforce()
    assert audit_approvals(desk.ledger.stores).is_clean
