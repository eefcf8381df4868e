"""Staff get in with passkeys: set-up code, sign-in, session, invitation, own signing key; and who does not get in."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api.wiring import ids
from ledger.core.log.permissions import Principal, Role
from ledger.services.log.set_up_access import issue_first_code, needs_set_up
from ledger.services.staff_sessions import IDLE, LONGEST, staff_of_session
from signing.keys.software_pens import SoftwarePasskey
from signing.registration import decoded, encoded
from support.kept_files import kept_files
from support.live_service import HOME, NEIGHBOUR, Service

Json = dict[str, Any]


@dataclass(frozen=True)
class Browser:
    """A browser on our pages: cookies, and the origin that it says."""

    http: httpx2.Client
    origin: str

    def post(self, path: str, body: Json | None = None, **headers: str) -> httpx2.Response:
        return self.http.post(path, json=body or {}, headers={"Origin": self.origin, **headers})

    def registration(self, path: str, body: Json, passkey: SoftwarePasskey) -> Json:
        asked = self.post(path, body)
        assert asked.status_code == 200, asked.text
        options = asked.json()["publicKey"]
        assert options["authenticatorSelection"]["userVerification"] == "required"
        attestation, client = passkey.registration(decoded(options["challenge"]))
        told = {
            "attestationObject": encoded(attestation),
            "clientDataJSON": encoded(client),
            "transports": ["internal"],
        }
        name = encoded(passkey.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": told}

    def assertion(self, passkey: SoftwarePasskey) -> Json:
        options = self.post("/staff/sign-in/options").json()["publicKey"]
        return assertion_of(passkey, decoded(options["challenge"]))

    def sign_in(self, passkey: SoftwarePasskey) -> httpx2.Response:
        return self.post("/staff/sign-in", {"credential": self.assertion(passkey)})


def assertion_of(passkey: SoftwarePasskey, challenge: bytes) -> Json:
    made = passkey.assertion(challenge)
    # DER as an authenticator gives it: 0x30, r and s as integers
    r, s = (int.from_bytes(part, "big") for part in (made.signature[:32], made.signature[32:]))
    parts = b"".join(_integer(part) for part in (r, s))
    told = {
        "authenticatorData": encoded(made.authenticator_data),
        "clientDataJSON": encoded(made.client_data),
        "signature": encoded(b"\x30" + bytes([len(parts)]) + parts),
    }
    return {"rawId": encoded(passkey.credential_id), "type": "public-key", "response": told}


def _integer(value: int) -> bytes:
    data = value.to_bytes(33, "big").lstrip(b"\0")
    data = b"\0" + data if data[0] & 0x80 else data
    return b"\x02" + bytes([len(data)]) + data


@pytest.fixture
def browser(service: Service) -> Browser:
    return another(service)


def another(service: Service) -> Browser:
    """Return a browser without cookies, on the address that people use."""
    return Browser(service.on_pages(), service.here.public_url)


def passkey_of(service: Service, origin: str = "") -> SoftwarePasskey:
    return SoftwarePasskey(secrets.token_bytes(32), rp_id="localhost", origin=origin or service.here.public_url)


def first_code(service: Service, code: str = NEIGHBOUR) -> str:
    operator = Principal("operator", service.institutions[code].id, frozenset(), "program")
    return issue_first_code(service.here.stores, service.here.act(operator))


def invited(service: Service, *roles: Role) -> tuple[str, str]:
    """Return a person added by the administrator, and the code of the invitation."""
    administrator = service.administrator()
    person = administrator.post("/v1/people", json={"name": "Ina Invited", "roles": list(roles)}).json()["id"]
    answer = administrator.post(f"/staff/people/{person}/invitations", json={})
    assert answer.status_code == 201, answer.text
    return person, answer.json()["code"]


def signed_in(service: Service, *roles: Role) -> tuple[Browser, SoftwarePasskey, str]:
    person, code = invited(service, *roles)
    browser, passkey = another(service), passkey_of(service)
    credential = browser.registration("/staff/set-up/options", {"code": code}, passkey)
    opened = browser.post("/staff/set-up", {"code": code, "credential": credential})
    assert opened.status_code == 200, opened.text
    return browser, passkey, person


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_first_set_up_makes_the_administrator_once(service: Service, browser: Browser) -> None:
    institution_id = service.institutions[NEIGHBOUR].id
    assert needs_set_up(service.here.stores, institution_id)
    code, spare, passkey = first_code(service), first_code(service), passkey_of(service)
    body = {"code": code, "name": "Ada First"}
    credential = browser.registration("/staff/set-up/options", body, passkey)
    opened = browser.post("/staff/set-up", {**body, "credential": credential})

    assert opened.status_code == 200, opened.text
    me = browser.http.get("/v1/me").json()
    assert (me["roles"], me["kind"], me["institution"]) == (["administrator"], "person", institution_id)
    people = browser.http.get("/v1/people", params={"limit": 200}).json()["items"]
    assert "Ada First" in {line["name"] for line in people}
    assert not needs_set_up(service.here.stores, institution_id)
    again = browser.post("/staff/set-up", {**body, "credential": credential})
    assert refusal(again) == (409, "passkey.challenge-used")
    assert refusal(browser.post("/staff/set-up/options", body)) == (404, "set-up.code")
    other = passkey_of(service)
    assert refusal(browser.post("/staff/set-up/options", {"code": spare, "name": "Eve"})) == (404, "set-up.code")
    late = {"code": first_code(service), "name": "Eve Late"}
    credential = browser.registration("/staff/set-up/options", late, other)
    assert refusal(browser.post("/staff/set-up", {**late, "credential": credential})) == (409, "set-up.done")


def test_code_without_a_name_or_for_nobody_opens_nothing(service: Service, browser: Browser) -> None:
    assert refusal(browser.post("/staff/set-up/options", {"code": "0" * 64})) == (404, "set-up.code")
    assert refusal(browser.post("/staff/set-up/options", {"code": 7})) == (422, "passkey.malformed-answer")
    code = first_code(service, HOME)
    credential = browser.registration("/staff/set-up/options", {"code": code}, passkey_of(service))
    assert refusal(browser.post("/staff/set-up", {"code": code, "credential": credential})) == (422, "person.name")


def test_invited_person_signs_in_out_and_in_again(service: Service) -> None:
    browser, passkey, person = signed_in(service, Role.OFFICER)
    me = browser.http.get("/v1/me").json()
    assert (me["id"], me["roles"]) == (person, ["officer"])

    out = browser.http.post("/staff/sign-out", headers={"Origin": browser.origin}, follow_redirects=False)
    assert out.status_code == 303
    assert browser.http.get("/v1/me").status_code == 401
    again = browser.sign_in(passkey)
    assert again.status_code == 200
    cookie = again.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert browser.http.get("/v1/agreements").status_code == 200


def test_assertion_signs_in_once(service: Service) -> None:
    browser, passkey, _ = signed_in(service)
    body = {"credential": browser.assertion(passkey)}
    assert browser.post("/staff/sign-in", body).status_code == 200
    assert refusal(browser.post("/staff/sign-in", body)) == (409, "passkey.challenge-used")
    forged = {"credential": assertion_of(passkey, secrets.token_bytes(32))}
    assert refusal(browser.post("/staff/sign-in", forged)) == (409, "passkey.challenge-used")


def test_passkeys_that_do_not_sign_in_are_refused_alike(service: Service, browser: Browser) -> None:
    _, passkey, _ = signed_in(service)
    stranger = passkey_of(service)
    elsewhere = replace_origin(passkey, "https://evil.example")
    for wrong in (stranger, elsewhere):
        assert refusal(browser.sign_in(wrong)) == (403, "sign-in.refused")


def replace_origin(passkey: SoftwarePasskey, origin: str) -> SoftwarePasskey:
    copied = SoftwarePasskey.__new__(SoftwarePasskey)
    copied.__dict__.update({**passkey.__dict__, "origin": origin})
    return copied


def test_signing_key_is_another_one_and_does_not_sign_in(service: Service, browser: Browser) -> None:
    signed, login, person = signed_in(service, Role.OFFICER)
    pen = passkey_of(service)
    credential = signed.registration("/staff/keys/options", {}, pen)
    made = signed.post("/staff/keys", {"credential": credential})
    assert made.status_code == 201, made.text

    keys = signed.http.get("/v1/keys", params={"owner": person}).json()["items"]
    assert {line["key_id"]: line["purpose"] for line in keys} == {
        pen.public.key_id: "sign",
        login.public.key_id: "login",
    }
    assert refusal(browser.sign_in(pen)) == (403, "sign-in.refused")
    again = signed.registration("/staff/keys/options", {}, login)
    assert refusal(signed.post("/staff/keys", {"credential": again})) == (409, "key.enrolled")


def test_api_key_makes_no_pen_for_its_person(service: Service) -> None:
    answer = service.officer().post("/staff/keys/options", json={})
    assert refusal(answer) == (403, "key.sign-in-first")


def test_revoked_passkey_ends_its_sessions_and_signs_in_no_more(service: Service) -> None:
    browser, passkey, _ = signed_in(service)
    path = f"/v1/keys/{passkey.public.key_id}/revocations"
    assert service.administrator().post(path, json={"ground": "lost"}).status_code == 201
    assert browser.http.get("/v1/me").status_code == 401
    assert refusal(browser.sign_in(passkey)) == (403, "sign-in.refused")


def test_person_revokes_their_own_key(service: Service) -> None:
    browser, passkey, _ = signed_in(service)
    answer = browser.http.post(
        f"/v1/keys/{passkey.public.key_id}/revocations",
        json={"ground": "orderly"},
        headers={"Origin": browser.origin, "Idempotency-Key": secrets.token_hex(16)},
    )
    assert answer.status_code == 201, answer.text
    assert browser.http.get("/v1/me").status_code == 401


def test_invitation_is_the_administrator_s(service: Service) -> None:
    person, _ = invited(service)
    for caller in (service.officer(), service.administrator(NEIGHBOUR)):
        assert caller.post(f"/staff/people/{person}/invitations", json={}).status_code in (403, 404)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_other_site_changes_nothing_in_a_signed_in_person_s_name(service: Service, origin: str) -> None:
    browser, _, _ = signed_in(service, Role.ADMINISTRATOR)
    headers = {"Idempotency-Key": secrets.token_hex(16), **({"Origin": origin} if origin else {})}
    answer = browser.http.post("/v1/people", json={"name": "Mallory"}, headers=headers)
    assert refusal(answer) == (403, "request.cross-site")
    good = {**headers, "Origin": browser.origin}
    assert browser.http.post("/v1/people", json={"name": "Alice"}, headers=good).status_code == 201


def test_session_ends_when_idle_and_after_a_day_s_work(service: Service) -> None:
    browser, _, person = signed_in(service)
    token, stores, now = browser.http.cookies["tally-staff"], service.here.stores, ids.now()
    principal = staff_of_session(stores, token, now)
    assert principal is not None
    assert principal.id == person
    assert staff_of_session(stores, token, now + IDLE + timedelta(minutes=1)) is None
    moment = now
    while moment - now < LONGEST - timedelta(minutes=20):
        moment += timedelta(minutes=20)
        assert staff_of_session(stores, token, moment) is not None
    assert staff_of_session(stores, token, now + LONGEST + timedelta(minutes=1)) is None
    assert staff_of_session(stores, "0" * 64, now) is None


def test_registration_is_bound_to_its_code(service: Service) -> None:
    """A passkey made for one code is not enrolled with another."""
    (_, mine), (_, other) = invited(service), invited(service)
    browser, passkey = another(service), passkey_of(service)
    credential = browser.registration("/staff/set-up/options", {"code": mine}, passkey)
    answer = browser.post("/staff/set-up", {"code": other, "credential": credential})
    assert refusal(answer) == (409, "passkey.challenge-used")


def test_session_token_is_kept_nowhere(service: Service) -> None:
    browser, _, _ = signed_in(service)
    token = browser.http.cookies["tally-staff"].encode()
    files = kept_files(service.settings.data)
    assert not any(token in data or bytes.fromhex(token.decode()) in data for data in files)
