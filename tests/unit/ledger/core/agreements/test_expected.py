from dataclasses import replace

import pytest

from ledger.core.agreements.consent import CONSENT_SHA256
from ledger.core.agreements.expected import project_agreement
from ledger.core.agreements.terms import parse_terms
from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_projection import Projection, Told, World
from ledger.core.log.audit_rows import UNTOLD, ExpectedRow
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import Ed25519Signer
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint
from support.entries import AGREEMENT
from support.fixed_keys import ORIGIN
from support.told import after, blind, entry_id, told, world

KEYS = {name: Ed25519Signer(bytes([number]) * 32, purpose="signer") for number, name in enumerate(("s-1", "s-2"), 1)}
ROLES = {"s-1": "borrower", "s-2": "guarantor"}
NAMES = {"s-1": "Lin Xiaoyu", "s-2": "Wang Xiaoming"}
TERMS: dict[str, Json] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "5000000"},
    "term_months": 24,
    "annual_rate": "4.35",
}
PARTIES: list[Json] = [
    {"signer": name, "role": ROLES[name], "name": NAMES[name], "key": key.public.to_json()}
    for name, key in KEYS.items()
]
VALUES: dict[str, Json] = {
    "terms": TERMS,
    "parties": PARTIES,
    "document": {"sha256": "dd" * 32, "bytes": 1234},
    "file": {"id": "d-1", "pages": 12, "media_type": "application/pdf", "object": "o-1"},
    "number": "L7-2026-0001",
}
ROOT = b"r" * 32
CREATED = told("agreement.created", VALUES)
SENT = told("agreement.sent", {"expires_at": "2026-12-23T15:04:05.123Z"}, subject=after(CREATED.placed))


def root_at(log_id: int, size: int) -> bytes | None:
    return ROOT if (log_id, size) == (1, 5) else None


WORLD = world(root_at=root_at)
STATEMENT = Statement(
    agreement=AGREEMENT,
    document_sha256=b"\xdd" * 32,
    document_bytes=1234,
    terms_sha256=parse_terms(TERMS).sha256(),
    consent_sha256=CONSENT_SHA256,
    signer="s-1",
    role="borrower",
    key_id=KEYS["s-1"].public.key_id,
    head=Head(1, CREATED.placed.leaf),
    checkpoint=SeenCheckpoint(5, ROOT),
    chain_id=31337,
    log=ORIGIN,
    nonce=b"n" * 32,
    expires_at="2026-11-23T16:04:05.123Z",
)


def sign(statement: Statement, before: Told = SENT, **values: Json) -> Told:
    """Return the entry of this statement's signature after another entry, some of its values changed."""
    value = KEYS[statement.signer].sign(statement.to_bytes())
    usual: dict[str, Json] = {
        "signer": statement.signer,
        "statement": statement.to_bytes().decode(),
        "signature": Signature(Suite.ED25519, statement.key_id, value).to_json(),
        "document": VALUES["document"],
    }
    return told("agreement.signed", usual | values, subject=after(before.placed))


def second(before: Told) -> Told:
    statement = replace(
        STATEMENT,
        signer="s-2",
        role="guarantor",
        key_id=KEYS["s-2"].public.key_id,
        head=Head(before.placed.entry.subject.n, before.placed.leaf),
    )
    return sign(statement, before)


def without(item: Told, *names: str) -> Told:
    """Return the entry as it is told once these values were erased."""
    return replace(item, values={name: value for name, value in item.values.items() if name not in names})


def project(*history: Told, known: World = WORLD) -> Projection:
    return project_agreement(history, known)


def rows_of(projection: Projection, table: str) -> list[ExpectedRow]:
    return [row for row in projection.rows if row.table == table]


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.field) for finding in findings]


def test_a_created_agreement_makes_its_rows() -> None:
    projection = project(CREATED)
    (agreement,), (document,) = rows_of(projection, "agreement"), rows_of(projection, "document")
    (state,) = rows_of(projection, "agreement_state")
    assert (projection.findings, projection.untold) == ([], set())
    assert (agreement.values["number"], agreement.values["terms_sha256"]) == ("L7-2026-0001", STATEMENT.terms_sha256)
    assert (document.values["sha256"], document.values["byte_length"]) == (b"\xdd" * 32, 1234)
    assert (state.values["state"], state.values["changed_entry"]) == ("draft", entry_id(1))
    assert [row.key for row in rows_of(projection, "agreement_signer")] == [(AGREEMENT, "s-1"), (AGREEMENT, "s-2")]


