from dataclasses import replace

import pytest

from ledger.core.agreements.ceremony import Step
from ledger.core.agreements.expected import project_agreement
from ledger.core.log.audit_projection import Projection, Told
from ledger.core.log.audit_rows import ExpectedRow
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from support.entries import AGREEMENT
from support.told import after, entry_id, told, world

TERMS: dict[str, Json] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "5000000"},
    "term_months": 24,
    "annual_rate": "4.35",
}
LIN: dict[str, Json] = {"email": "lin@example.com", "birth_date": "1990-05-17"}
DEADLINE = "2026-12-23T15:04:05.123Z"


def member(signer: str, **changes: Json) -> dict[str, Json]:
    return {"signer": signer, "role": "borrower", "name": f"Name {signer}", "key": None, **changes}


def particulars(signer: str) -> Json:
    return {"signer": signer, "particulars": LIN}


VALUES: dict[str, Json] = {
    "terms": TERMS,
    "parties": [member("a"), member("b", order=2)],
    "person_1": particulars("a"),
    "person_2": particulars("b"),
}


def history(*events: tuple[str, dict[str, Json]], values: dict[str, Json] = VALUES) -> list[Told]:
    """Return an agreement that was created and sent, and what came after."""
    made = [told("agreement.created", values)]
    sent: tuple[str, dict[str, Json]] = ("sent", {"expires_at": DEADLINE})
    for kind, opened in (sent, *events):
        made.append(told(f"agreement.{kind}", opened, subject=after(made[-1].placed)))
    return made


def project(*events: tuple[str, dict[str, Json]], values: dict[str, Json] = VALUES) -> Projection:
    return project_agreement(history(*events, values=values), world())


def row(projection: Projection, table: str, *key: str) -> ExpectedRow:
    return next(item for item in projection.rows if item.table == table and item.key == key)


def steps(signer: str, *kinds: str) -> list[tuple[str, dict[str, Json]]]:
    return [(kind, {"signer": signer, "result": "accepted"}) for kind in kinds]


def test_submission_is_a_row_and_the_agreement_waits_until_it_is_sent() -> None:
    made = [told("agreement.created", VALUES)]
    made.append(told("agreement.submitted", {"application": "a-1"}, subject=after(made[-1].placed)))
    projection = project_agreement(made, world())
    assert row(projection, "agreement_submitted", AGREEMENT).values["application_id"] == "a-1"
    assert row(projection, "agreement_state", AGREEMENT).values["state"] == "approving"


def test_steps_fill_the_seat_with_the_first_entry_of_each_and_move_the_state_once() -> None:
    projection = project(*steps("a", "viewed", "viewed", "identified", "consented", "read"))
    seat = row(projection, "signer_seat", AGREEMENT, "a")
    assert [finding.code for finding in projection.findings] == ["signature.no-key"]  # no institution signed it here
    assert [seat.values[f"{step}_entry"] for step in Step] == [entry_id(n) for n in (3, 5, 6, 7)]
    state = row(projection, "agreement_state", AGREEMENT)
    assert (state.values["state"], state.values["changed_entry"]) == ("viewed", entry_id(3))
    assert row(projection, "agreement_sent", AGREEMENT).values["expires_at"] == DEADLINE


def test_refused_papers_are_no_step() -> None:
    projection = project(*steps("a", "viewed"), ("identified", {"signer": "a", "result": "refused"}))
    assert [finding.code for finding in projection.findings] == ["signature.no-key"]
    assert row(projection, "signer_seat", AGREEMENT, "a").values["identified_entry"] is None


@pytest.mark.parametrize(
    ("events", "code"),
    [
        (steps("a", "consented"), "signer.step-missing"),
        (steps("x", "viewed"), "signer.unknown"),
        ([("sent", {"expires_at": DEADLINE})], "agreement.wrong-state"),
        ([("sealing", {})], "agreement.wrong-state"),
        ([("declined", {}), *steps("a", "viewed")], "agreement.not-open"),
        ([("void-proposed", {"proposer": "p"})], "agreement.wrong-state"),
        ([("signer-replaced", {"signer": "a", "parties": VALUES["parties"]})], "entry.value"),
        ([("signer-replaced", {"signer": "a", "parties": "all"})], "signers.invalid"),
        ([("authority-attached", {"signer": "a", "scope": {}})], "authority.invalid"),
    ],
)
def test_an_act_that_the_ceremony_does_not_allow_contradicts_the_log(
    events: list[tuple[str, dict[str, Json]]], code: str
) -> None:
    projection = project(*events)
    assert [(finding.code, finding.found) for finding in projection.findings] == [("entry.contradicts", code)]


