"""Every route × every role, over HTTP: what is not named here is denied, and a route that is not named here fails the test."""

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.wiring import ids
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.log.permissions import Role
from signing.algorithms import Suite
from signing.canonical import encode
from signing.envelope import Signature
from support.applications import PICTURE
from support.kept_files import kept_files
from support.live_applications import entered
from support.live_service import HOME, NEIGHBOUR, Caller, Service
from support.loans import Loan, agreement_of, loan, party, pdf, signature_body
from support.permission_table import MAY

EMPTY_DRAFT: Mapping[str, Any] = {"language": "zh", "terms": {}, "lender": {}, "signers": []}


def routes_of(service: Service) -> Iterator[str]:
    """Yield "METHOD /path" of everything the application answers, static files aside."""
    app = create_app(service.here)
    for route in iter_route_contexts(app.routes):
        for method in sorted(getattr(route, "methods", None) or ()):
            if method != "HEAD":
                yield f"{method} {getattr(route, 'path', '')}"


# Pages of a browser's own session, which no API key opens: tests/integration/pages asks each of them as a stranger.
OWN_SESSION = ("/sign/", "/staff", "/blacklist/check")


def test_every_route_is_classified_and_nothing_is_classified_that_is_gone(service: Service) -> None:
    assert {route for route in routes_of(service) if not route.split(" ")[1].startswith(OWN_SESSION)} == set(MAY)


