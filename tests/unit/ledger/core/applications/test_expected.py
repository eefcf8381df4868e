"""The rows that the entries of applications, decisions and policies make, as an audit holds them against the tables."""

from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.expected import project_applications
from ledger.core.applications.stands import Stands
from ledger.core.log.audit_projection import Projection, Told
from ledger.core.log.audit_rows import UNTOLD, ExpectedRow
from ledger.core.log.entry import Subject
from signing.canonical import Json, encode
from signing.envelope import Signature
from support.applications import application
from support.told import after, blind, entry_id, told, world
from support.trail import KEYS, LOAN, Trail

FIRST = Subject("application", LOAN, 1, None)
CONTENT = application()
STANDS = Stands(
    state="in-review", version=1, step=0, waiting_for="officer", due_on="2026-11-25", policy_id="p-1", path="two"
).to_json()
PERSON: dict[str, Json] = {
    "id": "0a" * 32,
    "name": "林小雨",
    "identity": {"kind": "cn-id", "value": "11010519491231002X"},
    "phone": None,
}
VALUES: dict[str, Json] = {"application": CONTENT.to_json(), "author": "otto", "people": [PERSON], "stands": STANDS}
CREATED = told("application.created", VALUES, subject=FIRST)
POLICY = Subject("policy", "p-1", 1, None)
PUBLIC: dict[str, Json] = {"policy_sha256": DEFAULT_POLICY.sha256().hex(), "valid_from": "2026-11-23T10:00:00.000Z"}
PROPOSED = told(
    "policy.proposed", {"policy": DEFAULT_POLICY.to_json(), "author": "rita"}, subject=POLICY, public=PUBLIC
)
STATEMENT = Trail().statement("olga")
SIGNATURE = Signature(
    KEYS["olga"].public.suite, KEYS["olga"].public.key_id, KEYS["olga"].sign(STATEMENT.to_bytes())
).to_json()


def then(entry_type: str, values: dict[str, Json], **changes: object) -> Told:
    """Return an entry that follows the one that created the application."""
    return told(entry_type, values, subject=after(CREATED.placed), **changes)


def decided(**values: Json) -> Told:
    usual: dict[str, Json] = {"statement": STATEMENT.to_bytes().decode(), "signature": SIGNATURE, "stands": STANDS}
    return then("application.decided", {**usual, **values}, public={"version": 1})


def project(*history: Told) -> Projection:
    return project_applications(history, world())


def row_of(projection: Projection, table: str) -> ExpectedRow:
    (row,) = (row for row in projection.rows if row.table == table)
    return row


def codes(projection: Projection) -> list[tuple[str, str]]:
    return [(finding.code, finding.field) for finding in projection.findings]


def digests(projection: Projection) -> list[object]:
    return [row.values["digest"] for row in projection.rows if row.table == "blind_index"]


def test_created_application_makes_its_rows() -> None:
    projection = project(CREATED)
    assert projection.findings == []
    assert row_of(projection, "application").values["number"] == CONTENT.number
    assert row_of(projection, "application_version").values["content_sha256"] == CONTENT.sha256()
    state = row_of(projection, "application_state").values
    assert (state["state"], state["waiting_for"], state["submitted_entry"]) == ("in-review", "officer", "")


def test_created_application_is_found_by_its_number_and_people() -> None:
    found = [("number", CONTENT.number), ("name", "林小雨"), ("identity", "cn-id:11010519491231002X")]
    assert digests(project(CREATED)) == [blind(*item) for item in [*found, ("applicant", "0a" * 32)]]


def test_people_without_names_are_not_found() -> None:
    values: dict[str, Json] = {**VALUES, "people": [{"identity": None}, "林小雨"]}
    assert digests(project(replace(CREATED, values=values))) == [blind("number", CONTENT.number)]


def test_erased_application_leaves_its_rows_open() -> None:
    projection = project(replace(CREATED, values={}))
    assert projection.findings == []
    assert row_of(projection, "application").values["number"] == UNTOLD
    assert row_of(projection, "application_version").values["content_sha256"] == UNTOLD
    assert row_of(projection, "application_state").values["state"] == UNTOLD
    assert digests(projection) == []


@pytest.mark.parametrize(
    ("changed", "where"),
    [({"application": {**CONTENT.to_json(), "tag": "x"}}, "application.tag"), ({"stands": {}}, "stands.due_on")],
)
def test_values_of_another_form_are_named(changed: dict[str, Json], where: str) -> None:
    assert codes(project(replace(CREATED, values={**VALUES, **changed}))) == [("entry.malformed", where)]


