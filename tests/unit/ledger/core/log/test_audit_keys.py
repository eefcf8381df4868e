"""What the entries of a key make: its row in the registry, and under what it is found."""

from typing import Any

import pytest

from ledger.core.log.audit_directory import project_directory
from ledger.core.log.audit_projection import Projection, Told
from ledger.core.log.audit_rows import UNTOLD
from ledger.core.log.entry import Subject
from ledger.core.log.keys import Enrolment, KeyPen, ProofGrade, Purpose, facts_of
from signing.canonical import Json
from support.pen_cases import PASSKEY, WALLET
from support.told import INSTITUTION, after, blind, told, world

KEY_ID = PASSKEY.public.key_id
SUBJECT = Subject("key", KEY_ID, 1, None)
FACTS = facts_of(
    Enrolment(
        key=PASSKEY.public,
        purpose=Purpose.SIGN,
        pen=KeyPen.PASSKEY,
        provider="local",
        grade=ProofGrade.LENDERS_WORD,
    )
)
VALUES: dict[str, Json] = {
    "owner": {"kind": "customer", "id": "c-1"},
    "found_by": [["identity", "110101"], ["signer", "a/s"]],
    "device": {"credential": "ab"},
    "reference": "",
}


def enrolled(values: dict[str, Json] = VALUES, **public: Json) -> Told:
    return told("key.enrolled", values, subject=SUBJECT, public=FACTS | public, private=dict(VALUES))


def project(*history: Told) -> Projection:
    projection = project_directory(history, world())
    projection.findings = [item for item in projection.findings if item.field != "signature"]
    return projection


def row_of(projection: Projection) -> dict[str, Any]:
    (row,) = (row for row in projection.rows if row.table == "enrolled_key")
    return dict(row.values)


def test_enrolled_key_makes_its_row_and_is_found() -> None:
    item = enrolled()
    projection = project(item)
    row = row_of(projection)

    assert projection.findings == []
    assert (row["key_id"], row["owner_kind"], row["owner_id"]) == (KEY_ID, "customer", "c-1")
    assert (row["suite"], row["public_key"], row["purpose"]) == ("webauthn", PASSKEY.public.raw, "sign")
    assert (row["credential_id"], row["institution_id"]) == (b"\xab", INSTITUTION)
    assert (row["enrolled_at"], row["revoked_entry"]) == (item.placed.entry.at, None)
    digests = {row.values["digest"] for row in projection.rows if row.table == "blind_index"}
    assert digests == {blind("identity", "110101"), blind("signer", "a/s")}


def test_erased_values_are_passed_over() -> None:
    projection = project(enrolled({}))
    row = row_of(projection)
    assert (row["owner_id"], row["credential_id"]) == (UNTOLD, UNTOLD)
    assert projection.untold == {"blind_index"}


@pytest.mark.parametrize("device", [{"credential": "zz"}, {"credential": 7}, {}, "text"])
def test_credential_that_is_none_is_not_told(device: Json) -> None:
    assert row_of(project(enrolled(VALUES | {"device": device})))["credential_id"] is UNTOLD


@pytest.mark.parametrize("found_by", ["text", [["identity"]], [7]])
def test_findings_that_are_none_make_no_row(found_by: Json) -> None:
    rows = project(enrolled(VALUES | {"found_by": found_by})).rows
    assert [row.table for row in rows] == ["enrolled_key"]


def test_key_without_device_has_no_credential() -> None:
    item = told("key.enrolled", {"owner": {}}, subject=SUBJECT, public=FACTS, private={"owner": {}})
    assert row_of(project(item))["credential_id"] is None


@pytest.mark.parametrize(("ground", "since"), [("lost", None), ("compromised", "2026-11-25T00:00:00.000Z")])
def test_revocation_marks_the_row(ground: str, since: str | None) -> None:
    first = enrolled()
    facts: dict[str, Json] = {"ground": ground, **({"since": since} if since else {})}
    second = told("key.revoked", subject=after(first.placed), public=facts)
    row = row_of(project(first, second))
    assert (row["revoked_entry"], row["revoked_ground"], row["revoked_since"]) == (
        second.placed.entry.id,
        ground,
        since,
    )


def test_revocation_of_a_key_that_nobody_enrolled_is_found() -> None:
    (finding,) = project(told("key.revoked", subject=SUBJECT, public={"ground": "lost"})).findings
    assert finding.code == "entry.contradicts"


def test_enrolment_that_cannot_be_read_is_found() -> None:
    projection = project(enrolled(purpose="both"))
    assert [finding.code for finding in projection.findings] == ["entry.malformed"]
    assert projection.rows == []


def test_enrolment_of_another_key_than_its_subject_is_found() -> None:
    (finding,) = project(enrolled(key=WALLET.public.to_json())).findings
    assert (finding.code, finding.expected) == ("entry.contradicts", KEY_ID)
