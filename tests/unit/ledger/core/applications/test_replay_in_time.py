"""The replay over plain entries: roles, departments, delegations, policies and keys count as of their place in the log; rows follow."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.log.keys import Purpose
from signing.canonical import Json
from signing.envelope import Signature
from signing.statement_parts import Head
from support.trail import KEYS, LOAN, Trail, decided, delegated, enrolment, escalating, in_review

STANDS: dict[str, Json] = {
    "state": "in-review",
    "version": 1,
    "step": 1,
    "waiting_for": "risk",
    "due_on": "2026-11-25",
    "policy_id": "p-1",
    "path": "two",
}


def test_role_counts_as_of_the_decision() -> None:
    trail = in_review()
    trail.say("olga")
    trail.add("role.revoked", "olga", {"role": "officer"})
    assert trail.codes() == []
    late = in_review()
    late.add("role.revoked", "olga", {"role": "officer"})
    late.say("olga")
    assert late.codes() == ["approval.wrong-role"]


def test_delegation_counts_until_it_is_taken_back() -> None:
    assert delegated(timedelta(days=1), 10**9).codes() == []
    assert delegated(timedelta(days=1), 10**9, None).codes() == [], "of old, in the currency of then"
    assert delegated(timedelta(days=1), 10**9, "JPY").codes() == ["approval.delegation-limit"]
    trail = in_review()
    trail.delegate("hans", until=timedelta(days=1), limit=10**9)
    trail.add("delegation.revoked", "d-hans")
    trail.say("hans", in_place_of="olga")
    assert trail.codes() == ["approval.wrong-role"]


def test_giver_and_taker_of_a_delegation_do_not_both_count() -> None:
    trail = in_review()
    trail.delegate("hans", until=timedelta(days=1), limit=10**9)
    trail.say("hans", in_place_of="olga")
    trail.hire("olga", "risk")
    trail.say("olga", role="risk")
    assert trail.codes() == ["approval.same-person-twice"]


def test_overdue_step_is_decided_by_whom_it_was_escalated_to() -> None:
    trail = escalating()
    trail.say("hans")
    assert trail.codes() == ["approval.wrong-role"]
    trail = escalating()
    trail.now += timedelta(days=3)
    trail.escalate()
    trail.say("hans", role="department-head")
    assert trail.codes() == []
    trail.escalate()  # a second time: the step that follows escalates to nobody
    assert trail.codes() == ["approval.refused"]


@pytest.mark.parametrize("step", [7, "0"])
def test_escalation_of_no_step_is_named(step: Json) -> None:
    trail = escalating()
    trail.add("application.escalated", LOAN, escalation={"step": step})
    assert trail.codes() == ["approval.refused"]


def test_escalation_that_was_erased_is_counted() -> None:
    trail = escalating()
    trail.add("application.escalated", LOAN)
    assert trail.replay().unopened == 1


def test_institution_s_own_calendar_says_when_a_step_is_overdue() -> None:
    trail = escalating()
    weekdays: Json = {"weekdays": [1], "holidays": [], "working_days": []}
    trail.entries.insert(
        0, replace(trail.entries[0], type="institution.opened", facts={"zone": "UTC", "calendar": weekdays})
    )
    trail.now += timedelta(days=3)  # Mondays only: two business days are two weeks
    trail.escalate()
    assert trail.codes() == ["approval.early-escalation"]


def test_department_counts_as_of_the_decision() -> None:
    trail = escalating()
    first, *rest = trail.policy.paths["two"].steps
    two = replace(trail.policy.paths["two"], steps=(replace(first, departments=("retail",)), *rest))
    trail = Trail(policy=replace(trail.policy, paths={**trail.policy.paths, "two": two}))
    trail.hire("otto", "officer")
    trail.hire("olga", "officer")
    trail.enforce(policy=trail.policy)
    trail.add("department.joined", "olga", {"department": "retail"})
    trail.create()
    trail.submit()
    trail.say("olga")
    assert trail.codes() == []
    last = trail.entries.pop()
    trail.add("department.left", "olga", {"department": "retail"})
    trail.entries.append(replace(last, index=last.index + 1))
    assert trail.codes() == ["approval.wrong-role"]


@pytest.mark.parametrize("changed", [{"facts": {"policy_sha256": "00" * 32}}, {"type": "policy.published"}])
def test_policy_that_is_not_what_was_recorded_is_malformed(changed: dict[str, object]) -> None:
    trail = Trail()
    trail.enforce()
    first = replace(trail.entries[0], **changed)  # type: ignore[arg-type]  # the fields of an entry
    trail.entries = [first]
    assert trail.codes() == ["approval.malformed"]


def signed_when(spoil: Callable[[Trail], None]) -> list[str]:
    """Return what is found of a decision of Olga's after `spoil` did something to her keys."""
    trail = in_review()
    spoil(trail)
    trail.say("olga")
    return [finding.found for finding in trail.replay().findings]


