"""Contracts typeset over HTTP: on record under the institution's number, in order, and each refusal by its field."""

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from api.cli import run
from signing.algorithms import Suite
from signing.canonical import Json, encode
from support.drafts import draft, signer
from support.live_service import Service
from support.loan_terms import repayment
from support.loans import Loan, party
from support.shared_data import REPOSITORY

PATH = "/v1/templates/personal-instalment/agreements"
LATER = {"drawdown": "2090-12-01", "first_due": "2091-01-01"}
PLAN = repayment(method="equal-instalment", every_months=1, day_count="30/360", **LATER)


def order(**changes: Json) -> dict[str, Any]:
    """Return a draft of a personal loan in the future; `changes` are of its terms."""
    return draft("zh-en", **({"repayment": PLAN} | changes))


def test_templates_are_listed_with_what_fits_them(service: Service) -> None:
    answer = service.officer().get("/v1/templates").json()
    names = {item["name"]: item for item in answer["items"]}
    assert set(names) == {"personal-instalment", "small-business"}
    assert names["personal-instalment"]["parties"]["borrower"] == [1, 1]
    assert "terms" in answer["schema"]["properties"]


def test_a_typeset_contract_is_on_record_under_the_next_number_and_can_be_signed(service: Service) -> None:
    officer, borrower = service.officer(), party(suite=Suite.EIP712, name="林㛃𠮷")
    value = order()
    value["signers"][0] = {**signer(), **borrower.to_json()}
    created = officer.post(PATH, json={**value, "send": True})
    assert created.status_code == 201, created.text
    read = officer.get(created.json()["location"]).json()
    assert read["state"] == "sent"
    document = officer.get(f"{created.json()['location']}/document").content
    assert hashlib.sha256(document).hexdigest() == read["document"]["sha256"]
    with pikepdf.open(BytesIO(document)) as pdf:
        assert str(pdf.docinfo["/Title"]).endswith(read["number"])
        assert pdf.attachments["terms.json"].get_file().read_bytes() == encode(read["terms"])
    loan = Loan(officer, read["id"], created.json()["entry"], document, (borrower,), (read["signers"][0]["id"],), {})
    signed = loan.sign()
    assert signed.status_code == 201, signed.text


def test_the_same_request_again_takes_no_second_number(service: Service) -> None:
    officer, key = service.officer(), "0123456789abcdef"
    first, second = (officer.post(PATH, key=key, json=order()) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    numbers = [
        officer.get(answer.json()["location"]).json()["number"] for answer in (first, officer.post(PATH, json=order()))
    ]
    assert int(numbers[1][-6:]) == int(numbers[0][-6:]) + 1


def test_a_draft_stays_a_draft_and_every_contract_has_its_own_code_and_nonce(service: Service) -> None:
    officer = service.officer()
    made = [officer.post(PATH, json=order()).json() for _ in range(2)]
    states = {officer.get(one["location"]).json()["state"] for one in made}
    digests = {officer.get(one["location"]).json()["document"]["sha256"] for one in made}
    assert states == {"draft"}
    assert len(digests) == 2


def test_a_preview_is_a_pdf_and_records_nothing(service: Service) -> None:
    officer = service.officer()
    before = officer.get("/v1/agreements").json()["items"][:1]
    answer = officer.post("/v1/templates/personal-instalment/previews", json=order())
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    assert officer.get("/v1/agreements").json()["items"][:1] == before


AMOUNT = {"currency": "CNY", "minor": "12000000"}
BAD: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "float amount": ({"amount": {"currency": "CNY", "minor": 120000.5}}, "json.float", "body"),
    "decimals of a currency without": ({"amount": {"currency": "JPY", "minor": "1.50"}}, "terms.invalid", "terms.amount.minor"),
    "unknown currency": ({"amount": {"currency": "XYZ", "minor": "1"}}, "terms.invalid", "terms.amount.currency"),
    "unknown field": ({"colour": "red"}, "terms.invalid", "terms.colour"),
    "brief terms": ({"repayment": None}, "terms.incomplete", "terms.repayment"),
    "no rate on arrears": ({"late_rate": None}, "terms.incomplete", "terms.late_rate"),
    "drawdown in the past": ({"repayment": repayment(method="equal-principal", every_months=1, drawdown="2020-01-01", first_due="2020-02-01")}, "terms.past", "terms.repayment.drawdown"),
    "no such day": ({"repayment": {**PLAN, "first_due": "2091-02-30"}}, "terms.invalid", "terms.repayment.first_due"),
    "no whole number of periods": ({"repayment": {**PLAN, "every_months": 7, "first_due": "2091-07-01"}}, "terms.schedule", "terms.repayment"),
    "fees eat the loan": ({"fees": [{"kind": "other", "amount": AMOUNT, "charged": "at-drawdown"}]}, "terms.schedule", "terms.fees"),
    "way of repayment without words": ({"repayment": {**PLAN, "method": "interest-only"}}, "template.misfit", "terms.repayment.method"),
    "guarantee without guarantor": ({"guarantee": {"kind": "joint", "months": 6}}, "template.misfit", "terms.guarantee"),
}  # fmt: skip


