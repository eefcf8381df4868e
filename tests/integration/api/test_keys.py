"""The key registry over HTTP: enrol, list, replace, revoke, and what each leaves in the log."""

import secrets
from typing import Any

import httpx2
import pytest

from ledger.core.log.entry import parse_entry
from ledger.core.log.permissions import Role
from ledger.core.log.receipt import parse_receipt
from signing.algorithms import Suite
from signing.canonical import encode
from signing.keys.signer import open_signer
from signing.keys.software_pens import OneTimeKey, SoftwarePasskey
from support.live_service import NEIGHBOUR, Caller, Service

WORD = {"provider": "local", "grade": "lenders-word", "reference": "case 7"}


def wallet() -> dict[str, Any]:
    return dict(open_signer(Suite.EIP712, secrets.token_bytes(32), purpose="signer").public.to_json())


def customer(identity: str, **changes: object) -> dict[str, Any]:
    return {"key": wallet(), "owner": {"kind": "customer"}, "proofing": WORD, "identity": identity, **changes}


def enrolled(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    answer = caller.post("/v1/keys", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def line_of(caller: Caller, key_id: str) -> dict[str, Any]:
    items = caller.get("/v1/keys", params={"limit": 200}).json()["items"]
    return next(item for item in items if item["key_id"] == key_id)


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_customer_s_key_is_enrolled_on_the_lender_s_word_and_names_nobody(service: Service) -> None:
    officer = service.officer()
    made = enrolled(officer, customer("CN:110101199003070011"))

    entry = parse_entry(parse_receipt(encode(made["receipt"])).entry)
    assert (entry.type, entry.subject.kind, entry.subject.id) == ("key.enrolled", "key", made["id"])
    assert entry.public["proofing"] == {"provider": "local", "grade": "lenders-word"}
    assert set(entry.private) == {"owner", "reference", "found_by"}
    assert b"110101199003070011" not in parse_receipt(encode(made["receipt"])).entry
    assert line_of(officer, made["id"])["revoked"] is None


def test_customer_is_the_same_one_under_the_same_identity_and_no_other(service: Service) -> None:
    officer, identity = service.officer(), f"CN:{secrets.token_hex(9)}"
    owners = [
        line_of(officer, enrolled(officer, customer(one))["id"])["owner"]["id"]
        for one in (identity, identity, "CN:other")
    ]
    assert owners[0] == owners[1] != owners[2]
    theirs = officer.get("/v1/keys", params={"owner": owners[0]}).json()["items"]
    assert {item["owner"]["id"] for item in theirs} == {owners[0]}
    neighbour = service.officer(NEIGHBOUR)
    elsewhere = enrolled(neighbour, customer(identity))
    assert line_of(neighbour, elsewhere["id"])["owner"]["id"] != owners[0]


def test_lost_key_is_replaced_after_proofing_and_revoked_in_the_same_breath(service: Service) -> None:
    officer, identity = service.officer(), f"CN:{secrets.token_hex(9)}"
    old = enrolled(officer, customer(identity))["id"]
    new = enrolled(officer, customer(identity, replaces=old))["id"]

    assert line_of(officer, old)["revoked"]["ground"] == "lost"
    assert line_of(officer, new)["revoked"] is None
    again = officer.post("/v1/keys", json=customer(identity, replaces=old))
    assert refusal(again) == (409, "key.not-active")
    other = officer.post("/v1/keys", json=customer(f"CN:{secrets.token_hex(9)}", replaces=new))
    assert refusal(other) == (409, "key.other-owner")
    code_only = {**customer(identity, replaces=new), "proofing": {"provider": "sms", "grade": "code-only"}}
    assert refusal(officer.post("/v1/keys", json=code_only)) == (403, "key.not-proofed")


@pytest.mark.parametrize(
    ("body", "since"),
    [
        ({"ground": "orderly"}, None),
        ({"ground": "compromised", "since": "2026-01-02T03:04:05Z"}, "2026-01-02T03:04:05.000Z"),
        ({"ground": "compromised"}, None),
    ],
)
def test_revocation_carries_its_ground(service: Service, body: dict[str, str], since: str | None) -> None:
    officer = service.officer()
    made = enrolled(officer, customer(f"CN:{secrets.token_hex(9)}"))["id"]
    answer = officer.post(f"/v1/keys/{made}/revocations", json=body)

    assert answer.status_code == 201, answer.text
    revoked = line_of(officer, made)["revoked"]
    assert (revoked["ground"], revoked["since"]) == (body["ground"], since)
    assert refusal(officer.post(f"/v1/keys/{made}/revocations", json=body)) == (409, "key.not-active")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"ground": "stolen"}, "request.invalid"),
        ({"ground": "lost", "since": "2026-01-02T03:04:05Z"}, "key.since"),
        ({"ground": "compromised", "since": "2999-01-02T03:04:05Z"}, "key.since"),
        ({"ground": "compromised", "since": "2026-01-02T03:04:05"}, "key.since"),
        ({}, "request.invalid"),
    ],
)
def test_revocation_without_a_ground_that_is_known_is_refused(
    service: Service, body: dict[str, str], code: str
) -> None:
    officer = service.officer()
    made = enrolled(officer, customer(f"CN:{secrets.token_hex(9)}"))["id"]
    assert refusal(officer.post(f"/v1/keys/{made}/revocations", json=body)) == (422, code)


