"""`tally desk`, as an officer runs it: the queue, delegations, departments, attachments and evidence."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from api.cli import run
from ledger.core.log.permissions import Role
from support.applications import PICTURE, third_party
from support.decisions import NOW
from support.live_applications import entered
from support.live_service import Service

Tally = Callable[..., tuple[int, str]]
UNTIL = "2099-01-01T00:00:00+08:00"


@pytest.fixture
def tally(service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tally:
    monkeypatch.setenv("TALLY_URL", service.url)

    def ran(arguments: Sequence[str], token: str | None = None) -> tuple[int, str]:
        monkeypatch.setenv("TALLY_TOKEN", token or service.officer().token)
        status = run(["desk", *arguments])
        shown = capsys.readouterr()
        return status, shown.out + shown.err

    return ran


def test_delegation_is_given_listed_and_taken_back(tally: Tally, service: Service) -> None:
    colleague = service.newcomer(Role.RISK).get("/v1/me").json()["id"]
    status, shown = tally(["delegate", colleague, "--role", "officer", "--until", UNTIL, "--limit", "50000"])
    assert (status, "as in CNY 80,000.00" in shown) == (2, True), shown
    status, shown = tally(["delegate", colleague, "--role", "officer", "--until", UNTIL, "--limit", "CNY 50,000.00"])
    assert (status, "delegation.invalid" in shown) == (2, True), shown
    until = (service.here.now() + timedelta(days=7)).isoformat()
    status, shown = tally(
        ["delegate", colleague, "--role", "officer", "--until", until, "--limit", "CNY 5.00", "--json"]
    )
    assert status == 0, shown
    made = json.loads(shown)["id"]
    assert tally(["revoke", made])[0] == 0
    status, shown = tally(["delegations"])
    assert (status, "taken back" in shown, "CNY 5.00" in shown) == (0, True, True), shown
    assert json.loads(tally(["delegations", "--json"])[1])[0]["id"] == made
    status, shown = tally(["delegate", colleague, "--role", "officer", "--until", "soon", "--limit", "CNY 5.00"])
    assert "delegation.invalid" in shown


def test_department_is_joined_and_left_and_the_queue_listed(tally: Tally, service: Service) -> None:
    administrator, person = service.administrator(), service.newcomer(Role.RISK).get("/v1/me").json()["id"]
    assert tally(["department", person, "retail"], administrator.token)[0] == 0
    items = administrator.get("/v1/people").json()["items"]
    assert next(item for item in items if item["id"] == person)["departments"] == ["retail"]
    assert tally(["department", person, "retail", "--leave"], administrator.token)[0] == 0
    risk = service.newcomer(Role.RISK).token
    assert tally(["queue"], risk)[0] == tally(["queue", "--json"], risk)[0] == 0


def test_mail_address_is_one_s_own_or_set_by_an_administrator(tally: Tally, service: Service) -> None:
    administrator, colleague = service.administrator(), service.newcomer(Role.RISK)
    who = colleague.get("/v1/me").json()["id"]

    def address() -> object:
        items = administrator.get("/v1/people").json()["items"]
        return next(item for item in items if item["id"] == who)["email"]

    assert tally(["mail", "rita@lender.example"], colleague.token)[0] == 0
    assert address() == "rita@lender.example"
    assert tally(["mail", "r@lender.example", "--person", who], administrator.token)[0] == 0
    assert address() == "r@lender.example"
    assert "permission.denied" in tally(["mail", "x@lender.example", "--person", who])[1]
    assert tally(["mail"], colleague.token)[0] == 0
    assert address() is None


def test_what_comes_to_an_application_later_is_recorded(tally: Tally, service: Service, tmp_path: Path) -> None:
    made = entered(service).json()["id"]
    number = service.officer().get(f"/v1/applications/{made}").json()["number"]
    picture, envelope, wrong = (tmp_path / name for name in ("id.png", "envelope.json", "wrong.json"))
    picture.write_bytes(PICTURE)
    envelope.write_text(json.dumps(third_party(NOW, days=1).to_json()))
    wrong.write_text("[]")
    assert "attachment.exists" in tally(["attach", number, str(picture)])[1]
    status, shown = tally(["verify", number, "identity", "--source", "register", "--result", "confirmed"])
    assert status == 0, shown
    assert tally(["fetched", number, str(envelope), "--json"])[0] == 0
    assert "evidence.invalid" in tally(["fetched", number, str(wrong)])[1]
    assert "check-receipt.malformed" in tally(["checked", number, str(wrong), str(wrong)])[1]
    assert "application.unknown" in tally(["attach", "ALPHA-1999-000001", str(picture)])[1]
    answer = service.officer().get(f"/v1/applications/{made}").json()
    file = service.officer().get(f"/v1/applications/{made}/attachments/{answer['attachments'][0]['id']}")
    assert (file.content, file.headers["content-type"]) == (PICTURE, "image/png")
    assert [one["kind"] for one in answer["evidence"]] == ["verification", "third-party"]
