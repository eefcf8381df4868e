"""The replay over plain entries: silent over what the policy allows, and one test for each thing that it names."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.core.applications import replay
from ledger.core.applications.decide import Outcome
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.finding_words import MEANS
from ledger.core.applications.replay import MEANINGS
from ledger.core.applications.replay_evidence import check_complete
from ledger.core.log.directory import format_instant
from support.applications import check, third_party
from support.life_trail import alone, lapse, other_offer, other_version, returned
from support.rules_trail import rules_differ, rules_unpublished
from support.trail import KEYS, LOAN, Trail, before_committee, decided, delegated, escalating, in_review, staffed

DOCUMENT = Path(__file__).parents[5] / "docs" / "audit-approvals.md"
OTHER = replace(DEFAULT_POLICY, name="other")
_TWO = DEFAULT_POLICY.paths["two"]
LAXER = replace(DEFAULT_POLICY, name="lax", paths={**DEFAULT_POLICY.paths, "two": replace(_TWO, steps=_TWO.steps[:1])})


def test_two_people_who_may_have_no_finding() -> None:
    trail = in_review()
    trail.say("olga")
    trail.say("rita", moved="approved")
    done = trail.replay()
    assert (done.findings, done.applications, done.decisions, done.unopened) == ([], 1, 2, 0)
    assert done.state_of(LOAN) == (Outcome.APPROVED, 2)


def test_approval_with_conditions_has_no_finding() -> None:
    trail = in_review()
    trail.say("olga", conditions=("insurance",))
    trail.say("rita", moved="approved-with-conditions")
    assert trail.codes() == []


def test_committee_has_no_finding() -> None:
    trail = before_committee()
    trail.seat("m1", "m2", "m3", "m4", "m5")
    trail.say("m1", "recuse")
    for name in ("m2", "m3", "m4"):
        trail.say(name)
    trail.say("m5", moved="approved")
    assert trail.codes() == []


def _after_the_end() -> Trail:
    trail = in_review()
    trail.say("olga", "decline", moved="declined")
    trail.say("rita", moved="declined")
    return trail


def _back_dated() -> Trail:
    trail = in_review()
    trail.now -= timedelta(minutes=1)
    trail.say("olga")
    return trail


def _key_of_another() -> Trail:
    trail = in_review()
    trail.say("olga", key_id=KEYS["rita"].public.key_id)
    return trail


def _committee_conflict() -> Trail:
    trail = before_committee()
    trail.seat("m1", "m2", "m3", "m4", "otto")
    return trail


def _early() -> Trail:
    trail = escalating()
    trail.escalate()
    return trail


def _incomplete() -> Trail:
    trail = staffed()
    trail.checks = ()
    trail.content = replace(trail.content, checks=(check(),))  # entered, and proved by nothing
    trail.create()
    trail.submit()
    return trail


def _listing_passed_over() -> Trail:
    trail = in_review()
    trail.add("application.checked", LOAN, check=check(trail.now, listed=True).to_json())
    trail.say("olga")
    return trail


def _malformed() -> Trail:
    trail = in_review()
    trail.say("olga", "perhaps")
    return trail


def _no_policy() -> Trail:
    trail = Trail()
    trail.create()
    trail.submit()
    return trail


def _not_in_committee() -> Trail:
    trail = before_committee()
    trail.hire("hans", "committee")
    trail.seat("m1", "m2", "m3", "m4", "m5")
    trail.say("hans")
    return trail


def _submitted(**changes: object) -> Trail:
    trail = staffed()
    trail.create()
    trail.submit(**changes)  # type: ignore[arg-type]  # JSON, as each case gives
    return trail


def _swung() -> Trail:
    trail = staffed()
    trail.enforce("p-2", LAXER)
    trail.create()
    trail.submit(policy="p-2")
    trail.enforce("p-3", replace(DEFAULT_POLICY, name="the old one under a new name"))
    return trail


def _check_unproved() -> Trail:
    """Let the entry of a check hold what is no receipt of it."""
    trail = staffed()
    trail.create()
    trail.submit()
    trail.add("application.checked", LOAN, check=check(trail.now).to_json(), receipt={}, opening={})
    trail.judge_check = lambda checked: None if checked.receipt else "check-receipt.malformed"
    return trail


def _expired() -> Trail:
    trail = in_review()
    trail.say("olga", expires_at=format_instant(trail.now))
    return trail


def _used_again() -> Trail:
    """Let an officer's signed statement be taken for two submissions of the same content."""
    trail = in_review()
    for _ in range(2):
        trail.say("olga", nonce=b"\x03" * 32)
        trail.say("rita", "return", "returned", role="risk", conditions=("a payslip",))
        trail.submit()
    return trail