def test_a_deadline_that_is_no_time_contradicts_the_log() -> None:
    events = [told("agreement.created", VALUES)]
    events.append(told("agreement.sent", {"expires_at": "soon"}, subject=after(events[0].placed)))
    (finding,) = project_agreement(events, world()).findings
    assert (finding.field, finding.found) == ("expires_at", "entry.value")


def test_a_newcomer_gets_rows_and_the_one_before_is_marked() -> None:
    parties: list[Json] = [member("c"), member("b", order=2)]
    values: dict[str, Json] = {"signer": "a", "parties": parties, "person": particulars("c"), "reason": "ill"}
    projection = project(("signer-replaced", values), *steps("c", "viewed"))
    assert projection.findings == []
    assert row(projection, "signer_seat", AGREEMENT, "a").values["replaced_entry"] == entry_id(3)
    seat = row(projection, "signer_seat", AGREEMENT, "c")
    assert (seat.values["seated_entry"], seat.values["person_field"]) == (entry_id(3), "person")
    assert seat.values["viewed_entry"] == entry_id(4)


def test_a_newcomer_who_brings_a_key_needs_no_particulars() -> None:
    key = PublicKey(Suite.EIP712, b"k" * 20)
    parties: list[Json] = [member("c", key=key.to_json()), member("b", order=2)]
    projection = project(("signer-replaced", {"signer": "a", "parties": parties}))
    assert projection.findings == []
    assert row(projection, "signer_seat", AGREEMENT, "c").values["person_field"] is None


def test_what_was_erased_is_passed_over() -> None:
    projection = project(("viewed", {}), ("signer-replaced", {}), ("authority-attached", {}), ("reminded", {}))
    assert projection.findings == []
    assert projection.untold >= {"signer_seat", "agreement_signer"}
    created = history(("viewed", {}), ("void-proposed", {}))
    bare = [replace(item, values={}) for item in created]
    whole = project_agreement(bare, world())
    assert whole.findings == []
    assert row(whole, "void_proposal", entry_id(4)).values["agreement_id"] == AGREEMENT


def test_a_signature_of_somebody_under_age_contradicts_the_log() -> None:
    child: Json = {"signer": "a", "particulars": {**LIN, "birth_date": "2010-01-01"}}
    key = PublicKey(Suite.EIP712, b"k" * 20)
    values: dict[str, Json] = {**VALUES, "parties": [member("a", key=key.to_json())], "person_1": child}
    del values["person_2"]
    codes = [finding.found for finding in project(("signed", {"signer": "a"}), values=values).findings]
    assert codes == ["signer.under-age"]


def test_an_entry_before_the_creation_contradicts_the_log() -> None:
    (finding,) = project_agreement([told("agreement.viewed", {"signer": "a"})], world()).findings
    assert (finding.code, finding.expected) == ("entry.contradicts", "agreement.created first")
    assert project_agreement([told("document.read", {})], world()) == Projection()


def test_a_newcomer_of_the_same_name_is_found_by_it_already() -> None:
    parties: list[Json] = [member("c", name="Name a"), member("b", order=2)]
    projection = project(("signer-replaced", {"signer": "a", "parties": parties, "person": particulars("c")}))
    assert projection.findings == []
    assert len([item for item in projection.rows if item.table == "blind_index" and "name" in item.key]) == 2


def test_an_authority_is_remembered_for_its_signer_and_makes_its_rows() -> None:
    scope: dict[str, Json] = {
        "products": [],
        "limit": {"currency": "CNY", "minor": "1"},
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    }
    file: dict[str, Json] = {"id": "d-2", "pages": 1, "media_type": "application/pdf", "object": "o-2"}
    document: dict[str, Json] = {"sha256": "ab" * 32, "bytes": 9}
    values: dict[str, Json] = {"signer": "a", "scope": scope, "document": document, "file": file}
    projection = project(("authority-attached", values))
    assert projection.findings == []
    assert row(projection, "agreement_authority", entry_id(3)).values["document_id"] == "d-2"
    assert row(projection, "document", "d-2").values["byte_length"] == 9