@dataclass(frozen=True)
class World:
    """A caller for every role, and real things to ask for."""

    service: Service
    loan: Loan
    callers: Mapping[str, Caller]
    person: str
    key_id: str
    application: str
    policy: str

    def ask(self, route: str, caller: Caller) -> httpx2.Response:
        method, path = route.split(" ")
        values: dict[str, str] = {
            "agreement_id": self.loan.id,
            "entry_id": self.loan.entry,
            "signer_id": self.loan.signer_ids[0],
            "submission_id": self.loan.id,
            "webhook_id": self.loan.id,
            "application_id": self.application,
            "policy_id": self.policy,
            "rule_set_id": self.person,
            "delegation_id": self.loan.id,
            "attachment_id": self.loan.id,
            "department": "retail",
            "place": "0",
            "key_id": self.key_id,
            "template": "personal-instalment",
            "epoch_id": "0" * 64,
            "listing_id": self.loan.id,
            "prefix": "0",
            "index": "1",
        }
        values |= {"person_id": self.person, "api_key_id": self.person, "role": "partner", "name": HOME.lower()}
        bundle = "entries" in path
        path = path.replace("{path:path}", "000" if bundle else "0/000").format(**values)
        query = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"} if path == "/v1/kpis" else {}
        return caller.get(path, params=query) if method == "GET" else self._post(route, path, caller)

    def _post(self, route: str, path: str, caller: Caller) -> httpx2.Response:
        statement = self.loan.statement()
        wrong = party().sign(statement)
        form: dict[str, Any] = {"agreement": (None, "{}"), "document": ("a.pdf", b"not a PDF", "application/pdf")}
        parts: Mapping[str, dict[str, Any]] = {
            "POST /v1/agreements": {"files": {**form, "agreement": (None, '{"terms":{},"signers":[]}')}},
            "POST /v1/agreements/{agreement_id}/signatures": {"json": signature_body(statement.to_bytes(), wrong)},
            "POST /v1/agreements/{agreement_id}/submit": {"json": {"application": "none"}},
            "POST /v1/agreements/{agreement_id}/send": {"json": {}},
            "POST /v1/agreements/{agreement_id}/void": {"json": {"reason": " "}},
            "POST /v1/agreements/{agreement_id}/signers/{signer_id}/authority": {
                "files": {"document": form["document"], "scope": (None, "{}")}
            },
            "POST /v1/agreements/{agreement_id}/signers/{signer_id}/replace": {"json": {"signer": {}, "reason": " "}},
            "POST /v1/identity/{submission_id}/decisions": {"json": {"accepted": True}},
            "POST /v1/webhooks": {"json": {"url": "http://lender.example"}},
            "POST /v1/webhooks/{webhook_id}/replays": {"json": {"since": "2026-11-23T00:00:00Z"}},
            "POST /v1/api-keys": {"json": {"principal_id": self.loan.id}},
            "POST /v1/blacklist/endorsements": {"json": {"epoch": "0" * 64, "version": None, "signature": "0" * 130}},
            "POST /v1/blacklist/listings/{listing_id}/steps": {"json": {"step": {}}},
            "POST /v1/blacklist/subject-requests": {"json": {"request": {}}},
            "POST /v1/blacklist/listings": {"json": {"listing": {}, "sealed": ""}},
            "POST /v1/applications": {"json": {"application": {}, "people": []}},
            "POST /v1/applications/{application_id}/acceptances": {
                "json": {"terms_sha256": "0" * 64, "evidence_sha256": "0" * 64}
            },
            "POST /v1/applications/{application_id}/conditions/{place}/reports": {
                "json": {"evidence_sha256": "0" * 64, "what": "a deed"}
            },
            "POST /v1/applications/{application_id}/corrections": {"json": {"application": {}}},
            "POST /v1/applications/{application_id}/mails": {"json": {"until": "2026-12-24"}},
            "POST /v1/applications/{application_id}/tellings": {
                "json": {"message_id": "1", "channel": "sms", "status": "sent", "until": "2099-01-01"}
            },
            "POST /v1/applications/{application_id}/withdrawals": {
                "json": {"ground": "bought elsewhere", "evidence_sha256": "0" * 64}
            },
            "POST /v1/applications/{application_id}/sittings": {
                "json": {"members": [self.person], "chair": self.person}
            },
            "POST /v1/applications/{application_id}/decision-statements": {
                "json": {"verdict": "approve", "key_id": self.key_id}
            },
            "POST /v1/applications/{application_id}/decisions": {"json": signature_body(statement.to_bytes(), wrong)},
            "POST /v1/policies": {"json": {"policy": {}, "valid_from": "2026-11-23T00:00:00Z"}},
            "POST /v1/policies/checks": {"content": encode(DEFAULT_POLICY.to_json())},
            "POST /v1/policies/dry-runs": {
                "content": encode(DEFAULT_POLICY.to_json()),
                "params": {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"},
            },
            "POST /v1/policies/files": {
                "content": b"no policy",
                "params": {"valid_from": "2026-11-23T00:00:00Z"},
            },
            "POST /v1/rule-sets": {"json": {"rule_set": {}, "valid_from": "2026-11-23T00:00:00Z"}},
            "POST /v1/keys": {"json": new_key("not proofed", replaces=self.key_id)},
            "POST /v1/keys/{key_id}/revocations": {"json": {"ground": "lost"}},
            "POST /v1/people/{person_id}/addresses": {"json": {"email": "no address"}},
            "POST /v1/people/{person_id}/departments": {"json": {"department": "No Word"}},
            "POST /v1/applications/{application_id}/attachments": {
                "files": {"file": ("a.png", PICTURE + b"another", "image/png")}
            },
            "POST /v1/applications/{application_id}/verifications": {
                "json": {"material": "identity", "source": "register", "result": "confirmed"}
            },
            "POST /v1/applications/{application_id}/third-party-data": {
                "json": {
                    "source": "credit-report",
                    **dict.fromkeys(("consent_sha256", "request_sha256", "response_sha256"), "0" * 64),
                    **dict.fromkeys(("fetched_at", "valid_until"), "2026-11-23T00:00:00.000Z"),
                }
            },
            "POST /v1/applications/{application_id}/checks": {"json": {"receipt": "e30=", "opening": "e30="}},
            "POST /v1/delegations": {
                "json": {
                    "delegate": self.person,
                    "role": "risk",
                    "until": "2020-01-01T00:00:00Z",
                    "limit": {"currency": "CNY", "minor": "1"},
                }
            },
            "POST /v1/people": {"json": {"name": "No name with spaces at its ends "}},
            "POST /v1/people/{person_id}/roles": {"json": {"role": "partner"}},
            "POST /v1/templates/{template}/agreements": {"json": EMPTY_DRAFT},
            "POST /v1/templates/{template}/previews": {"json": EMPTY_DRAFT},
            "POST /v1/verifications": {"files": {"file": ("a.pdf", self.loan.document)}},
            "POST /verify": {"files": {"file": ("a.pdf", self.loan.document), "receipt": ("r.json", b"{}")}},
            "POST /rpc": {"json": {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}},
        }
        return caller.post(path, **parts.get(route, {}))


@pytest.fixture(scope="module")
def world(service: Service) -> World:
    callers: dict[str, Caller] = {
        "nobody": service.nobody(),
        "no role": service.person(),
        **{role: service.person(role) for role in Role},
    }
    added = service.administrator().post("/v1/people", json={"name": "Somebody Else"})
    enrolled = service.officer().post("/v1/keys", json=new_key("CN:1"))
    applied = entered(service).json()["id"]
    later = {"policy": DEFAULT_POLICY.to_json(), "valid_from": "2099-01-01T00:00:00Z"}
    policy = service.newcomer(Role.RISK).post("/v1/policies", json=later).json()["id"]
    return World(service, loan(service.officer()), callers, added.json()["id"], enrolled.json()["id"], applied, policy)


def new_key(identity: str, **changes: object) -> dict[str, Any]:
    body = {"owner": {"kind": "customer"}, "proofing": {"provider": "local", "grade": "lenders-word"}, **changes}
    return {**body, "key": party().key.public.to_json(), "identity": identity}


@pytest.mark.parametrize("route", sorted(MAY))
def test_a_route_serves_exactly_the_roles_that_may(world: World, route: str) -> None:
    for who, caller in world.callers.items():
        answer = world.ask(route, caller)
        refused = answer.status_code in (401, 403)
        assert refused is (who not in MAY[route]), f"{who}: {answer.status_code} {answer.text[:200]}"
        assert answer.status_code < 500, f"{who}: {answer.text[:200]}"
        if refused and not route.endswith("verifications"):
            assert answer.json()["code"] == ("auth.required" if who == "nobody" else "permission.denied")


@pytest.mark.parametrize("token", ["tally_", "tally_" + "0" * 12 + "_" + "0" * 64, "x" * 5000, "ÿ"])
def test_a_wrong_key_is_refused_even_where_none_is_needed(service: Service, token: str) -> None:
    headers = {b"Authorization": b"Bearer " + token.encode("latin-1")}
    files = {"file": ("a", b"x"), "receipt": ("r", b"{}")}
    for answer in (
        service.nobody().http.get("/v1/me", headers=headers),
        service.nobody().http.post("/v1/verifications", files=files, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.required")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_stops_working_at_once(service: Service) -> None:
    administrator = service.administrator()
    person = administrator.post("/v1/people", json={"name": "Short Stay", "roles": ["auditor"]}).json()["id"]
    issued = administrator.post("/v1/api-keys", json={"principal_id": person}).json()
    held = service.with_token(issued["token"])
    assert held.get("/v1/me").json()["roles"] == ["auditor"]
    assert administrator.post(f"/v1/api-keys/{issued['id']}/revocations").status_code == 201
    assert held.get("/v1/me").status_code == 401
    body = signature_body(b"{}", Signature(Suite.ED25519, "ed25519:" + "0" * 32, bytes(64)))
    assert held.post(f"/v1/agreements/{ids.new_id()}/signatures", json=body).status_code == 401
    again = administrator.post(f"/v1/api-keys/{issued['id']}/revocations")
    assert (again.status_code, again.json()["code"]) == (409, "api-key.not-active")


def test_a_role_taken_back_stops_counting_at_once(service: Service) -> None:
    administrator = service.administrator()
    person = administrator.post("/v1/people", json={"name": "Short Power", "roles": ["officer"]}).json()["id"]
    held = service.with_token(administrator.post("/v1/api-keys", json={"principal_id": person}).json()["token"])
    assert held.get("/v1/agreements").status_code == 200
    assert administrator.post(f"/v1/people/{person}/roles/officer/revocations").status_code == 201
    assert held.get("/v1/agreements").status_code == 403
    for path, code in ((f"{person}/roles/officer/revocations", "role.not-held"),):
        again = administrator.post(f"/v1/people/{path}")
        assert (again.status_code, again.json()["code"]) == (409, code)


def test_nobody_changes_their_own_roles(service: Service) -> None:
    administrator = service.administrator()
    own = administrator.get("/v1/me").json()["id"]
    answer = administrator.post(f"/v1/people/{own}/roles", json={"role": "officer"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role.own")


_ELSEWHERE: Mapping[str, Callable[[Loan, str], str]] = {
    "agreement": lambda made, _: made.path,
    "document": lambda made, _: f"{made.path}/document",
    "evidence": lambda made, _: f"{made.path}/evidence",
    "statement": lambda made, _: f"{made.path}/statements/{made.signer_ids[0]}",
    "receipt": lambda made, _: f"/v1/entries/{made.entry}/receipt",
}


@pytest.mark.parametrize("what", sorted(_ELSEWHERE))
def test_what_belongs_to_a_neighbour_looks_as_if_it_did_not_exist(service: Service, world: World, what: str) -> None:
    neighbour = service.officer(NEIGHBOUR)
    there = neighbour.get(_ELSEWHERE[what](world.loan, ""))
    nowhere_id = world.loan.id[:-12] + secrets.token_hex(6)
    absent = Loan(neighbour, nowhere_id, nowhere_id, b"", (), (nowhere_id,), {})
    nowhere = neighbour.get(_ELSEWHERE[what](absent, ""))
    assert there.status_code == nowhere.status_code == 404
    assert there.json() == nowhere.json()


def test_writing_to_a_neighbour_s_things_looks_as_if_they_did_not_exist(service: Service, world: World) -> None:
    neighbour, administrator = service.officer(NEIGHBOUR), service.administrator(NEIGHBOUR)
    statement = world.loan.statement()
    body = signature_body(statement.to_bytes(), world.loan.parties[0].sign(statement))
    answers = [
        neighbour.post(f"{world.loan.path}/signatures", json=body),
        administrator.post("/v1/api-keys", json={"principal_id": world.person}),
        administrator.post(f"/v1/people/{world.person}/roles", json={"role": "officer"}),
        administrator.post(f"/v1/people/{world.person}/roles/officer/revocations"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["code"] for answer in answers} == {"agreement.unknown", "person.unknown"}


def test_a_neighbour_s_document_and_entries_are_not_found_by_search(service: Service, world: World) -> None:
    neighbour = service.officer(NEIGHBOUR)
    mine = world.loan.officer.get(world.loan.path).json()
    for search, value in (
        ("document", mine["document"]["sha256"]),
        ("number", mine["number"]),
        ("name", world.loan.parties[0].name),
    ):
        query = {"search": search, "value": value}
        assert world.loan.id in {
            line["id"]
            for line in world.loan.officer.get("/v1/agreements", params={**query, "limit": 200}).json()["items"]
        }
        found = neighbour.get("/v1/agreements", params=query)
        assert found.json()["items"] == []
    lookup = neighbour.post("/v1/verifications", files={"file": ("a.pdf", world.loan.document)})
    assert (lookup.status_code, lookup.json()["code"]) == (404, "document.unknown")
    bundle = service.auditor(NEIGHBOUR).get(f"/log/{HOME.lower()}/tile/entries/000.p/1")
    assert (bundle.status_code, bundle.json()["code"]) == (403, "permission.denied")


def test_an_administrator_reads_no_personal_data(service: Service, world: World) -> None:
    seen = service.administrator().get(world.loan.path).json()
    assert seen["terms"] is None
    assert {signer["name"] for signer in seen["signers"]} == {None}
    by_name = service.administrator().get("/v1/agreements", params={"search": "name", "value": "Lin Xiaoyu"})
    assert (by_name.status_code, by_name.json()["code"]) == (403, "permission.denied")


@pytest.fixture(scope="module")
def crowd(service: Service) -> Mapping[str, list[str]]:
    """Agreements of two institutions: what each list must show."""
    return {
        code: [service.officer(code).create(pdf(), agreement_of(party())).json()["id"] for _ in range(4)]
        for code in (HOME, NEIGHBOUR)
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_lists_and_single_reads_agree(service: Service, crowd: Mapping[str, list[str]], data: st.DataObject) -> None:
    institution = data.draw(st.sampled_from([HOME, NEIGHBOUR]))
    roles = data.draw(st.sampled_from([(), (Role.OFFICER,), (Role.AUDITOR,), (Role.PARTNER,), (Role.OPERATOR,)]))
    reader = service.person(*roles, institution=institution)
    wanted = data.draw(st.sampled_from([one for ids in crowd.values() for one in ids]))
    single = reader.get(f"/v1/agreements/{wanted}").status_code == 200
    assert single is (wanted in _listed(reader, limit=data.draw(st.integers(3, 200))))


def _listed(reader: Caller, *, limit: int) -> set[str]:
    """Return every id that the pages of the list show; they are newest first and repeat nothing."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        page = reader.get("/v1/agreements", params=query)
        if page.status_code != 200:
            assert page.status_code == 403
            return set()
        found += [line["id"] for line in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert found == sorted(set(found), reverse=True)
    return set(found)


def test_the_token_of_an_api_key_is_kept_nowhere(service: Service) -> None:
    token = service.newcomer(Role.PARTNER).token
    secret = token.rsplit("_", 1)[1]
    kept = kept_files(service.settings.data, but=".token")
    assert not any(secret.encode() in data or base64.b16decode(secret.upper()) in data for data in kept)