def test_submission_moves_the_state() -> None:
    projection = project(CREATED, then("application.submitted", {"stands": STANDS}))
    assert projection.findings == []
    assert row_of(projection, "application_state").values["submitted_entry"] == entry_id(2)


def test_decision_makes_its_row() -> None:
    projection = project(CREATED, decided())
    assert projection.findings == []
    row = row_of(projection, "decision").values
    assert (row["decider_id"], row["version"], row["nonce"]) == ("olga", 1, STATEMENT.nonce)
    assert row["suite"] == "ed25519"
    assert row_of(projection, "application_state").values["changed_entry"] == entry_id(2)


def test_erased_decision_leaves_its_row_open() -> None:
    projection = project(CREATED, then("application.decided", {"stands": STANDS}))
    row = row_of(projection, "decision").values
    assert projection.findings == []
    assert {row[name] for name in ("decider_id", "version", "nonce", "suite")} == {UNTOLD}


def test_decision_of_another_form_is_named() -> None:
    projection = project(CREATED, decided(statement="approve"))
    assert codes(projection) == [("entry.malformed", "statement")]
    assert row_of(projection, "decision").values["decider_id"] == UNTOLD


def test_move_before_the_creation_is_named() -> None:
    assert codes(project(then("application.submitted", {"stands": STANDS}))) == [("entry.contradicts", "type")]


def test_policy_is_proposed_and_published() -> None:
    published = told("policy.published", {}, subject=after(PROPOSED.placed), public=PUBLIC)
    row = row_of(project(PROPOSED, published), "policy").values
    assert (row["name"], row["sha256"]) == (DEFAULT_POLICY.name, DEFAULT_POLICY.sha256())
    assert row["content"] == encode(DEFAULT_POLICY.to_json()).decode()
    assert (row["author_id"], row["published_entry"]) == ("rita", entry_id(2))
    assert codes(project(published)) == [("signature.no-key", "signature"), ("entry.contradicts", "type")]


def test_erased_policy_leaves_its_row_open() -> None:
    row = row_of(project(replace(PROPOSED, values={})), "policy").values
    assert {row[name] for name in ("name", "content", "author_id")} == {UNTOLD}
    assert row["sha256"] == DEFAULT_POLICY.sha256()


def test_entries_that_make_no_row_are_passed_over() -> None:
    assert project(then("application.seen", {})).rows == []


RULES: dict[str, Json] = {"rule_set_sha256": DEFAULT_RULES.sha256().hex(), "valid_from": "2026-11-23T10:00:00.000Z"}
RULES_KEY = KEYS["rita"].public.to_json()


def test_rule_set_is_proposed_and_published_with_its_key() -> None:
    values: dict[str, Json] = {"rule_set": DEFAULT_RULES.to_json(), "author": "rita"}
    subject = Subject("ruleset", "r-1", 1, None)
    proposed = told("ruleset.proposed", values, subject=subject, public=RULES)
    published = told("ruleset.published", {}, subject=after(proposed.placed), public={**RULES, "key": RULES_KEY})
    row = row_of(project(proposed, published), "rule_set").values
    assert (row["name"], row["version"], row["sha256"]) == ("small-loans", 1, DEFAULT_RULES.sha256())
    assert (row["public_key"], row["published_entry"]) == (encode(RULES_KEY).decode(), entry_id(2))
    assert ("entry.contradicts", "type") in codes(project(published))
    erased = row_of(project(replace(proposed, values={})), "rule_set").values
    assert (erased["name"], erased["content"]) == (UNTOLD, UNTOLD)


def test_automated_decision_makes_a_row_under_the_rule_sets_name() -> None:
    facts: dict[str, Json] = {"version": 1, "rule_set": "r-1"}
    values: dict[str, Json] = {"automated": "tally/automated-decision/v1\n{}", "stands": STANDS}
    decided = told("application.decided", values, subject=after(CREATED.placed), public=facts)
    row = row_of(project(CREATED, decided), "decision").values
    assert row["decider_id"] == "r-1"
    assert row["nonce"] == sha256(b"tally/automated-decision/v1\n{}").digest()


def _values(projection: Projection, table: str, *names: str) -> list[object]:
    row = row_of(projection, table).values
    return [row[name] for name in names]


