"""Signatures that must not count: over other facts, by other keys, from other times, twice (DESIGN section 5)."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from api.wiring import ids
from ledger.core.log.directory import format_instant
from ledger.core.log.receipt import parse_receipt
from signing.algorithms import Suite
from signing.canonical import encode
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint
from support.live_service import Service
from support.loans import Loan, loan, party, signature_body

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of the secp256k1 group
OTHER = hashlib.sha256(b"other").digest()


@pytest.fixture(scope="module")
def made(service: Service) -> Loan:
    """A loan for three signers, of which nobody ever signs."""
    return loan(
        service.officer(), party(), party("guarantor", Suite.EIP712, "Zhao"), party("lender", Suite.SECP256K1, "Bank")
    )


def _refused(answer: httpx2.Response, code: str, status: int = 422) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()


_LATER = timedelta(days=31)
CHANGES: Mapping[str, tuple[Callable[[Statement], Statement], str, int]] = {
    "other bytes": (lambda s: replace(s, document_sha256=OTHER), "statement.wrong-document", 422),
    "other length": (lambda s: replace(s, document_bytes=s.document_bytes + 1), "statement.wrong-document", 422),
    "other terms": (lambda s: replace(s, terms_sha256=OTHER), "statement.wrong-terms", 422),
    "other consent": (lambda s: replace(s, consent_sha256=OTHER), "statement.wrong-consent", 422),
    "other chain": (lambda s: replace(s, chain_id=s.chain_id + 1), "statement.wrong-chain", 422),
    "other log": (lambda s: replace(s, log=s.log + "/access"), "statement.wrong-log", 422),
    "other agreement": (lambda s: replace(s, agreement=ids.new_id()), "statement.wrong-agreement", 422),
    "unknown signer": (lambda s: replace(s, signer=ids.new_id()), "statement.wrong-signer", 422),
    "other role": (lambda s: replace(s, role="lender"), "statement.wrong-signer", 422),
    "other key": (lambda s: replace(s, key_id=party().key.public.key_id), "statement.wrong-signer", 422),
    "head beyond": (lambda s: replace(s, head=Head(s.head.n + 1, s.head.leaf)), "statement.wrong-head", 422),
    "other leaf": (lambda s: replace(s, head=Head(s.head.n, OTHER)), "statement.wrong-head", 422),
    "future checkpoint": (
        lambda s: replace(s, checkpoint=SeenCheckpoint(s.checkpoint.size + 10**6, s.checkpoint.root)),
        "statement.wrong-checkpoint",
        422,
    ),
    "other root": (
        lambda s: replace(s, checkpoint=SeenCheckpoint(s.checkpoint.size, OTHER)),
        "statement.wrong-checkpoint",
        422,
    ),
    "expired": (lambda s: replace(s, expires_at=format_instant(ids.now())), "statement.expired", 409),
    "valid too long": (lambda s: replace(s, expires_at=format_instant(ids.now() + _LATER)), "statement.too-long", 422),
    "in the last century": (lambda s: replace(s, expires_at="1999-01-01T00:00:00.000Z"), "statement.expired", 409),
    "until the end of time": (lambda s: replace(s, expires_at="9999-12-31T23:59:59.999Z"), "statement.too-long", 422),
}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_a_truly_signed_statement_about_something_else_is_refused(made: Loan, what: str) -> None:
    change, code, status = CHANGES[what]
    _refused(made.sign_changed(change), code, status)


def test_a_signature_by_another_party_is_refused(made: Loan) -> None:
    statement = made.statement(0)
    _refused(made.submit(statement, made.parties[2].sign(statement)), "signature.wrong-key")


def test_a_signature_by_a_stranger_under_the_signer_s_key_id_is_refused(made: Loan) -> None:
    statement = made.statement(0)
    forged = replace(party().sign(statement), key_id=statement.key_id)
    _refused(made.submit(statement, forged), "signature.invalid")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_signature_over_other_bytes_is_refused(made: Loan, place: int) -> None:
    shown, signed = made.statement(place), made.statement(place)
    _refused(made.submit(shown, made.parties[place].sign(signed)), "signature.invalid")


@pytest.mark.parametrize("place", [1, 2])
def test_the_high_twin_of_a_signature_is_refused(made: Loan, place: int) -> None:
    statement = made.statement(place)
    low = made.parties[place].sign(statement)
    high = (ORDER - int.from_bytes(low.value[32:64], "big")).to_bytes(32, "big")
    flipped = bytes([low.value[64] ^ 7]) if len(low.value) == 65 else b""  # 27 <-> 28
    _refused(made.submit(statement, replace(low, value=low.value[:32] + high + flipped)), "signature.not-low-s")


@pytest.mark.parametrize("length", [1, 63, 65, 100])
def test_a_signature_of_another_length_is_refused(made: Loan, length: int) -> None:
    statement = made.statement(0)
    signature = made.parties[0].sign(statement)
    body = signature_body(statement.to_bytes(), signature)
    body["signature"]["value"] = (signature.value * 2)[:length].hex()
    _refused(made.officer.post(f"{made.path}/signatures", json=body), "signature.malformed")


def test_a_signature_under_another_suite_is_refused(made: Loan) -> None:
    statement = made.statement(0)
    body = signature_body(statement.to_bytes(), made.parties[0].sign(statement))
    body["signature"]["suite"] = Suite.SECP256K1.value
    _refused(made.officer.post(f"{made.path}/signatures", json=body), "signature.malformed")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: data + b"\n", "encoding.not-json encoding.not-canonical"),
        (lambda data: data.replace(b":", b": ", 1), "statement.unknown-version encoding.not-canonical"),
        (lambda data: data.replace(b"/v1\n", b"/v2\n"), "statement.unknown-version"),
        (
            lambda data: data.replace(b'{"agreement"', b'{"agreement":"x","agreement"'),
            "encoding.duplicate-key encoding.not-json",
        ),
        (lambda data: data.replace(b'"head":{', b'"head":{"x":1,'), "statement.malformed encoding.not-canonical"),
        (lambda _: b"", "statement.unknown-version request.invalid"),
        (lambda _: b"\xff" * 100, "statement.unknown-version"),
    ],
)
def test_a_statement_in_another_spelling_is_refused(made: Loan, spoil: Callable[[bytes], bytes], code: str) -> None:
    statement = made.statement()
    data = spoil(statement.to_bytes())
    answer = made.submit(data, made.parties[0].sign(statement))
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in code.split()


@pytest.mark.parametrize("statement", ["%%%", "é", "AAA", "A" * 7000, 5, None])
def test_a_statement_that_is_no_base64_is_refused(made: Loan, statement: object) -> None:
    good = made.statement()
    body = signature_body(good.to_bytes(), made.parties[0].sign(good)) | {"statement": statement}
    answer = made.officer.post(f"{made.path}/signatures", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "statement")


def test_a_signature_for_another_agreement_is_refused(service: Service, made: Loan) -> None:
    other = loan(service.officer(), *made.parties)
    statement = other.statement()
    answer = made.submit(statement, other.parties[0].sign(statement))
    assert answer.status_code == 422
    assert answer.json()["code"] in {"statement.wrong-head", "statement.wrong-signer", "statement.wrong-agreement"}


def test_a_used_statement_is_refused_whoever_replays_it(any_service: Service) -> None:
    one = loan(any_service.officer(), party(), party("lender"))
    statement = one.statement()
    signature = one.parties[0].sign(statement)
    assert one.submit(statement, signature).status_code == 201
    _refused(one.submit(statement, signature), "statement.nonce-used", 409)
    again = replace(statement, nonce=secrets.token_bytes(32))
    _refused(one.submit(again, one.parties[0].sign(again)), "signature.exists", 409)
    refused = one.officer.get(f"{one.path}/statements/{one.signer_ids[0]}")
    _refused(refused, "signature.exists", 409)


def test_of_many_submissions_of_one_statement_exactly_one_wins(any_service: Service) -> None:
    one = loan(any_service.officer(), party(), party("lender"))
    statement = one.statement()
    signature = one.parties[0].sign(statement)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: one.submit(statement, signature), range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert one.officer.get(one.path).json()["state"] == "signing"


def test_all_parties_sign_at_once_and_the_last_completes_it(any_service: Service) -> None:
    suites = (Suite.ED25519, Suite.EIP712, Suite.SECP256K1, Suite.ED25519)
    one = loan(
        any_service.officer(), *(party(suite=suite, name=f"Signer {place}") for place, suite in enumerate(suites))
    )
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(_until_taken(one), range(4)))
    assert set(answers) == {201}
    read = one.officer.get(one.path).json()
    assert read["state"] == "signed"
    assert all(signer["signed_at"] for signer in read["signers"])
    package = one.officer.get(f"{one.path}/evidence").json()
    entries = [parse_receipt(encode(receipt)).entry for receipt in package["receipts"]]
    assert len(entries) == 6  # created, sent, four signatures


def _until_taken(one: Loan) -> Callable[[int], int]:
    def sign(place: int) -> int:
        for _ in range(10):  # somebody else's signature may move the agreement on in between: then sign again
            answer = one.sign(place)
            if answer.status_code != 409:
                return answer.status_code
        return 409

    return sign


def test_nothing_more_is_signed_after_all_have_signed(service: Service) -> None:
    one = loan(service.officer())
    late = one.statement()
    assert one.sign().status_code == 201
    _refused(one.submit(late, one.parties[0].sign(late)), "agreement.not-open", 409)
    _refused(one.officer.get(f"{one.path}/statements/{one.signer_ids[0]}"), "agreement.not-open", 409)


def test_a_wallet_is_shown_typed_data_and_others_are_not(made: Loan) -> None:
    shown = [made.officer.get(f"{made.path}/statements/{signer}").json() for signer in made.signer_ids]
    assert ["typed_data" in answer for answer in shown] == [False, True, False]
    assert shown[1]["typed_data"]["primaryType"] == "Statement"


def test_a_stranger_s_signer_id_is_not_found(made: Loan) -> None:
    _refused(made.officer.get(f"{made.path}/statements/{ids.new_id()}"), "signer.unknown", 404)


@pytest.mark.parametrize("value", ["", "0", "GG", "AB", "00" * 2049])
def test_a_signature_that_is_no_hexadecimal_is_refused(made: Loan, value: str) -> None:
    statement = made.statement()
    body = signature_body(statement.to_bytes(), made.parties[0].sign(statement))
    body["signature"]["value"] = value
    answer = made.officer.post(f"{made.path}/signatures", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "signature.value")