def test_a_created_agreement_is_found_by_number_document_and_names_once_each() -> None:
    parties = [{**party, "name": "Lin"} for party in PARTIES if isinstance(party, dict)]
    values: dict[str, Json] = {**VALUES, "parties": [*parties]}
    digests = [row.values["digest"] for row in rows_of(project(told("agreement.created", values)), "blind_index")]
    assert digests == [blind("number", "L7-2026-0001"), blind("document", "dd" * 32), blind("name", "Lin")]


def test_an_agreement_whose_values_were_erased_leaves_what_they_told_open() -> None:
    projection = project(without(CREATED, *VALUES))
    assert projection.findings == []
    assert projection.untold == {"agreement_signer", "agreement_state", "signer_seat"}
    (agreement,), (document,) = rows_of(projection, "agreement"), rows_of(projection, "document")
    assert {agreement.values[name] for name in ("number", "document_id", "terms_sha256")} == {UNTOLD}
    assert {document.values[name] for name in ("id", "sha256", "byte_length", "pages")} == {UNTOLD}
    assert rows_of(projection, "blind_index") == []


@pytest.mark.parametrize(
    ("values", "field"),
    [({"terms": {}}, "terms.amount"), ({"parties": "all"}, "parties"), ({"parties": []}, "signers")],
)
def test_a_created_agreement_with_malformed_terms_or_parties_is_found(values: dict[str, Json], field: str) -> None:
    projection = project(told("agreement.created", VALUES | values))
    assert codes(projection.findings) == [("entry.malformed", field)]
    assert rows_of(projection, "agreement_signer") == []


def test_a_document_digest_that_is_no_hexadecimal_is_untold() -> None:
    created = told("agreement.created", VALUES | {"document": {"sha256": "no hex"}})
    assert rows_of(project(created), "document")[0].values["sha256"] is UNTOLD


def test_a_signature_by_each_party_makes_its_row_and_moves_the_state() -> None:
    first = sign(STATEMENT)
    last = second(first)
    half, whole = project(CREATED, SENT, first), project(CREATED, SENT, first, last)
    assert (half.findings, whole.findings) == ([], [])
    assert rows_of(half, "agreement_state")[0].values["state"] == "signing"
    assert rows_of(whole, "agreement_state")[0].values == {
        "agreement_id": AGREEMENT,
        "state": "signed",
        "changed_entry": entry_id(4),
    }
    row, _ = rows_of(whole, "agreement_signature")
    assert (row.key, row.values["nonce"], row.values["statement"]) == (
        (AGREEMENT, "s-1"),
        STATEMENT.nonce,
        STATEMENT.to_bytes(),
    )


def test_a_signature_is_checked_on_the_chain_it_names_when_no_chain_is_bound() -> None:
    assert project(CREATED, SENT, sign(STATEMENT), known=world(root_at=root_at, binding=None)).findings == []


def test_a_signature_before_the_agreement_was_created_contradicts_the_log() -> None:
    projection = project(told("agreement.signed"))
    assert codes(projection.findings) == [("entry.contradicts", "type")]
    assert projection.rows == []


def test_a_signature_after_all_parties_signed_contradicts_the_log() -> None:
    first = sign(STATEMENT)
    last = second(first)
    projection = project(CREATED, SENT, first, last, second(last))
    assert codes(projection.findings) == [("entry.contradicts", "type")]
    assert rows_of(projection, "agreement_state")[0].values["changed_entry"] == entry_id(4)


def test_an_entry_of_another_type_changes_nothing() -> None:
    later = told("agreement.of-tomorrow", subject=after(CREATED.placed))
    assert project(CREATED, later) == project(CREATED)


def test_a_signature_on_another_document_than_the_one_created_contradicts_the_log() -> None:
    signed = sign(STATEMENT, document={"sha256": "ee" * 32, "bytes": 1234})
    assert codes(project(CREATED, SENT, signed).findings) == [("entry.contradicts", "document")]