def _recused_voted() -> Trail:
    trail = in_review()
    trail.say("olga", "recuse")
    trail.say("olga")
    return trail


def _twice() -> Trail:
    trail = in_review()
    trail.hire("olga", "risk")
    trail.say("olga")
    trail.say("olga")
    return trail


def _published_alone() -> Trail:
    trail = Trail()
    trail.enforce()
    trail.alter(approver="rita")
    trail.create()
    trail.submit()
    return trail


def _edited_row() -> Trail:
    trail = decided("olga")
    trail.row(decided_at="another")
    return trail


CASES: dict[str, Callable[[], Trail]] = {
    "approval.after-the-end": _after_the_end,
    "approval.back-dated": _back_dated,
    "approval.bad-signature": _key_of_another,
    "approval.check-unproved": _check_unproved,
    "approval.committee-conflict": _committee_conflict,
    "approval.condition": alone,
    "approval.delegation-limit": lambda: delegated(timedelta(days=1), 9_999_999),
    "approval.early-escalation": _early,
    "approval.expired": _expired,
    "approval.expired-delegation": lambda: delegated(timedelta(0), 10**9),
    "approval.incomplete": _incomplete,
    "approval.lapsed-early": lambda: lapse(returned(), 1),
    "approval.lapsed-untold": lambda: lapse(returned("failed"), 3),
    "approval.listing-passed-over": _listing_passed_over,
    "approval.malformed": _malformed,
    "approval.missing-step": lambda: decided("olga", moved="approved"),
    "approval.no-policy": _no_policy,
    "approval.not-in-committee": _not_in_committee,
    "approval.other-content": lambda: decided("olga", amount_minor="1"),
    "approval.outdated": lambda: decided("olga", content_sha256=b"\x09" * 32),
    "approval.outside-policy": lambda: _submitted(path="automatic"),
    "approval.policy-swung": _swung,
    "approval.published-alone": _published_alone,
    "approval.recused-voted": _recused_voted,
    "approval.refused": lambda: decided("olga", "close"),
    "approval.row-differs": _edited_row,
    "approval.rules-differ": rules_differ,
    "approval.rules-unpublished": rules_unpublished,
    "approval.same-person-twice": _twice,
    "approval.self": lambda: decided("otto"),
    "approval.split": lambda: _submitted(group={"amount": {"currency": "CNY", "minor": "1"}}),
    "approval.used-again": _used_again,
    "approval.wrong-offer": other_offer,
    "approval.wrong-policy": lambda: _submitted(policy="p-9"),
    "approval.wrong-role": lambda: decided("rita"),
    "approval.wrong-state": lambda: decided("olga", moved="declined"),
    "approval.wrong-version": other_version,
}


@pytest.mark.parametrize("code", CASES)
def test_each_thing_outside_the_policy_is_named_alone(code: str) -> None:
    assert CASES[code]().codes() == [code]