def test_organisation_s_key_is_its_administrator_s_to_enrol(service: Service) -> None:
    own = {"key": wallet(), "owner": {"kind": "organisation"}, "proofing": {"provider": "own", "grade": "own-key"}}
    made = enrolled(service.administrator(), own)
    assert line_of(service.auditor(), made["id"])["owner"]["kind"] == "organisation"
    assert refusal(service.officer().post("/v1/keys", json={**own, "key": wallet()})) == (403, "permission.denied")
    foreign = {**own, "key": wallet(), "owner": {"kind": "organisation", "id": service.institutions[NEIGHBOUR].id}}
    assert refusal(service.administrator().post("/v1/keys", json=foreign)) == (409, "key.other-owner")


def test_key_is_enrolled_once_by_each_institution(service: Service) -> None:
    body = customer("CN:1")
    for officer in (service.officer(), service.officer(NEIGHBOUR)):
        enrolled(officer, body)
        assert refusal(officer.post("/v1/keys", json=body)) == (409, "key.enrolled")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": {"suite": "ed25519", "raw": "00" * 32}}, "key.malformed"),
        ({"key": {"suite": "rsa", "raw": "00" * 32}}, "suite.unknown"),
        ({"owner": {"kind": "person"}}, "key.no-owner"),
        ({"owner": {"kind": "neighbour"}}, "request.invalid"),
        ({"proofing": {"provider": "", "grade": "lenders-word"}}, "request.invalid"),
        ({"purpose": "login"}, "key.wrong-pen"),
        ({"weight": 1}, "request.invalid"),
    ],
)
def test_enrolment_that_cannot_be_is_refused(service: Service, change: dict[str, Any], code: str) -> None:
    assert refusal(service.officer().post("/v1/keys", json=customer("CN:1", **change))) == (422, code)


def test_staff_key_is_not_enrolled_by_an_api_key_of_the_same_person(service: Service) -> None:
    """A stolen API key must not become a pen."""
    officer = service.newcomer(Role.OFFICER)
    own = officer.get("/v1/me").json()["id"]
    body = {"key": wallet(), "owner": {"kind": "person", "id": own}, "proofing": WORD}
    assert refusal(officer.post("/v1/keys", json=body)) == (403, "permission.denied")
    assert enrolled(service.administrator(), body)["id"].startswith("eip712:")
    unknown = {**body, "key": wallet(), "owner": {"kind": "person", "id": unknown_id()}}
    assert refusal(service.administrator().post("/v1/keys", json=unknown)) == (404, "person.unknown")


def test_keys_of_a_neighbour_look_as_if_they_did_not_exist(service: Service) -> None:
    made = enrolled(service.officer(), customer("CN:1"))["id"]
    answer = service.officer(NEIGHBOUR).post(f"/v1/keys/{made}/revocations", json={"ground": "lost"})
    assert refusal(answer) == (404, "key.unknown")


def test_keys_of_every_pen_are_listed_page_by_page(service: Service) -> None:
    officer = service.officer()
    for public in (
        SoftwarePasskey(secrets.token_bytes(32), rp_id="localhost", origin="http://localhost").public,
        OneTimeKey(secrets.token_bytes(32)).public,
    ):
        enrolled(officer, customer("CN:2", key=dict(public.to_json())))
    found: list[str] = []
    cursor = None
    while True:
        page = officer.get("/v1/keys", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        found += [item["key_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == sorted(set(found))
    assert {key_id.split(":")[0] for key_id in found} >= {"webauthn", "p256", "eip712"}


def unknown_id() -> str:
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
