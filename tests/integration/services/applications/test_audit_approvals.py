"""The replay: silent over what the policy allowed, and naming what an insider put on record past it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import Outcome, Verdict, take
from ledger.core.log.permissions import Role
from ledger.services.applications import decide as deciding
from ledger.services.applications import issue_decision as issuing
from ledger.services.applications import submit as submitting
from ledger.services.applications.audit_approvals import ApprovalReport, audit_approvals
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.standing import actor_of
from ledger.services.log.change_role import RoleChange, change_role
from ledger.services.log.sequence import Turn, sequence
from support.approvals import Desk


def replayed(desk: Desk) -> ApprovalReport:
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=desk.now))
    return audit_approvals(ledger.stores)


def codes(report: ApprovalReport) -> set[str]:
    return {finding.code for finding in report.findings}


def middle(desk: Desk) -> str:
    loan = desk.apply(amount=10_000_000)
    desk.submit(loan)
    return loan


def test_decisions_that_the_policy_allows_have_no_finding(desk: Desk) -> None:
    for verdict in (Verdict.APPROVE, Verdict.DECLINE):
        loan = middle(desk)
        desk.say("Olga", loan, verdict)
        if verdict is Verdict.APPROVE:
            desk.say("Rita", loan)
    report = replayed(desk)
    assert report.is_clean, report.findings
    assert (report.applications, report.decisions, report.unopened) == (2, 3, 0)


def test_committee_with_a_recusal_has_no_finding(desk: Desk) -> None:
    names = [f"Member {place}" for place in range(5)]
    for name in names:
        desk.hire(name, Role.COMMITTEE)
    loan = desk.apply(amount=200_000_000)
    desk.submit(loan)
    members = tuple(desk.people[name].principal.id for name in names)
    name_sitting(desk.ledger.stores, desk.act("Rita"), loan, Sitting(members=members, chair=members[0]))
    desk.say(names[1], loan, Verdict.RECUSE)
    for name in (names[0], *names[2:]):
        desk.say(name, loan)
    assert desk.state(loan).state == "approved"
    assert replayed(desk).is_clean


def as_insider(monkeypatch: pytest.MonkeyPatch, module: object, name: str, stand_in: Callable[..., object]) -> None:
    """Have the service skip one of its rules, as somebody could who runs changed code on the lender's machine."""
    monkeypatch.setattr(module, name, stand_in)


def test_approval_that_skipped_a_step_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    loan = middle(desk)
    as_insider(
        monkeypatch,
        deciding,
        "take",
        lambda review, progress, event: replace(take(review, progress, event), step=2, outcome=Outcome.APPROVED),
    )
    desk.say("Olga", loan)
    assert desk.state(loan).state == "approved"
    assert codes(replayed(desk)) == {"approval.missing-step"}


def test_loan_on_too_easy_a_path_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    as_insider(monkeypatch, submitting, "path_for", lambda *_: ("two", "middle"))
    loan = desk.apply(amount=50_000_000)
    desk.submit(loan)
    found = codes(replayed(desk))
    assert "approval.outside-policy" in found


def test_role_taken_back_before_the_decision_is_seen_in_the_log(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    loan = middle(desk)
    ledger, olga = desk.ledger, desk.people["Olga"].principal
    change_role(ledger.stores, ledger.act(now=desk.now), RoleChange(olga.id, Role.OFFICER, granted=False), ledger.key)
    as_insider(
        monkeypatch,
        deciding,
        "actor_of",
        lambda tx, person: replace(actor_of(tx, person), roles=frozenset({"officer"})),
    )
    as_insider(
        monkeypatch, issuing, "actor_of", lambda tx, person: replace(actor_of(tx, person), roles=frozenset({"officer"}))
    )
    desk.say("Olga", loan)
    assert "approval.wrong-role" in codes(replayed(desk))


def test_decision_dated_back_is_named(desk: Desk) -> None:
    loan = middle(desk)
    desk.later(minutes=-1)
    desk.say("Olga", loan)
    assert codes(replayed(desk)) == {"approval.back-dated"}