def test_document_code_and_tests_name_the_same_codes() -> None:
    folder = Path(replay.__file__).parent
    source = "".join(
        file.read_text(encoding="utf-8")
        for file in sorted(folder.glob("replay*.py"))
        if file.name != "replay_sending.py"
    )
    lines = re.findall(r"^\| `(approval\.[a-z-]+)` \| (.*) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    documented = [code for code, _ in lines]
    assert dict(lines) == MEANS
    own, of_sending = _codes(source), _codes((folder / "replay_sending.py").read_text(encoding="utf-8"))
    assert set(MEANINGS.values()) <= own
    assert sorted(own) == list(CASES)
    assert sorted(own | of_sending) == documented  # tests of the latter: test_replay_sending


def _codes(source: str) -> set[str]:
    return set(re.findall(r'"(approval\.[a-z-]+)"', source))


def test_what_came_later_counts_from_its_entry_on() -> None:
    trail = in_review()
    trail.now += timedelta(minutes=20)
    trail.say("olga")
    assert trail.codes() == ["approval.incomplete"]  # the check of the submission is too old by now
    fresh = in_review()
    fresh.now += timedelta(minutes=20)
    fresh.add("application.checked", LOAN, check=check(fresh.now).to_json())
    fresh.add("application.data-fetched", LOAN, third_party=third_party(fresh.now, days=1).to_json())
    fresh.say("olga")
    assert fresh.codes() == []


def test_listing_before_the_submission_takes_the_committee_s_path() -> None:
    trail = staffed()
    trail.create()
    trail.add("application.checked", LOAN, check=check(trail.now, listed=True).to_json())
    trail.submit(path="committee")
    assert trail.codes() == []


@pytest.mark.parametrize("entry_type", ["application.attached", "application.data-fetched", "application.checked"])
def test_evidence_that_was_erased_is_counted_and_altered_evidence_is_malformed(entry_type: str) -> None:
    trail = in_review()
    trail.add(entry_type, LOAN)
    trail.add(entry_type, "a-9")
    assert (trail.codes(), trail.replay().unopened) == ([], 1)
    name = {"application.attached": "attachment", "application.checked": "check"}.get(entry_type, "third_party")
    trail.add(entry_type, LOAN, **{name: None})
    assert trail.codes() == ["approval.malformed"]


def test_submission_that_was_erased_asks_for_nothing() -> None:
    trail = staffed()
    trail.create()
    trail.add("application.submitted", LOAN)
    done = trail.replay()
    assert (done.findings, done.unopened) == ([], 1)
    check_complete(done, trail.entries[-1], done.cases[LOAN])
    assert done.findings == []


def test_split_over_two_loans_is_added_up() -> None:
    trail = in_review()
    trail.create("a-2")
    trail.submit("a-2")
    assert trail.codes() == ["approval.split"]
    assert trail.replay().findings[0].expected == "20000000"


@pytest.mark.parametrize("group", [None, {"amount": None}])
def test_submission_without_a_sum_is_a_split(group: object) -> None:
    assert _submitted(group=group).codes() == ["approval.split"]


def test_erased_values_are_counted_and_not_guessed() -> None:
    trail = staffed()
    trail.create()
    trail.alter(application=None)
    trail.submit()
    trail.seat("m1")
    trail.say("olga")
    done = trail.replay()
    assert (done.findings, done.unopened, done.applications) == ([], 4, 0)


def test_erased_signature_is_passed_over() -> None:
    trail = decided("olga")
    trail.alter(signature=None)
    assert trail.codes() == []


def test_committee_without_members_is_named() -> None:
    trail = before_committee()
    trail.add("application.sitting-named", LOAN, sitting={"members": "m1", "chair": "m1"})
    assert trail.codes() == ["approval.refused"]


def test_policy_that_changed_once_is_no_swing() -> None:
    trail = in_review()
    trail.enforce("p-2", OTHER)
    trail.enforce("p-3", replace(DEFAULT_POLICY, name="third"))
    trail.enforce("p-4", OTHER)
    assert trail.codes() == []
