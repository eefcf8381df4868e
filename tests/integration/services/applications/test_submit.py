"""A small loan decided by the rule set in force, at its submission: approved, declined, referred; and when none may."""

from dataclasses import replace

import pytest

from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.rule_set import Ruling
from ledger.errors import LedgerError
from ledger.services.applications.audit_approvals import audit_approvals
from ledger.services.applications.publish_rule_set import Publication, publish_rule_set
from ledger.services.applications.submit import submit
from ledger.services.log.audit import Scope, audit
from ledger.services.log.sequence import Turn, sequence
from support.approvals import RULES, Desk

SMALL = 4_000_000


def clean(desk: Desk) -> bool:
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=desk.now))
    report = audit_approvals(ledger.stores)
    assert report.is_clean, report.findings
    rows = audit(ledger.stores, None, Scope(1, lambda: ledger.stores), lambda _: None)
    assert rows.is_clean, rows.findings
    return True


def test_small_loan_is_approved_at_its_submission(desk: Desk) -> None:
    desk.automate()
    loan = desk.apply(amount=SMALL)
    desk.submit(loan)
    assert (desk.state(loan).state, desk.state(loan).path, desk.state(loan).waiting_for) == (
        "approved",
        "automatic",
        "",
    )
    assert clean(desk)


def test_case_that_no_rule_approves_goes_to_people_on_the_strictest_path(desk: Desk) -> None:
    desk.automate()
    loan = desk.apply(amount=SMALL, term_months=48)
    desk.submit(loan)
    state = desk.state(loan)
    assert (state.state, state.path, state.waiting_for) == ("in-review", "committee", "committee")
    assert clean(desk)


def test_rule_set_declines_where_it_says_so_and_its_newest_version_rules(desk: Desk) -> None:
    desk.automate()
    desk.later(minutes=1)
    desk.automate(replace(DEFAULT_RULES, version=2, otherwise=Ruling.DECLINE))
    loan = desk.apply(amount=SMALL, term_months=48)
    desk.submit(loan)
    assert desk.state(loan).state == "declined"
    assert clean(desk)


def test_submission_without_what_the_path_asks_for_is_refused_and_stays_a_draft(desk: Desk) -> None:
    desk.automate()
    loan = desk.apply(amount=SMALL, attachments=[])
    before = desk.state(loan)
    with pytest.raises(LedgerError, match="an attachment of the kind identity") as refused:
        desk.submit(loan)
    assert refused.value.code == "application.incomplete"
    assert desk.state(loan) == before


def test_rules_without_their_own_key_or_for_another_currency_decide_nothing(desk: Desk) -> None:
    desk.automate()
    loan = desk.apply(amount=SMALL)
    with pytest.raises(LedgerError) as refused:
        submit(desk.ledger.stores, desk.act("Otto"), loan, None)
    assert refused.value.code == "ruleset.key"
    desk.automate(replace(DEFAULT_RULES, version=2, currency="EUR"))
    desk.later(minutes=1)
    with pytest.raises(LedgerError) as refused:
        desk.submit(loan)
    assert refused.value.code == "policy.no-rule-set"


def test_rule_set_needs_four_eyes_and_a_version_above_the_last(desk: Desk) -> None:
    rule_set_id = desk.automate()
    for change, code in ((1, "ruleset.version"), (2, "ruleset.own"), (3, "ruleset.published"), (4, "ruleset.unknown")):
        with pytest.raises(LedgerError) as refused:
            _publish(desk, change, rule_set_id)
        assert refused.value.code == code


def _publish(desk: Desk, change: int, rule_set_id: str) -> None:
    if change == 1:
        desk.automate()
    key, administrator = desk.ledger.key, desk.ledger.act(now=desk.now)
    act = desk.act("Rita") if change == 2 else administrator
    known = {4: key.institution_id}.get(change, rule_set_id)
    publish_rule_set(desk.ledger.stores, act, Publication(rule_set_id=known, key=key, rules_key=lambda: RULES.public))
