"""`tally application` and `tally policy rules`, as an officer, risk and an administrator of one lender run them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import run
from api.commands.demo_contract import BRIEF_TERMS
from api.commands.terms_hash import terms_hash
from ledger.core.log.permissions import Role
from signing.algorithms import Suite
from signing.keys.files import create_key
from signing.keys.signer import EvmSigner
from support.applications import PICTURE, application
from support.approvals import cn_identity
from support.live_applications import MADE_HERE
from support.live_service import DECIDING, Caller, Service
from support.policies import unchecked

Tally = Callable[..., tuple[int, str]]


@pytest.fixture
def tally(service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tally:
    monkeypatch.setenv("TALLY_URL", service.url)
    monkeypatch.setenv("TALLY_KEY_PASSPHRASE", "words")

    def ran(caller: Caller, *arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("TALLY_TOKEN", caller.token)
        status = run(list(arguments))
        shown = capsys.readouterr()
        return status, shown.out + shown.err

    return ran


@pytest.fixture(scope="module")
def people(service: Service) -> dict[str, Caller]:
    """An officer who enters, one who decides, risk, and the administrator, with a policy that asks for no blacklist check."""
    named = {"Otto": Role.OFFICER, "Olga": Role.OFFICER, "Rita": Role.RISK}
    callers = {name: service.newcomer(role, institution=DECIDING) for name, role in named.items()}
    callers["Ada"] = service.administrator(DECIDING)
    body = {"policy": unchecked().to_json(), "valid_from": "2026-01-01T00:00:00Z"}
    proposed = callers["Rita"].post("/v1/policies", json=body).json()["id"]
    assert callers["Ada"].post(f"/v1/policies/{proposed}/publications").status_code == 201
    return callers


def entered(tally: Tally, otto: Caller, folder: Path, number: int, minor: str) -> str:
    content = {name: value for name, value in application().to_json().items() if name not in MADE_HERE}
    content["amount"] = {"currency": "CNY", "minor": minor}
    identity = {"kind": "cn-id", "value": cn_identity(number)}
    people = [{"role": "borrower", "name": "林小雨", "identity": identity, "phone": None}]
    file = folder / "application.json"
    file.write_text(json.dumps({"application": content, "people": people}))
    (folder / "content.json").write_text(json.dumps({**content, "term_months": 12}))
    (folder / "agreed.json").write_text(json.dumps(BRIEF_TERMS))
    status, shown = tally(otto, "application", "create", str(file), "--terms", str(folder / "agreed.json"), "--json")
    assert status == 0, shown
    made = json.loads(shown)
    files = {"file": ("identity.png", PICTURE, "image/png")}
    assert otto.post(f"/v1/applications/{made['id']}/attachments", files=files).status_code == 201
    return str(made["number"])


def key_of(caller: Caller, administrator: Caller, file: Path) -> Path:
    signer = create_key(file, purpose="signer", suite=Suite.ED25519, passphrase=b"words")
    assert not isinstance(signer, EvmSigner)
    body = {
        "owner": {"kind": "person", "id": caller.get("/v1/me").json()["id"]},
        "proofing": {"provider": "desk", "grade": "lenders-word"},
        "key": signer.public.to_json(),
        "purpose": "sign",
    }
    assert administrator.post("/v1/keys", json=body).status_code == 201
    return file


def test_rule_set_is_exported_proposed_published_and_decides(
    tally: Tally, people: dict[str, Caller], tmp_path: Path
) -> None:
    file = str(tmp_path / "rules.json")
    assert tally(people["Rita"], "policy", "rules", "export", "-o", file)[0] == 0
    assert "small-loans version 1" in tally(people["Rita"], "policy", "rules", "check", file)[1]
    assert json.loads(tally(people["Rita"], "policy", "rules", "check", file, "--json")[1])["version"] == 1
    proposed = json.loads(tally(people["Rita"], "policy", "rules", "propose", file, "--json")[1])["id"]
    status, shown = tally(people["Rita"], "policy", "rules", "publish", proposed)
    assert (status, "ruleset.own" in shown) == (2, True)
    status, shown = tally(people["Ada"], "policy", "rules", "publish", proposed)
    assert status == 0, shown
    assert "small-loans" in tally(people["Rita"], "policy", "rules", "list")[1]
    again = tally(people["Rita"], "policy", "rules", "propose", file)
    assert (again[0], "ruleset.version" in again[1]) == (3, True)

    small = entered(tally, people["Otto"], tmp_path, 501, "4000000")
    status, shown = tally(people["Otto"], "application", "submit", small)
    assert (status, "approved" in shown) == (0, True), shown
    status, shown = tally(people["Otto"], "application", "show", small)
    assert "CNY 40,000.00, 24 months" in shown
    assert "rule-set" in shown


def test_application_is_corrected_countered_taken_and_withdrawn(
    tally: Tally, people: dict[str, Caller], tmp_path: Path
) -> None:
    evidence = tmp_path / "letter.txt"
    evidence.write_text("what shows it")
    key = str(key_of(people["Olga"], people["Ada"], tmp_path / "olga.json"))
    number = entered(tally, people["Otto"], tmp_path, 503, "10000000")

    def said(who: str, *arguments: str, code: str = "") -> str:
        status, shown = tally(people[who], "application", *arguments)
        assert (status == 0) is not bool(code), shown
        assert code in shown
        return shown

    said("Otto", "correct", number, str(tmp_path / "content.json"))
    assert "waits for officer" in said("Otto", "submit", number)
    told = ("--message", "m-1", "--until", "2099-01-01", "--status", "delivered")
    said("Otto", "tell", number, *told, code="application.not-open")
    offer = ("decide", number, "counter", "--key", key, "--reason", "too much", "--condition")
    said("Olga", *offer, "amount=USD 80,000.00", code="decision.offer")
    said("Olga", *offer, "amount=CNY 80,000.00")
    assert "amount=CNY 80,000.00; too much" in said("Otto", "show", number)
    said("Otto", "tell", number, *told)
    terms = tmp_path / "terms.json"
    terms.write_text("[]")
    said("Otto", "accept", number, "--terms", str(terms), "--evidence", str(evidence), code="terms.invalid")
    terms.write_text(json.dumps({**BRIEF_TERMS, "amount": {"currency": "CNY", "minor": "8000000"}}))
    said("Otto", "accept", number, "--terms", str(terms), "--evidence", str(evidence))
    found = json.loads(said("Otto", "show", number, "--json"))
    assert (found["state"], found["version"], found["content"]["amount"]["minor"]) == ("draft", 3, "8000000")
    assert found["content"]["terms_sha256"] == terms_hash(str(terms)) == terms_hash(terms_hash(str(terms)))
    assert "counter" in said("Otto", "show", number)
    brought = ("--what", "the deed", "--evidence", str(evidence))
    said("Olga", "condition", number, "0", *brought, code="application.not-open")
    said("Olga", "check-condition", number, "0", code="application.not-open")
    said("Otto", "withdraw", number, "--ground", "bought elsewhere", "--evidence", str(evidence))
    assert "withdrawn" in said("Otto", "list", "--number", number)
    assert number in said("Otto", "list", "--identity", f"cn-id:{cn_identity(503)}")
    assert number not in said("Otto", "list", "--identity", f"cn-id:{cn_identity(599)}")
    said("Otto", "list", "--identity", cn_identity(503), code="identifier.kind")
    member = str(people["Rita"].get("/v1/me").json()["id"])
    said("Rita", "committee", number, "--member", member, "--chair", member, code="application.not-open")
    said("Otto", "show", "NO-SUCH-NUMBER", code="application.unknown")
    said("Otto", "list", "--number", "1", "--person", "x", code="application.search")
