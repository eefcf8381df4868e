"""The ceremony over HTTP as a lender's program drives it, with the worker and the outbox of a real service."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.commands.agreement_ceremony import remind, send, void
from ledger.core.log.permissions import Role
from ledger.messages.console import read_outbox
from ledger.messages.door import Message
from support.live_service import Caller, Service
from support.loans import TERMS, party, pdf
from support.small_pdfs import small_pdf

SCOPE = {
    "products": [],
    "limit": {"currency": "CNY", "minor": "99900000000"},
    "valid_from": "2020-01-01",
    "valid_until": "2999-12-31",
}


def invited(address: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any member
    about = {"email": address, "birth_date": "1990-05-17", "proofing": False, **changes}
    return {"role": "borrower", "name": "Lin Xiaoyu", "person": about}


def create(officer: Caller, *signers: dict[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any member
    answer = officer.create(pdf(), {"terms": dict(TERMS), "signers": list(signers), **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = officer.get(answer.json()["location"]).json()
    return made


def message_to(service: Service, address: str, kind: str) -> Message:
    """Wait until the worker has sent this message."""
    pause = threading.Event()
    for _ in range(200):
        for message in read_outbox(service.settings.data / "outbox"):
            if (message.address, message.kind) == (address, kind):
                return message
        pause.wait(0.1)
    raise AssertionError(f"no {kind} was sent to {address}")


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_draft_is_sent_its_party_invited_and_the_agreement_voided(service: Service) -> None:
    officer = service.officer()
    made = create(officer, invited("draft@example.com"))
    path = f"/v1/agreements/{made['id']}"
    assert made["state"] == "draft"
    assert code_of(officer.post(f"{path}/send", json={"valid_days": 0}))[0] == 422
    assert officer.post(f"{path}/send", json={"valid_days": 3}).status_code == 201
    assert code_of(officer.post(f"{path}/send", json={})) == (409, "agreement.wrong-state")
    link = message_to(service, "draft@example.com", "invitation").body
    assert f"{service.here.public_url}/sign/" in link
    assert officer.post(f"{path}/void", json={"reason": "typed wrongly"}).status_code == 201
    assert officer.get(path).json()["state"] == "voided"
    message_to(service, "draft@example.com", "voided")
    notices = officer.get(f"{path}/notices").json()["items"]
    assert [(line["kind"], line["status"]) for line in notices] == [("invitation", "sent"), ("voided", "sent")]
    assert "draft@example.com" not in json.dumps(notices)


def test_a_party_is_reminded_once_a_day_and_replaced(service: Service) -> None:
    officer = service.officer()
    made = create(officer, invited("first@example.com"), send=True)
    path, signer = f"/v1/agreements/{made['id']}", made["signers"][0]["id"]
    message_to(service, "first@example.com", "invitation")
    assert officer.post(f"{path}/signers/{signer}/remind").status_code == 201
    assert code_of(officer.post(f"{path}/signers/{signer}/remind")) == (409, "reminder.too-soon")
    body = {"signer": invited("second@example.com"), "reason": "moved abroad"}
    assert officer.post(f"{path}/signers/{signer}/replace", json=body).status_code == 201
    message_to(service, "second@example.com", "invitation")
    assert code_of(officer.post(f"{path}/signers/{signer}/replace", json=body)) == (409, "signer.replaced")
    assert [line["id"] for line in officer.get(path).json()["signers"]] != [signer]


def test_a_power_of_attorney_is_attached_with_its_scope(service: Service) -> None:
    officer = service.officer()
    made = create(officer, invited("company@example.com", acts_for="Lin Trading Ltd"), send=True)
    path = f"/v1/agreements/{made['id']}/signers/{made['signers'][0]['id']}/authority"
    files = {"document": ("power.pdf", small_pdf(), "application/pdf")}
    assert officer.post(path, files=files, data={"scope": json.dumps(SCOPE)}).status_code == 201
    wrong = officer.post(path, files=files, data={"scope": "{}"})
    assert code_of(wrong) == (422, "authority.invalid")
    assert code_of(officer.post(path, files=files, data={"scope": "{}", "more": "1"})) == (422, "form.unknown-part")


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "agreement.send": lambda body: body.update(send="yes"),
    "agreement.reading_code": lambda body: body.update(reading_code=5),
    "agreement.valid_days": lambda body: body.update(valid_days="30"),
    "valid_days": lambda body: body.update(valid_days=500, send=True),
    "reading_code": lambda body: body.update(reading_code="no code"),
    "agreement.more": lambda body: body.update(more=1),
    "signers[0].person.email": lambda body: body["signers"][0]["person"].update(email="nobody"),
    "signers[0].person.birth_date": lambda body: body["signers"][0]["person"].pop("birth_date"),
    "signers[0].key": lambda body: body["signers"][0].pop("person"),
    "signers[0].order": lambda body: body["signers"][0].update(order=0),
}


@pytest.mark.parametrize("field", sorted(BROKEN))
def test_what_breaks_a_rule_is_refused_and_named(service: Service, field: str) -> None:
    body: dict[str, Any] = {"terms": dict(TERMS), "signers": [invited("broken@example.com")]}
    BROKEN[field](body)
    answer = service.officer().create(pdf(), body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_webhook_is_added_seen_and_removed_by_an_administrator(service: Service) -> None:
    administrator = service.administrator()
    added = administrator.post("/v1/webhooks", json={"url": "https://lender.example/hook", "events": []})
    assert added.status_code == 201
    assert len(added.json()["secret"]) == 64
    path = f"/v1/webhooks/{added.json()['id']}"
    listed = service.auditor().get("/v1/webhooks").json()["items"]
    assert {"id": added.json()["id"], "url": "https://lender.example/hook", "events": []} in listed
    assert administrator.get(f"{path}/deliveries", params={"status": "dead"}).json() == {"items": [], "next": None}
    assert administrator.post(f"{path}/replays", json={"since": "2020-01-01T00:00:00Z"}).json()["queued"] >= 0
    assert administrator.post(f"{path}/removals").status_code == 201
    assert code_of(administrator.post(f"{path}/removals")) == (409, "webhook.removed")
    for url in ("http://lender.example/hook", "https://user@lender.example/"):
        assert code_of(administrator.post("/v1/webhooks", json={"url": url})) == (422, "webhook.url")
    assert code_of(service.person(Role.OFFICER).get("/v1/webhooks")) == (403, "permission.denied")


def test_a_webhook_s_secret_is_not_told_twice(service: Service) -> None:
    body = {"url": "https://lender.example/once"}
    administrator = service.administrator()
    first = administrator.post("/v1/webhooks", json=body, key="the-same-request")
    again = administrator.post("/v1/webhooks", json=body, key="the-same-request")
    assert first.status_code == 201
    assert code_of(again) == (409, "webhook.shown-once")
    administrator.post(f"/v1/webhooks/{first.json()['id']}/removals")


def test_whoever_has_a_key_signs_by_program_in_their_turn(service: Service) -> None:
    officer = service.officer()
    first, second = party(), party("lender", name="Loan office")
    made = create(officer, {**first.to_json(), "order": 2}, {**second.to_json(), "order": 1}, send=True)
    assert [(line["order"], line["is_turn"], line["missing"]) for line in made["signers"]] == [
        (2, False, []),
        (1, True, []),
    ]
    assert made["expires_at"] is not None
    asked = create(officer, invited("steps@example.com", proofing=True))
    assert asked["signers"][0]["missing"] == ["viewed", "identified", "consented", "read"]
    assert (asked["signers"][0]["is_turn"], asked["expires_at"]) == (False, None)
    assert officer.get("/v1/identity").json() == {"items": [], "next": None}


def test_staff_send_remind_and_void_by_command(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    officer = service.officer()
    file = tmp_path / "officer.token"
    file.write_text(officer.token, encoding="utf-8")
    file.chmod(0o600)
    made = create(officer, invited("command@example.com"))
    send(made["number"], days=3, url=service.url, token_file=file)
    message_to(service, "command@example.com", "invitation")
    remind(made["number"], made["signers"][0]["id"], url=service.url, token_file=file)
    void(made["id"], reason="typed wrongly", as_json=True, url=service.url, token_file=file)
    said = capsys.readouterr().out
    assert "Sent" in said
    assert "Reminded" in said
    assert officer.get(f"/v1/agreements/{made['id']}").json()["state"] == "voided"
