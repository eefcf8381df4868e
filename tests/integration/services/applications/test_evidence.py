"""Attachments, verifications and third-party data on a real ledger: taken in, asked for by the path, held against the log."""

from dataclasses import replace
from datetime import timedelta

from ledger.core.applications.policy import Fresh
from ledger.core.log.directory import format_instant
from ledger.services.applications.add_third_party import add_third_party
from ledger.services.applications.attach import attach
from ledger.services.applications.audit_approvals import audit_approvals
from ledger.services.applications.read_attachment import read_attachment
from ledger.services.applications.verify_material import verify_material
from ledger.services.log.audit import Scope, audit
from ledger.services.log.sequence import Turn, sequence
from ledger.storage.evidence import attachments_of, evidence_of
from signing.canonical import Json
from support.applications import PICTURE, third_party
from support.approvals import Desk
from support.policies import unchecked
from support.stage import refused


def sequenced(desk: Desk) -> None:
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=desk.now))


def test_attachment_is_taken_in_read_and_audited(desk: Desk) -> None:
    stores, loan = desk.ledger.stores, desk.apply()
    (row,) = stores.database.read(lambda tx: attachments_of(tx, loan))
    assert read_attachment(stores, desk.act("Otto"), loan, row.id) == (row, PICTURE)
    refused(lambda: read_attachment(stores, desk.act("Rita"), loan, row.id), "permission.grade")  # not handed in yet
    refused(lambda: read_attachment(stores, desk.act("Rita"), loan, loan), "attachment.unknown")
    refused(lambda: attach(stores, desk.act("Otto"), loan, PICTURE), "attachment.exists")
    refused(lambda: attach(stores, desk.act("Otto"), loan, PICTURE + b"x"), "attachment.not-listed")
    refused(lambda: attach(stores, desk.act("Rita"), loan, PICTURE), "permission.denied")
    sequenced(desk)
    assert audit(stores, None, Scope(), lambda _: None).is_clean


def test_loan_without_what_its_path_asks_for_is_not_handed_in(desk: Desk) -> None:
    listed: list[Json] = [{"kind": "payslip", "sha256": "00" * 32, "bytes": 1}]
    refused(lambda: desk.submit(desk.apply(attachments=listed)), "application.incomplete")
    refused(lambda: desk.submit(desk.apply(checked=False)), "application.incomplete")


def test_third_party_data_counts_while_it_is_fresh(desk: Desk) -> None:
    lax = unchecked()
    two = replace(lax.paths["two"], third_party=(Fresh("credit-report", 30),))
    desk.later(seconds=1)
    desk.enforce(replace(lax, paths={**lax.paths, "two": two}).to_json())
    stores, loan = desk.ledger.stores, desk.apply()
    refused(lambda: desk.submit(loan), "application.incomplete")
    envelope = third_party(desk.now, days=29)
    for wrong in (
        {"fetched_at": format_instant(desk.now + timedelta(hours=1))},
        {"valid_until": "2020-01-01T00:00:00.000Z"},
    ):
        told: dict[str, Json] = {**envelope.to_json(), **wrong}
        refused(lambda told=told: add_third_party(stores, desk.act("Otto"), loan, told), "evidence.time")  # type: ignore[misc]
    add_third_party(stores, desk.act("Otto"), loan, envelope.to_json())
    desk.submit(loan)
    desk.say("Olga", loan)
    desk.later(days=2)
    refused(lambda: desk.say("Rita", loan), "application.incomplete")
    add_third_party(stores, desk.act("Rita"), loan, third_party(desk.now, days=1).to_json())
    desk.say("Rita", loan)
    assert desk.state(loan).state == "approved"
    sequenced(desk)
    assert audit_approvals(stores).is_clean
    assert audit(stores, None, Scope(), lambda _: None).is_clean


def test_verification_is_recorded_by_whom(desk: Desk) -> None:
    stores, loan = desk.ledger.stores, desk.apply()
    told: dict[str, Json] = {
        "material": "identity", "sha256": None, "source": "register", "result": "confirmed", "note": None
    }  # fmt: skip
    verify_material(stores, desk.act("Rita"), loan, told)
    row = stores.database.read(lambda tx: evidence_of(tx, loan))[-1]
    assert (row.kind, row.author_id) == ("verification", desk.people["Rita"].principal.id)
    refused(lambda: verify_material(stores, desk.act("Hans"), loan, told), "permission.denied")
    refused(lambda: verify_material(stores, desk.act("Rita"), loan, {**told, "result": "yes"}), "evidence.invalid")