def test_committee_and_escalation_make_their_rows_and_move_the_state() -> None:
    sitting: dict[str, Json] = {"members": ["m1", "m2"], "chair": "m1", "named_by": "rita"}
    seated = project(CREATED, then("application.sitting-named", {"sitting": sitting, "stands": STANDS}))
    assert _values(seated, "sitting", "members", "chair_id") == ['["m1","m2"]', "m1"]
    assert row_of(seated, "application_state").values["changed_entry"] == entry_id(2)
    escalation: dict[str, Json] = {"step": 0, "role": "department-head", "due_on": "2026-11-25"}
    facts = {"version": 1}
    raised = project(CREATED, then("application.escalated", {"escalation": escalation, "stands": STANDS}, public=facts))
    assert _values(raised, "escalation", "version", "step", "role") == [1, 0, "department-head"]
    erased = project(CREATED, then("application.sitting-named", {}), then("application.escalated", {}))
    assert _values(erased, "sitting", "version", "members", "chair_id") == [UNTOLD] * 3
    assert _values(erased, "escalation", "step", "role", "due_on") == [UNTOLD] * 3


def test_attachment_and_evidence_make_their_rows() -> None:
    told_of: dict[str, Json] = {
        "id": "at-1", "sha256": "0a" * 32, "bytes": 9, "media_type": "image/png", "object": "attachments/1"
    }  # fmt: skip
    attached = project(then("application.attached", {"attachment": told_of, "author": "otto"}))
    assert _values(attached, "attachment", "id", "sha256", "author_id") == ["at-1", b"\x0a" * 32, "otto"]
    erased = project(then("application.attached", {}))
    assert _values(erased, "attachment", "id", "sha256", "byte_length") == [UNTOLD] * 3
    for entry_type, kind in (
        ("application.verified", "verification"),
        ("application.data-fetched", "third-party"),
        ("application.checked", "check"),
    ):
        found = project(then(entry_type, {"author": "otto"}, public={"version": 1}))
        assert _values(found, "evidence", "kind", "author_id", "version") == [kind, "otto", 1]


def test_delegation_is_granted_and_taken_back() -> None:
    subject = Subject("delegation", "d-1", 1, None)
    delegation: dict[str, Json] = {
        "holder": "olga", "delegate": "hans", "role": "officer", "until": "2026-12-01T00:00:00.000Z", "limit_minor": "5"
    }  # fmt: skip
    granted = told("delegation.granted", {"delegation": delegation}, subject=subject)
    revoked = told("delegation.revoked", {}, subject=after(granted.placed))
    names = ("holder_id", "delegate_id", "limit_minor", "currency", "revoked_entry")
    assert _values(project(granted), "delegation", *names) == ["olga", "hans", "5", "CNY", None]
    named = told("delegation.granted", {"delegation": {**delegation, "currency": "JPY"}}, subject=subject)
    assert _values(project(named), "delegation", "currency") == ["JPY"]
    (erased,) = project(told("delegation.granted", {}, subject=subject)).rows
    assert erased.values["currency"] is UNTOLD
    assert _values(project(granted, revoked), "delegation", "revoked_entry") == [entry_id(2)]
    assert codes(project(revoked)) == [("signature.no-key", "signature"), ("entry.contradicts", "type")]


def test_correction_makes_a_version_and_moves_the_state() -> None:
    content = replace(CONTENT, version=2, corrects=CONTENT.sha256())
    values: dict[str, Json] = {"application": content.to_json(), "author": "olga", "stands": {**STANDS, "version": 2}}
    for kind in ("application.corrected", "application.accepted"):
        projection = project(CREATED, then(kind, values, public={"version": 2}))
        second = [row.values for row in projection.rows if row.table == "application_version"][1]
        assert (second["version"], second["content_sha256"], second["author_id"]) == (2, content.sha256(), "olga")
        assert row_of(projection, "application_state").values["version"] == 2
        assert projection.findings == []


def test_conditions_make_their_rows() -> None:
    reported = then("application.condition-reported", {"reporter": "otto", "stands": STANDS}, public={"condition": 1})
    row = row_of(project(CREATED, reported), "condition_report").values
    assert (row["place"], row["reporter_id"], row["entry_id"]) == (1, "otto", entry_id(2))
    met = then("application.condition-met", {"stands": STANDS}, public={"condition": 1})
    row = row_of(project(CREATED, met), "condition_fulfilled").values
    assert (row["place"], row["entry_id"]) == (1, entry_id(2))
    odd = then("application.condition-met", {"stands": STANDS}, public={"condition": "one"})
    assert row_of(project(CREATED, odd), "condition_fulfilled").values["place"] == UNTOLD


@pytest.mark.parametrize("kind", ["told", "withdrawn", "lapsed"])
def test_what_only_moves_the_state_moves_it(kind: str) -> None:
    projection = project(CREATED, then(f"application.{kind}", {"stands": STANDS}))
    assert projection.findings == []
    assert row_of(projection, "application_state").values["changed_entry"] == entry_id(2)
