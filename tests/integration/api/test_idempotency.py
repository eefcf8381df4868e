"""Idempotency-Key on every route that writes: the same request does one thing, whoever sends it how often and when."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.core.log.permissions import Role
from support.live_service import Caller, Service
from support.loans import agreement_of, loan, party, pdf


def _people(administrator: Caller) -> int:
    return len(administrator.get("/v1/people", params={"limit": 200}).json()["items"])


def test_the_same_creation_again_gets_the_same_answer_and_makes_nothing(any_service: Service) -> None:
    officer, document, agreement, key = any_service.officer(), pdf(), agreement_of(party()), secrets.token_hex(8)
    first, second = (officer.create(document, agreement, key=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert {name: first.json()[name] for name in ("id", "entry", "location")} == {
        name: second.json()[name] for name in ("id", "entry", "location")
    }
    digest = officer.get(first.json()["location"]).json()["document"]["sha256"]
    found = officer.get("/v1/agreements", params={"search": "document", "value": digest}).json()["items"]
    assert len(found) == 1


def test_the_same_key_for_another_body_is_refused(any_service: Service) -> None:
    officer, agreement, key = any_service.officer(), agreement_of(party()), secrets.token_hex(8)
    assert officer.create(pdf(), agreement, key=key).status_code == 201
    for document, body in ((pdf(), agreement), (pdf(), agreement_of(party()))):
        refused = officer.create(document, body, key=key)
        assert (refused.status_code, refused.json()["code"]) == (409, "idempotency.other-body")


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "white space", "schlüssel-ü"])
def test_a_missing_or_malformed_key_is_refused(service: Service, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()} if key else {}
    refused = service.administrator().http.post("/v1/people", json={"name": "Nobody"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency.missing")
    assert refused.json()["field"] == "Idempotency-Key"


def test_two_principals_use_the_same_key_independently(service: Service) -> None:
    first, second = service.officer(), service.newcomer(Role.OFFICER)
    document, agreement, key = pdf(), agreement_of(party()), secrets.token_hex(8)
    made = [caller.create(document, agreement, key=key).json()["id"] for caller in (first, second)]
    assert made[0] != made[1]


def test_the_same_key_on_another_route_is_another_request(service: Service) -> None:
    administrator, key = service.administrator(), secrets.token_hex(8)
    person = administrator.post("/v1/people", key=key, json={"name": "Another Route"})
    role = administrator.post(f"/v1/people/{person.json()['id']}/roles", key=key, json={"role": "auditor"})
    assert (person.status_code, role.status_code) == (201, 201)


def test_the_same_request_many_times_at_once_does_one_thing(any_service: Service) -> None:
    administrator, key = any_service.administrator(), secrets.token_hex(8)
    before = _people(administrator)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: administrator.post("/v1/people", key=key, json={"name": "Twice"}), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert _people(administrator) == before + 1


def test_the_same_signature_many_times_at_once_is_recorded_once(any_service: Service) -> None:
    made = loan(any_service.officer())
    statement, key = made.statement(), secrets.token_hex(8)
    signature = made.parties[0].sign(statement)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: made.submit(statement, signature, key=key), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["entry"] for answer in answers}) == 1


def test_an_api_key_is_shown_once_even_to_the_same_request(service: Service) -> None:
    administrator, key = service.administrator(), secrets.token_hex(8)
    person = administrator.post("/v1/people", json={"name": "Key Holder"}).json()["id"]
    with ThreadPoolExecutor(4) as pool:
        send = lambda _: administrator.post("/v1/api-keys", key=key, json={"principal_id": person})  # noqa: E731  # one line, used once
        answers = sorted(pool.map(send, range(4)), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers[1:]} == {"api-key.shown-once"}
    assert all("tally_" not in answer.text for answer in answers[1:])
