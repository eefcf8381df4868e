"""Applications over HTTP: a policy in four eyes, an application on its path, decisions signed with the deciders' own keys."""

import base64
import secrets
from typing import Any

import httpx2
import pytest

from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.log.permissions import Role
from signing.algorithms import Suite
from signing.keys.signer import Ed25519Signer, open_signer
from support.live_applications import IDENTITY, entered
from support.live_service import DECIDING, Caller, Service
from support.policies import unchecked


class Decider:
    """A caller with a signing key enrolled for them."""

    def __init__(self, caller: Caller) -> None:
        signer = open_signer(Suite.ED25519, secrets.token_bytes(32), purpose="decide")
        assert isinstance(signer, Ed25519Signer)
        self.caller, self.key = caller, signer

    def enrol(self, administrator: Caller) -> "Decider":
        own = self.caller.get("/v1/me").json()["id"]
        body = {
            "owner": {"kind": "person", "id": own},
            "proofing": {"provider": "desk", "grade": "lenders-word"},
            "key": self.key.public.to_json(),
            "purpose": "sign",
        }
        answer = administrator.post("/v1/keys", json=body)
        assert answer.status_code == 201, answer.text
        return self

    def statement(self, loan: str, verdict: str = "approve") -> httpx2.Response:
        body = {"verdict": verdict, "key_id": self.key.public.key_id}
        return self.caller.post(f"/v1/applications/{loan}/decision-statements", json=body)

    def say(self, loan: str, verdict: str = "approve") -> httpx2.Response:
        asked = self.statement(loan, verdict)
        assert asked.status_code == 200, asked.text
        return self.send(loan, asked.json()["statement"])

    def send(self, loan: str, statement: str) -> httpx2.Response:
        public, value = self.key.public, self.key.sign(base64.b64decode(statement))
        signature = {"suite": public.suite, "key_id": public.key_id, "value": value.hex()}
        return self.caller.post(
            f"/v1/applications/{loan}/decisions", json={"statement": statement, "signature": signature}
        )


@pytest.fixture(scope="module")
def people(service: Service) -> dict[str, Decider]:
    administrator = service.administrator(DECIDING)
    found = {
        name: Decider(service.newcomer(role, institution=DECIDING)).enrol(administrator)
        for name, role in (("Olga", Role.OFFICER), ("Rita", Role.RISK), ("Hans", Role.DEPARTMENT_HEAD))
    }
    body = {"policy": unchecked().to_json(), "valid_from": "2026-01-01T00:00:00Z"}
    proposed = found["Rita"].caller.post("/v1/policies", json=body)
    assert proposed.status_code == 201, proposed.text
    own = found["Rita"].caller.post(f"/v1/policies/{proposed.json()['id']}/publications")
    assert (own.status_code, own.json()["code"]) == (403, "policy.own")
    assert administrator.post(f"/v1/policies/{proposed.json()['id']}/publications").status_code == 201
    return found


def submitted(service: Service) -> str:
    loan: str = entered(service, DECIDING).json()["id"]
    assert service.officer(DECIDING).post(f"/v1/applications/{loan}/submissions").status_code == 201
    return loan


def test_loan_is_approved_by_the_people_the_policy_names(service: Service, people: dict[str, Decider]) -> None:
    loan = submitted(service)
    first = [line["id"] for line in people["Olga"].caller.get("/v1/queue").json()["items"]]
    assert loan in first
    assert loan not in [line["id"] for line in service.officer(DECIDING).get("/v1/queue").json()["items"]]  # their own
    path = service.officer(DECIDING).get(f"/v1/applications/{loan}").json()["path"]
    for name in {"two": ("Olga", "Rita"), "three": ("Olga", "Rita", "Hans")}[path]:
        answer = people[name].say(loan)
        assert answer.status_code == 201, answer.text
        assert answer.json()["receipt"]
    assert service.officer(DECIDING).get(f"/v1/applications/{loan}").json()["state"] == "approved"


def test_statement_is_used_once_and_by_its_signer_only(service: Service, people: dict[str, Decider]) -> None:
    loan = submitted(service)
    statement = people["Olga"].statement(loan).json()["statement"]
    other = people["Rita"].send(loan, statement)
    assert other.json()["code"] in {"decision.other-decider", "signature.wrong-key"}
    assert people["Olga"].send(loan, statement).status_code == 201
    again = people["Olga"].send(loan, statement)
    assert (again.status_code, again.json()["code"]) == (409, "statement.nonce-used")


def test_application_is_found_by_what_is_nowhere_in_clear(service: Service, people: dict[str, Decider]) -> None:
    del people
    loan = entered(service, DECIDING).json()["id"]
    for search, value in (
        ("name", "林小雨"),
        ("phone", "+86 138 0013 8000"),
        ("identity", f"cn-id:{IDENTITY['value']}"),
    ):
        found = service.officer(DECIDING).get("/v1/applications", params={"search": search, "value": value}).json()
        assert loan in [line["id"] for line in found["items"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": {"currency": "CNY", "minor": 12.5}}, "body"),
        ({"amount": {"currency": "yuan", "minor": "1"}}, "application.amount"),
        ({"number": "X"}, "number"),
        ({"term_months": "24"}, "application.term_months"),
    ],
)
def test_bad_application_is_refused_naming_the_place(service: Service, changes: dict[str, Any], field: str) -> None:
    answer = entered(service, DECIDING, **changes)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


def test_policy_with_a_gap_is_refused_with_an_example(people: dict[str, Decider]) -> None:
    policy = DEFAULT_POLICY.to_json()
    policy["rows"] = policy["rows"][:-1]  # type: ignore[index]  # the shape is known here
    answer = people["Rita"].caller.post("/v1/policies", json={"policy": policy, "valid_from": "2026-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (422, "policy.gap")
    assert "a listing found" in answer.json()["detail"]