def test_a_signature_under_the_name_of_another_signer_contradicts_the_log() -> None:
    (finding,) = project(CREATED, SENT, sign(STATEMENT, signer="s-2")).findings
    assert (finding.code, finding.expected, finding.found) == ("entry.contradicts", "s-1", "s-2")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (replace(STATEMENT, document_sha256=b"x" * 32), "statement.wrong-document"),
        (replace(STATEMENT, document_bytes=1), "statement.wrong-document"),
        (replace(STATEMENT, terms_sha256=b"x" * 32), "statement.wrong-terms"),
        (replace(STATEMENT, chain_id=1), "statement.wrong-chain"),
        (replace(STATEMENT, role="lender"), "statement.wrong-signer"),
        (replace(STATEMENT, expires_at="2026-11-23T15:00:00.000Z"), "statement.expired"),
    ],
)
def test_a_signature_that_does_not_bind_this_agreement_is_refused(changed: Statement, code: str) -> None:
    (finding,) = project(CREATED, SENT, sign(changed)).findings
    assert (finding.code, finding.found, finding.index) == ("signature.refused", code, 2)


@pytest.mark.parametrize(
    ("gone", "code"), [("document", "statement.wrong-document"), ("terms", "statement.wrong-terms")]
)
def test_a_signature_is_refused_when_of_all_values_only_the_fact_that_it_binds_is_gone(gone: str, code: str) -> None:
    (finding,) = project(without(CREATED, gone), SENT, without(sign(STATEMENT), "document")).findings
    assert (finding.code, finding.found) == ("signature.refused", code)


@pytest.mark.parametrize(
    "signature",
    [
        "text",
        {},
        Signature(Suite.ED25519, STATEMENT.key_id, KEYS["s-2"].sign(STATEMENT.to_bytes())).to_json(),
        Signature(Suite.ED25519, STATEMENT.key_id, KEYS["s-1"].sign(b"other")).to_json(),
    ],
)
def test_a_signature_that_the_party_did_not_make_is_refused(signature: Json) -> None:
    assert codes(project(CREATED, SENT, sign(STATEMENT, signature=signature)).findings) == [
        ("signature.refused", "signature")
    ]


def test_a_statement_that_cannot_be_read_tells_no_nonce_and_is_refused() -> None:
    signed = sign(STATEMENT)
    projection = project(CREATED, SENT, replace(signed, values={**signed.values, "statement": "I agree"}))
    (row,) = rows_of(projection, "agreement_signature")
    assert (row.values["nonce"], row.values["statement"]) == (UNTOLD, b"I agree")
    assert codes(projection.findings) == [("signature.refused", "signature")]


def test_a_signature_whose_values_were_erased_is_passed_over() -> None:
    projection = project(CREATED, SENT, without(sign(STATEMENT), "signer", "statement", "signature", "document"))
    (row,) = rows_of(projection, "agreement_signature")
    assert projection.findings == []
    assert projection.untold == {"agreement_signature", "agreement_state"}
    assert {row.values[name] for name in ("signer_id", "nonce", "statement", "suite", "signature")} == {UNTOLD}


def test_a_signature_of_a_party_that_was_erased_is_passed_over() -> None:
    projection = project(without(CREATED, "parties"), SENT, sign(STATEMENT))
    assert projection.findings == []
    assert rows_of(projection, "agreement_state")[0].values["state"] == "draft"
    assert "agreement_state" in projection.untold


@pytest.mark.parametrize("head", [Head(1, b"x" * 32), Head(3, b"x" * 32)])
def test_a_signature_after_a_head_that_was_not_there_is_of_another_history(head: Head) -> None:
    (finding,) = project(CREATED, SENT, sign(replace(STATEMENT, head=head))).findings
    assert (finding.code, finding.field, finding.expected) == (
        "signature.other-history",
        "statement.head",
        (b"x" * 32).hex(),
    )


def test_a_signature_that_names_its_own_entry_as_the_head_it_saw_is_of_another_history() -> None:
    own = sign(STATEMENT).placed.leaf
    (finding,) = project(CREATED, SENT, sign(replace(STATEMENT, head=Head(3, own)))).findings
    assert (finding.code, finding.found) == ("signature.other-history", "no such entry before it")


@pytest.mark.parametrize(
    ("seen", "found"),
    [(SeenCheckpoint(6, ROOT), "no checkpoint of size 6"), (SeenCheckpoint(5, b"x" * 32), ROOT.hex())],
)
def test_a_signature_after_a_checkpoint_that_was_not_there_is_of_another_history(
    seen: SeenCheckpoint, found: str
) -> None:
    (finding,) = project(CREATED, SENT, sign(replace(STATEMENT, checkpoint=seen))).findings
    assert (finding.code, finding.field, finding.found) == ("signature.other-history", "statement.checkpoint", found)
