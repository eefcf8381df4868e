from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.errors import Conflict, InvalidInput
from ledger.storage import agreements as rows
from ledger.storage import vault_fields as vault
from ledger.storage.blind_indexes import BlindRow, insert_blind
from ledger.storage.database import Database
from ledger.storage.directory import insert_institution
from ledger.storage.idempotency import IdempotencyRow, forget_before, recall, remember
from support.storage_rows import AT, agreement, document, institution, signer


def create(tx: Connection, number: int) -> None:
    rows.insert_document(tx, document(number))
    rows.insert_agreement(tx, agreement(number), [signer(number, "bob", 2), signer(number)], "sent")


@pytest.fixture
def bank(database: Database) -> Database:
    database.write(lambda tx: insert_institution(tx, institution()))
    database.write(lambda tx: create(tx, 1))
    return database


def signature(name: str = "alice", nonce: bytes = b"n1", at: str = AT) -> rows.SignatureRow:
    return rows.SignatureRow("agr-1", name, nonce, b"statement", "ed25519", b"sig", f"e-{name}", at)


def test_an_agreement_is_kept_with_its_signers_and_state(bank: Database) -> None:
    assert bank.read(lambda tx: rows.agreement_by_id(tx, "agr-1")) == agreement()
    assert bank.read(lambda tx: rows.agreements_of_document(tx, "doc-1")) == [agreement()]
    assert [row.signer_id for row in bank.read(lambda tx: rows.signers_of(tx, "agr-1"))] == ["alice", "bob"]
    assert bank.read(lambda tx: rows.state_of(tx, "agr-1")) == rows.StateRow("agr-1", "sent", "entry-a")


def test_a_taken_id_number_or_object_name_is_refused(bank: Database) -> None:
    same_number = rows.AgreementRow(**{**vars(agreement()), "id": "agr-9"})
    for taken in (agreement(), same_number):
        with pytest.raises(Conflict) as error:
            bank.write(lambda tx, row=taken: rows.insert_agreement(tx, row, [], "sent"))  # type: ignore[misc]  # bound per turn
        assert error.value.code == "agreement.exists"
    same_object = rows.DocumentRow(**{**vars(document()), "id": "doc-9"})
    for other in (document(), same_object):
        with pytest.raises(Conflict) as error:
            bank.write(lambda tx, row=other: rows.insert_document(tx, row))  # type: ignore[misc]  # bound per turn
        assert error.value.code == "document.exists"


def test_an_agreement_with_a_broken_signer_is_not_stored_at_all(bank: Database) -> None:
    bank.write(lambda tx: rows.insert_document(tx, document(2)))
    with pytest.raises(Conflict):
        bank.write(lambda tx: rows.insert_agreement(tx, agreement(2), [signer(2), signer(2)], "sent"))
    assert bank.read(lambda tx: rows.agreement_by_id(tx, "agr-2")) is None


def test_documents_are_found_by_digest_within_the_institution_only(bank: Database) -> None:
    digest = document().sha256
    assert bank.read(lambda tx: rows.documents_with_digest(tx, "id-BANK", digest)) == [document()]
    assert bank.read(lambda tx: rows.documents_with_digest(tx, "id-OTHER", digest)) == []
    assert bank.read(lambda tx: rows.documents_with_digest(tx, "id-BANK", bytes(32))) == []
    assert bank.read(lambda tx: rows.document_by_id(tx, "doc-1")) == document()
    assert bank.read(rows.documents) == [document()]


def listed(bank: Database, **wanted: Any) -> list[rows.ListedRow]:  # noqa: ANN401  # any of its fields
    return bank.read(lambda tx: rows.agreements(tx, "id-BANK", rows.Wanted(**wanted)))


def test_agreements_are_paged_newest_first(bank: Database) -> None:
    for number in (2, 3):
        bank.write(lambda tx, n=number: create(tx, n))  # type: ignore[misc]  # bound per turn
    first = listed(bank, limit=2)
    rest = listed(bank, before=first[-1].id, limit=2)
    assert [(row.id, row.state) for row in first + rest] == [("agr-3", "sent"), ("agr-2", "sent"), ("agr-1", "sent")]
    assert bank.read(lambda tx: rows.agreements(tx, "id-OTHER", rows.Wanted())) == []
    with pytest.raises(InvalidInput):
        listed(bank, limit=10_000)


def test_pages_of_one_state_are_full_whatever_lies_between(bank: Database) -> None:
    for number in range(2, 8):
        bank.write(lambda tx, n=number: create(tx, n))  # type: ignore[misc]  # bound per turn
    for number in (2, 4, 6):
        signed = rows.StateRow(f"agr-{number}", "signed", "entry-b")
        bank.write(lambda tx, row=signed: rows.change_state(tx, row, expected="sent"))  # type: ignore[misc]  # bound per turn
    first = listed(bank, state="signed", limit=2)
    rest = listed(bank, state="signed", before=first[-1].id, limit=2)
    assert [row.id for row in first + rest] == ["agr-6", "agr-4", "agr-2"]
    assert listed(bank, state="voided") == []