@pytest.mark.parametrize("defect", BAD)
def test_terms_that_cannot_be_typeset_are_refused_and_the_field_is_named(service: Service, defect: str) -> None:
    change, code, field = BAD[defect]
    answer = service.officer().post("/v1/templates/personal-instalment/previews", json=order(**change))
    assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == (422, code, field)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"language": "fr"}, "template.misfit"),
        ({"note": "x"}, "request.invalid"),
        ({"signers": []}, "signers.invalid"),
        ({"signers": [signer(key={"suite": "rsa", "raw": "00"})]}, "signers.invalid"),
        ({"signers": [signer(), signer(2, "co-borrower"), signer(3, "co-borrower")]}, "template.misfit"),
        ({"signers": [signer(name="王𪚥")]}, "pdf.missing-glyph"),
        ({"lender": {"name": "x"}}, "draft.invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_drafts_that_cannot_be_typeset_are_refused(service: Service, change: dict[str, Any], code: str) -> None:
    answer = service.officer().post(PATH, json=order() | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_number_that_typesetting_lost_stays_a_gap(service: Service) -> None:
    officer = service.officer()

    def number() -> int:
        return int(officer.get(officer.post(PATH, json=order()).json()["location"]).json()["number"][-6:])

    before = number()
    assert officer.post(PATH, json=order(purpose="𪚥")).json()["code"] == "pdf.missing-glyph"
    assert number() == before + 2


@pytest.mark.parametrize("name", ["none", "packages", "..%2Fpersonal-instalment"])
def test_a_template_that_is_not_there_is_not_found(service: Service, name: str) -> None:
    answer = service.officer().post(f"/v1/templates/{name}/previews", json=order())
    assert answer.status_code == 404


def test_the_example_of_the_guide_is_typeset(service: Service) -> None:
    example = json.loads(
        (REPOSITORY / "docs" / "templates.md").read_text("utf-8").split("```json\n")[1].split("```")[0]
    )
    created = service.officer().post(PATH, json=example)
    assert created.status_code == 201, created.text


@pytest.fixture
def told(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a draft as a file, where the commands know service and key."""
    monkeypatch.setenv("TALLY_URL", service.url)
    monkeypatch.setenv("TALLY_TOKEN", service.officer().token)
    file = tmp_path / "draft.json"
    file.write_text(json.dumps(order()), "utf-8")
    return file


def test_the_command_previews_and_records(told: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = told.with_name("draft.pdf")
    assert run(["agreement", "preview", "personal-instalment", str(told), "-o", str(made)]) == 0
    assert made.read_bytes().startswith(b"%PDF-")
    assert run(["agreement", "preview", "personal-instalment", str(told), "-o", str(made)]) == 2  # never over a file
    capsys.readouterr()
    assert run(["agreement", "typeset", "personal-instalment", str(told), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["number"].startswith("ALPHA-")
    assert run(["agreement", "typeset", "personal-instalment", str(told), "--send"]) == 0
    assert "tally agreement document ALPHA-" in capsys.readouterr().out


def test_the_command_says_what_is_wrong(told: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agreement", "typeset", "nothing", str(told)]) == 2
    assert "template.unknown" in capsys.readouterr().err
    told.write_text("[]")
    assert run(["agreement", "typeset", "personal-instalment", str(told)]) == 2
    assert "json.malformed" in capsys.readouterr().err
