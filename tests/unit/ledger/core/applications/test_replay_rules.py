"""Automated decisions taken once more: the same bytes from the log alone, and each thing that differs is named."""

from dataclasses import replace

from ledger.core.applications.decide import Outcome
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.rule_set import Ruling
from support.applications import check
from support.rules_trail import LAX
from support.trail import LOAN, Trail, before_rules, in_review, staffed


def test_approval_by_the_rules_in_force_has_no_finding() -> None:
    trail = before_rules()
    trail.rule("approved")
    done = trail.replay()
    assert (done.findings, done.decisions) == ([], 1)
    assert done.state_of(LOAN) == (Outcome.APPROVED, 1)


def test_referral_puts_people_on_the_strictest_path() -> None:
    trail = before_rules(term_months=48)
    trail.rule(None)
    trail.seat("m1", "m2", "m3", "m4", "m5")
    assert trail.codes() == []
    assert trail.replay().state_of(LOAN) == (Outcome.OPEN, 0)


def test_decline_by_the_rules_has_no_finding() -> None:
    trail = staffed()
    strict = replace(DEFAULT_RULES, otherwise=Ruling.DECLINE)
    trail.automate(rule_set=strict)
    trail.content = replace(trail.content, amount=4_000_000, term_months=48)
    trail.create()
    trail.submit(path="automatic")
    trail.rule("declined", rule_set=strict)
    assert trail.codes() == []


def test_approval_that_the_rules_do_not_give_is_named_with_its_state() -> None:
    trail = before_rules(term_months=48)
    trail.rule("approved", rule_set=LAX)
    assert trail.codes() == ["approval.rules-differ", "approval.missing-step"]


def test_other_inputs_than_the_content_gives_are_named() -> None:
    trail = before_rules()
    trail.rule("approved")
    trail.alter(inputs={"grade": "A"})
    assert trail.codes() == ["approval.rules-differ"]
    trail.alter(inputs=None, signature=None)
    assert trail.codes() == []


def test_rule_set_replaced_before_the_decision_does_not_count() -> None:
    trail = staffed()
    trail.automate()
    trail.automate("r-2", replace(DEFAULT_RULES, version=2))
    trail.content = replace(trail.content, amount=4_000_000)
    trail.create()
    trail.submit(path="automatic")
    trail.rule("approved")
    assert trail.codes() == ["approval.rules-unpublished", "approval.rules-differ"]


def test_rule_set_published_by_its_author_is_named() -> None:
    trail = staffed()
    trail.automate(approver="rita")
    trail.content = replace(trail.content, amount=4_000_000)
    trail.create()
    trail.submit(path="automatic")
    trail.rule("approved")
    assert trail.codes() == ["approval.published-alone"]


def test_signature_by_another_key_is_named() -> None:
    trail = before_rules()
    trail.rule("approved", signer="olga")
    assert trail.codes() == ["approval.bad-signature"]


def test_rules_decide_nothing_that_waits_for_people_or_was_decided() -> None:
    trail = in_review()
    trail.automate()
    trail.rule("approved")
    assert trail.codes() == ["approval.wrong-role"]
    twice = before_rules()
    twice.rule("approved")
    twice.rule("approved")
    assert twice.codes() == ["approval.wrong-role"]
    never = staffed()
    never.automate()
    never.create()
    never.rule("approved")
    assert never.codes() == ["approval.wrong-role"]


def test_machine_that_decides_without_what_the_path_needs_is_named() -> None:
    trail = staffed()
    trail.automate()
    trail.checks = ()
    trail.content = replace(trail.content, amount=4_000_000, checks=(check(),))  # entered, and proved by nothing
    trail.create()
    trail.submit(path="automatic")
    trail.rule("approved")
    assert trail.codes() == ["approval.incomplete"]


def test_rule_set_that_is_not_what_was_recorded_is_malformed() -> None:
    trail = Trail()
    trail.automate()
    first = replace(trail.entries[0], facts={"rule_set_sha256": "00" * 32})
    assert replace(trail, entries=[first]).codes() == ["approval.malformed"]
    assert replace(trail, entries=trail.entries[1:]).codes() == ["approval.malformed"]