OLGA = KEYS["olga"].public.key_id


def test_signature_counts_by_the_deciders_own_key_only() -> None:
    login = enrolment("olga", Purpose.LOGIN)
    other: dict[str, Json] = {"kind": "person", "id": "rita"}
    assert signed_when(lambda trail: trail.add("key.enrolled", OLGA, login, owner={"id": "olga"})) == ["key.unknown"]
    assert signed_when(lambda trail: trail.add("key.enrolled", OLGA, enrolment("olga"), owner=other)) == [
        "key.other-owner"
    ]
    assert signed_when(lambda trail: trail.add("key.enrolled", OLGA, enrolment("olga"))) == []


def test_signature_by_a_revoked_key_does_not_count() -> None:
    assert signed_when(lambda trail: trail.add("key.revoked", OLGA, {"ground": "lost"})) == ["key revoked: bad"]


def test_signature_over_other_bytes_does_not_count() -> None:
    trail = decided("olga")
    head = trail.entries[-2]
    other = trail.statement("olga", nonce=b"\x04" * 32, head=Head(n=head.n, leaf=head.leaf))
    trail.alter(statement=other.to_bytes().decode())
    assert trail.codes() == ["approval.bad-signature"]


def test_rows_as_their_entries_make_them_have_no_finding() -> None:
    trail = decided("olga")
    trail.alter(decider="olga", stands=STANDS)
    trail.row()
    state: dict[str, object] = {**STANDS, "application_id": LOAN, "changed_entry": trail.entries[-1].id}
    trail.state_rows = [state, {**state, "changed_entry": "e-99", "step": 9}, {**state, "application_id": "a-9"}]
    assert trail.codes() == []
    trail.alter(statement=None)
    assert trail.replay().findings == []


@pytest.mark.parametrize("column", ["decider_id", "decided_at", "application_id"])
def test_each_changed_column_of_a_decision_is_named(column: str) -> None:
    trail = decided("olga")
    trail.alter(decider="olga")
    trail.row(**{column: "another"})
    assert [finding.field for finding in trail.replay().findings] == [f"decision.{column}"]


def test_missing_row_and_changed_state_are_named() -> None:
    trail = decided("olga")
    trail.alter(decider="olga", stands=STANDS)
    trail.decision_rows = [(len(trail.entries) - 1, None)]
    trail.state_rows = [{**STANDS, "application_id": LOAN, "changed_entry": trail.entries[-1].id, "state": "approved"}]
    fields = [finding.field for finding in trail.replay().findings]
    assert fields == [
        "decision.application_id",
        "decision.decider_id",
        "decision.decided_at",
        "application_state.state",
    ]


def test_decision_whose_submission_was_erased_is_counted() -> None:
    trail = in_review()
    trail.alter(submission=None)
    trail.say("olga")
    done = trail.replay()
    assert (done.findings, done.unopened) == ([], 2)


def test_signature_found_to_hold_by_whoever_read_the_entry_counts_under_the_deciders_key_only() -> None:
    for key, codes in ((KEYS["olga"], []), (KEYS["rita"], ["approval.bad-signature"])):
        trail = decided("olga")
        by_olga = Signature(KEYS["olga"].public.suite, KEYS["olga"].public.key_id, bytes(64))
        spoiled = {**trail.entries[-1].values, "signature": by_olga.to_json()}
        trail.entries[-1] = replace(trail.entries[-1], values=spoiled, signed_by=key.public)
        assert trail.codes() == codes
