from dataclasses import replace
from threading import Event, Thread

import pytest

from ledger.errors import Conflict
from ledger.storage import directory as rows
from ledger.storage.blind_indexes import BlindRow, erase_blind, find_blind, insert_blind
from ledger.storage.database import Connection, Database
from ledger.storage.enrolled_keys import (
    EnrolledKeyRow,
    insert_key,
    key_by_id,
    keys,
    keys_of,
    keys_of_credential,
    revoke_key,
)
from ledger.storage.staff_access import SetupCodeRow, insert_setup_code, use_first_codes
from support.storage_rows import institution

PERSON = rows.PersonRow("p1", "id-BANK", "e2")
GRANT = rows.RoleGrantRow("g1", "id-BANK", "p1", "officer", "e3")
KEY = EnrolledKeyRow(
    "ed25519:aa",
    "id-BANK",
    "person",
    "p1",
    "ed25519",
    bytes(32),
    "sign",
    b"credential",
    "e4",
    "2026-11-26T00:00:00.000Z",
)
API_KEY = rows.ApiKeyRow("k1", "id-BANK", "p1", "tk_abc", bytes(32), "e5")


@pytest.fixture
def bank(database: Database) -> Database:
    database.write(lambda tx: rows.insert_institution(tx, institution()))
    return database


def test_an_institution_is_found_by_id_and_code_and_its_code_taken(bank: Database) -> None:
    assert bank.read(lambda tx: rows.institution_by_id(tx, "id-BANK")) == institution()
    assert bank.read(lambda tx: rows.institution_by_code(tx, "BANK")) == institution()
    same_code = rows.InstitutionRow(**{**vars(institution("X")), "code": "BANK"})
    for taken in (institution(), same_code):
        with pytest.raises(Conflict) as error:
            bank.write(lambda tx, row=taken: rows.insert_institution(tx, row))  # type: ignore[misc]  # bound per turn
        assert error.value.code == "institution.exists"


def test_institutions_and_people_are_paged_by_id(bank: Database) -> None:
    bank.write(lambda tx: rows.insert_institution(tx, institution("ALPHA")))
    assert [row.code for row in bank.read(rows.institutions)] == ["ALPHA", "BANK"]
    assert [row.code for row in bank.read(lambda tx: rows.institutions(tx, after="id-ALPHA"))] == ["BANK"]
    for n in (2, 1, 3):
        bank.write(lambda tx, n=n: rows.insert_person(tx, rows.PersonRow(f"p{n}", "id-BANK", "e")))  # type: ignore[misc]  # bound per turn
    assert [row.id for row in bank.read(lambda tx: rows.people(tx, "id-BANK", after="p1", limit=1))] == ["p2"]
    assert bank.read(lambda tx: rows.people(tx, "id-ALPHA")) == []


def test_a_person_of_no_institution_is_refused(database: Database) -> None:
    with pytest.raises(Conflict) as error:
        database.write(lambda tx: rows.insert_person(tx, PERSON))
    assert error.value.code == "database.refused"
    assert database.read(lambda tx: rows.person_by_id(tx, "p1")) is None


def test_a_grant_is_revoked_once(bank: Database) -> None:
    bank.write(lambda tx: rows.insert_grant(tx, GRANT))
    assert bank.read(lambda tx: rows.grants_of(tx, "p1")) == [GRANT]
    bank.write(lambda tx: rows.revoke_grant(tx, "g1", entry_id="e9"))
    assert bank.read(lambda tx: rows.grants_of(tx, "p1")) == []
    for grant in ("g1", "nobody"):
        with pytest.raises(Conflict) as error:
            bank.write(lambda tx, g=grant: rows.revoke_grant(tx, g, entry_id="e10"))  # type: ignore[misc]  # bound per turn
        assert error.value.code == "grant.not-active"
    assert [row.revoked_entry for row in bank.read(rows.grants)] == ["e9"]


def test_a_key_is_enrolled_once_and_revoked_once_with_its_ground(bank: Database) -> None:
    bank.write(lambda tx: insert_key(tx, KEY))
    with pytest.raises(Conflict) as error:
        bank.write(lambda tx: insert_key(tx, EnrolledKeyRow(**{**vars(KEY), "owner_id": "p2"})))
    assert error.value.code == "key.enrolled"
    since = "2026-11-25T00:00:00.000Z"
    bank.write(lambda tx: revoke_key(tx, "id-BANK", KEY.key_id, entry_id="e9", ground="compromised", since=since))
    with pytest.raises(Conflict) as error:
        bank.write(lambda tx: revoke_key(tx, "id-BANK", KEY.key_id, entry_id="e10", ground="orderly", since=None))
    assert error.value.code == "key.not-active"
    (kept,) = bank.read(lambda tx: keys_of(tx, "p1"))
    assert (kept.revoked_entry, kept.revoked_ground, kept.revoked_since) == ("e9", "compromised", since)
    assert bank.read(lambda tx: key_by_id(tx, "id-BANK", KEY.key_id)) == kept
    assert bank.read(lambda tx: keys_of_credential(tx, b"credential")) == [kept]
    assert bank.read(lambda tx: keys(tx, "id-BANK")) == [kept]
    assert bank.read(lambda tx: keys(tx, "id-BANK", after=KEY.key_id)) == []