def test_those_found_under_a_term_are_listed_within_the_institution_only(bank: Database) -> None:
    bank.write(lambda tx: create(tx, 2))
    wanted: dict[str, Any]
    for subject, kind in (("agr-1", "agreement"), ("agr-2", "application")):
        row = BlindRow("id-BANK", "name", bytes(32), kind, subject, "entry-a")
        bank.write(lambda tx, row=row: insert_blind(tx, row))  # type: ignore[misc]  # bound per turn
    assert [row.id for row in listed(bank, term=("name", bytes(32)))] == ["agr-1"]
    assert [row.id for row in listed(bank, term=("name", bytes(32)), state="sent")] == ["agr-1"]
    for wanted in ({"term": ("name", bytes(31))}, {"term": ("number", bytes(32))}):
        assert listed(bank, **wanted) == []
    assert bank.read(lambda tx: rows.agreements(tx, "id-OTHER", rows.Wanted(term=("name", bytes(32))))) == []


def test_a_state_changes_only_from_the_one_that_was_seen(bank: Database) -> None:
    signed = rows.StateRow("agr-1", "signed", "entry-b")
    bank.write(lambda tx: rows.change_state(tx, signed, expected="sent"))
    for agreement_id, expected in (("agr-1", "sent"), ("nobody", "sent")):
        with pytest.raises(Conflict) as error:
            bank.write(
                lambda tx, a=agreement_id, e=expected: rows.change_state(tx, rows.StateRow(a, "void", "x"), expected=e)  # type: ignore[misc]  # bound per turn
            )
        assert error.value.code == "agreement.moved-on"
    assert bank.read(lambda tx: rows.state_of(tx, "agr-1")) == signed


def test_a_signer_signs_once_and_a_nonce_is_used_once(bank: Database) -> None:
    bank.write(lambda tx: rows.insert_signature(tx, signature()))
    assert bank.read(lambda tx: (rows.nonce_used(tx, b"n1"), rows.nonce_used(tx, b"n2"))) == (True, False)
    for again in (signature(nonce=b"n2"), signature("bob", nonce=b"n1"), signature()):
        with pytest.raises(Conflict) as error:
            bank.write(lambda tx, row=again: rows.insert_signature(tx, row))  # type: ignore[misc]  # bound per turn
        assert error.value.code == "signature.exists"
    bank.write(lambda tx: rows.insert_signature(tx, signature("bob", b"n3", "2026-11-24T00:00:00.000Z")))
    assert [row.signer_id for row in bank.read(lambda tx: rows.signatures_of(tx, "agr-1"))] == ["alice", "bob"]


def test_a_signature_of_someone_who_is_no_signer_is_refused(bank: Database) -> None:
    with pytest.raises(Conflict) as error:
        bank.write(lambda tx: rows.insert_signature(tx, signature("mallory")))
    assert error.value.code == "database.refused"


def test_vault_fields_are_kept_once_until_their_record_is_erased(database: Database) -> None:
    kept = [vault.VaultRow("e1", "amount", "r1", b"sealed"), vault.VaultRow("e1", "name", "r2", b"sealed")]
    database.write(lambda tx: vault.insert_fields(tx, kept))
    database.write(lambda tx: vault.insert_fields(tx, []))
    with pytest.raises(Conflict) as error:
        database.write(lambda tx: vault.insert_fields(tx, [vault.VaultRow("e2", "x", "r1", b""), kept[0]]))
    assert error.value.code == "vault.exists"
    assert database.read(lambda tx: vault.fields_of_entry(tx, "e2")) == []
    assert database.read(lambda tx: vault.fields_of_entry(tx, "e1")) == kept
    assert database.write(lambda tx: vault.erase_record(tx, "r1")) == 1
    assert database.read(lambda tx: vault.fields_of_entry(tx, "e1")) == [kept[1]]


def test_an_idempotency_key_brings_back_the_first_answer_only_for_the_same_request(database: Database) -> None:
    row = IdempotencyRow("p1", "POST /v1/agreements", "key", b"hash", 201, "{}", AT)
    assert database.read(lambda tx: recall(tx, "p1", row.route, "key", body_hash=b"hash")) is None
    database.write(lambda tx: remember(tx, row))
    assert database.read(lambda tx: recall(tx, "p1", row.route, "key", body_hash=b"hash")) == row
    assert database.read(lambda tx: recall(tx, "p2", row.route, "key", body_hash=b"hash")) is None
    with pytest.raises(Conflict) as error:
        database.read(lambda tx: recall(tx, "p1", row.route, "key", body_hash=b"other"))
    assert error.value.code == "idempotency.other-body"
    with pytest.raises(Conflict) as error:
        database.write(lambda tx: remember(tx, row))
    assert error.value.code == "idempotency.raced"
    assert database.write(lambda tx: forget_before(tx, AT)) == 0
    assert database.write(lambda tx: forget_before(tx, "2026-11-24T00:00:00.000Z")) == 1