def test_one_key_stands_in_the_registries_of_several_institutions(bank: Database) -> None:
    bank.write(lambda tx: rows.insert_institution(tx, institution("ALPHA")))
    theirs = replace(KEY, institution_id="id-ALPHA", owner_id="c7", enrolled_entry="e5")
    for row in (KEY, theirs):
        bank.write(lambda tx, row=row: insert_key(tx, row))  # type: ignore[misc]  # bound per turn
    bank.write(lambda tx: revoke_key(tx, "id-ALPHA", KEY.key_id, entry_id="e9", ground="lost", since=None))
    assert bank.read(lambda tx: key_by_id(tx, "id-BANK", KEY.key_id)) == KEY
    assert bank.read(lambda tx: keys(tx, "id-ALPHA"))[0].revoked_entry == "e9"


def test_an_api_key_is_found_by_prefix_and_revoked_once(bank: Database) -> None:
    bank.write(lambda tx: rows.insert_api_key(tx, API_KEY))
    assert bank.read(lambda tx: rows.api_key_by_prefix(tx, "tk_abc")) == API_KEY
    assert bank.read(lambda tx: rows.api_key_by_prefix(tx, "tk_ab")) is None
    with pytest.raises(Conflict) as error:
        bank.write(lambda tx: rows.insert_api_key(tx, rows.ApiKeyRow(**{**vars(API_KEY), "id": "k2"})))
    assert error.value.code == "api-key.exists"
    bank.write(lambda tx: rows.revoke_api_key(tx, "k1", entry_id="e9"))
    with pytest.raises(Conflict) as error:
        bank.write(lambda tx: rows.revoke_api_key(tx, "k1", entry_id="e10"))
    assert error.value.code == "api-key.not-active"
    revoked = bank.read(lambda tx: rows.api_key_by_id(tx, "k1"))
    assert revoked is not None
    assert revoked.revoked_entry == "e9"


def test_numbers_count_per_institution_kind_and_period(bank: Database) -> None:
    def number(kind: str, period: str) -> int:
        return bank.write(lambda tx: rows.next_number(tx, "id-BANK", kind, period))

    assert [number("agreement", "2026"), number("agreement", "2026"), number("agreement", "2027")] == [1, 2, 1]
    assert number("application", "2026") == 1


def test_a_number_taken_by_a_work_that_failed_is_given_again(bank: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        bank.write(lambda tx: rows.next_number(tx, "id-BANK", "agreement", "2026") / 0)
    assert bank.write(lambda tx: rows.next_number(tx, "id-BANK", "agreement", "2026")) == 1


def test_a_blind_index_finds_its_subject_until_erased(bank: Database) -> None:
    row = BlindRow("id-BANK", "name", b"digest", "person", "p1", "e2")
    assert bank.write(lambda tx: insert_blind(tx, row))
    assert not bank.write(lambda tx: insert_blind(tx, row))
    assert bank.read(lambda tx: find_blind(tx, "id-BANK", "name", b"digest")) == [row]
    for institution_id, kind, digest in (
        ("id-X", "name", b"digest"),
        ("id-BANK", "phone", b"digest"),
        ("id-BANK", "name", b"d"),
    ):
        assert bank.read(lambda tx, i=institution_id, k=kind, d=digest: find_blind(tx, i, k, d)) == []  # type: ignore[misc]  # bound per turn
    assert bank.write(lambda tx: erase_blind(tx, "id-BANK", "person", "p1")) == 1
    assert bank.read(lambda tx: find_blind(tx, "id-BANK", "name", b"digest")) == []


def test_of_two_who_make_the_first_administrator_at_once_one_gets_no_code(bank: Database) -> None:
    """Each has a code of its own (each start prints one), and the second asks while the first has not committed."""
    now, later = "2026-11-26T00:00:00.000Z", "2026-11-27T00:00:00.000Z"
    for digest in (b"a" * 32, b"b" * 32):
        bank.write(lambda tx, digest=digest: insert_setup_code(tx, SetupCodeRow(digest, "id-BANK", None, later)))  # type: ignore[misc]  # bound per turn
    bank.write(lambda tx: insert_setup_code(tx, SetupCodeRow(b"c" * 32, "id-BANK", "p1", later)))  # an invitation
    begun, second, got = Event(), Event(), list[frozenset[bytes]]()

    def first() -> None:
        def work(tx: Connection) -> frozenset[bytes]:
            used = use_first_codes(tx, "id-BANK", now=now)
            begun.set()
            second.wait(0.3)  # the other is at the same rows by then
            return used

        got.append(bank.write(work))

    thread = Thread(target=first)
    thread.start()
    begun.wait(5)
    got_second = bank.write(lambda tx: use_first_codes(tx, "id-BANK", now=now))
    thread.join(5)
    assert got == [frozenset({b"a" * 32, b"b" * 32})]
    assert got_second == frozenset()
