"""An application's life on the staff's pages over plain HTTP: entered, found, handed in, corrected, withdrawn."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.pages.staff.applying import Reading
from ledger.core.log.permissions import Role
from support.applications import PICTURE
from support.approvals import cn_identity
from support.decisions import NOW
from support.live_applications import entered
from support.live_service import DECIDING, Caller, Service
from support.loans import TERMS, agreement_of, party, pdf
from support.policies import unchecked

ABSENT = "01a21926-d9ee-7064-a2c6-f01b4ab02fc8"
LETTER: dict[str, Any] = {"evidence": ("letter.pdf", b"%PDF-1.7 a letter", "application/pdf")}


def at_work(service: Service, caller: Caller) -> httpx2.Client:
    headers = {"Accept": "text/html", "Authorization": f"Bearer {caller.token}", "Accept-Language": "en"}
    return httpx2.Client(base_url=service.url, headers=headers, follow_redirects=True, timeout=60)


@pytest.fixture
def officer(service: Service) -> Iterator[httpx2.Client]:
    with at_work(service, service.officer(DECIDING)) as client:
        yield client


@pytest.fixture(scope="module")
def policy(service: Service) -> None:
    """Put a policy into force that asks for no check of the blacklist."""
    body = {"policy": unchecked().to_json(), "valid_from": "2026-01-01T00:00:00Z"}
    proposed = service.person(Role.RISK, institution=DECIDING).post("/v1/policies", json=body).json()["id"]
    assert service.administrator(DECIDING).post(f"/v1/policies/{proposed}/publications").status_code == 201


def filled(page: httpx2.Response, number: int, **changes: str) -> dict[str, str]:
    """Return the form of a page, filled in."""
    once = re.search(r'name="once" value="([0-9a-f]{32})"', page.text)
    assert once is not None
    return {
        "once": once[1],
        "product": "personal-instalment",
        "amount": "600,000.50",
        "currency": "CNY",
        "term_months": "24",
        "grade": "B",
        "standard": "2026-1",
        "branch": "hangzhou",
        "channel": "counter",
        "terms": "07" * 32,
        "p1_role": "borrower",
        "p1_name": "𠮷田喆",
        "p1_identity_kind": "cn-id",
        "p1_identity": cn_identity(number),
        "p1_phone": "13800138000",
        "p1_email": "",
        "c_kind": "real-estate",
        "c_value": "900,000",
        "f1_kind": "identity",
        **changes,
    }


def papers(data: bytes = PICTURE) -> dict[str, Any]:
    return {"f1_file": ("identity.png", data, "image/png")}


@pytest.mark.usefixtures("policy")
def test_application_is_entered_once_and_handed_in(service: Service, officer: httpx2.Client) -> None:
    form = filled(officer.get("/staff/applications/new"), 801)
    made = officer.post("/staff/applications/new", data=form, files=papers())
    assert re.fullmatch(r"/staff/applications/[0-9a-f-]{36}", made.url.path), made.text
    for words in ("Done.", "600,000.50", "𠮷田喆", "Personal instalment loan", "real estate", "900,000.00", ">open<"):
        assert words in made.text
    again = officer.post("/staff/applications/new", data=form, files=papers())
    assert again.url.path == made.url.path
    other = officer.post("/staff/applications/new", data={**form, "amount": "1.00"}, files=papers())
    assert "idempotency.other-body" in other.text
    number = service.officer(DECIDING).get(f"/v1{made.url.path.removeprefix('/staff')}").json()["number"]
    for query in ({}, {"search": "number", "value": number}, {"search": "name", "value": "𠮷田喆"}):
        assert number in officer.get("/staff/applications", params=query).text
    assert "No application matches." in officer.get("/staff/applications", params={"value": "X"}).text
    assert "identifier." in officer.get("/staff/applications", params={"search": "phone", "value": "12"}).text
    once = re.search(r'name="once" value="([0-9a-f]{32})"', made.text)
    assert once is not None
    for _ in range(2):
        submitted = officer.post(f"{made.url.path}/submission", data={"once": once[1]})
        assert "Done." in submitted.text
        assert "In review" in submitted.text
    assert "application.not-open" in officer.post(f"{made.url.path}/submission").text


@pytest.mark.usefixtures("policy")
def test_handing_in_too_early_is_told_in_the_readers_language(service: Service, officer: httpx2.Client) -> None:
    made = entered(service, DECIDING, identity=cn_identity(810), attachments=[]).json()["id"]
    chinese = {"Accept-Language": "zh"}
    told = officer.post(f"/staff/applications/{made}/submission", headers=chinese)
    assert "操作被拒绝：尚缺材料：附件：身份证件 [application.incomplete]" in told.text
    way, wanted = f"/staff/applications/{made}/statement", {"verdict": "approve", "conditions": []}
    assert officer.post(way, json=wanted, headers=chinese).status_code == 404  # no passkey yet


def test_each_place_that_cannot_be_read_is_named_in_the_readers_language(officer: httpx2.Client) -> None:
    page = officer.get("/staff/applications/new")
    wrong = filled(
        page,
        802,
        amount="0",
        currency="yuan",
        term_months="601",
        grade="good",
        standard=" ",
        terms="no such",
        p1_name="",
        p1_identity="11010519491231002Y",
        p1_phone="1",
        p1_email="lin@",
        c_value="much",
    )
    told = officer.post("/staff/applications/new", data=wrong, files=papers(b"text"))
    assert "Nothing was recorded yet." in told.text
    marked = set(re.findall(r'id="([a-z0-9_]+)-fault"', told.text))
    assert marked == (wrong.keys() | {"f1_file"}) - {
        *("once", "product", "branch", "channel", "p1_role", "p1_identity_kind", "c_kind", "f1_kind")
    }
    assert told.text.count('aria-invalid="true"') == len(marked)
    assert 'value="11010519491231002Y"' in told.text
    chinese = officer.post("/staff/applications/new", data={**wrong, "terms": ""}, headers={"Accept-Language": "zh"})
    for words in ("尚未登记。请更正下方标出的内容。", "此项必填。", "请填写大于 0 的金额"):
        assert words in chinese.text


def test_what_only_the_service_knows_comes_back_as_it_was_filled_in(officer: httpx2.Client) -> None:
    page = officer.get("/staff/applications/new")
    form = filled(page, 803, product="No Word", p2_name="王芳", p2_identity=cn_identity(804))
    told = officer.post("/staff/applications/new", data=form)
    assert "application.invalid" in told.text
    assert 'value="王芳"' in told.text


def test_contract_lends_its_terms(service: Service) -> None:
    with at_work(service, service.officer()) as officer:
        draft = {**agreement_of(party(name="𠮷田喆")), "send": False}
        made = service.officer().create(pdf(), draft).json()["id"]
        shown = officer.get(f"/staff/agreements/{made}").text
        assert f"/staff/applications/new?contract={made}" in shown
        page = officer.get("/staff/applications/new", params={"contract": made})
        number = service.officer().get(f"/v1/agreements/{made}").json()["number"]
        for value in (number, "120,000.00", TERMS["term_months"], "𠮷田喆"):
            assert f'value="{value}"' in page.text
        entered_on = officer.post("/staff/applications/new", data=filled(page, 805, terms=number), files=papers())
        id_ = entered_on.url.path.removeprefix("/staff/applications/")
        content = service.officer().get(f"/v1/applications/{id_}").json()["content"]
        agreement = service.officer().get(f"/v1/agreements/{made}").json()
        assert content["terms_sha256"] == agreement["terms_sha256"]


def test_correction_keeps_what_it_does_not_ask_for(service: Service, officer: httpx2.Client) -> None:
    collateral = [{"kind": "vehicle", "value": "100", "revalued": None}]
    made = entered(service, DECIDING, identity=cn_identity(806), collateral=collateral).json()["id"]
    place = f"/staff/applications/{made}"
    page = officer.get(f"{place}/correction")
    assert 'value="100,000.00"' in page.text
    form = filled(page, 806, amount="90000", grade="C")
    more = b"%PDF-1.7 of the wages"
    done = officer.post(f"{place}/correction", data={**form, "f1_kind": "income"}, files=papers(more))
    assert done.url.path == place, done.text
    assert "90,000.00" in done.text
    content = service.officer(DECIDING).get(f"/v1/applications/{made}").json()["content"]
    assert content["version"] == 2
    assert content["collateral"] == collateral
    assert [one["kind"] for one in content["attachments"]] == ["identity", "income"]
    assert "Fill this in." in officer.post(f"{place}/correction", data={**form, "standard": ""}).text
    told = officer.post(f"{place}/correction", data={**form, "once": "", "product": "No Word"})
    assert "application.invalid" in told.text


def test_withdrawing_needs_a_tick_and_a_file(service: Service, officer: httpx2.Client) -> None:
    made = entered(service, DECIDING, identity=cn_identity(807)).json()["id"]
    way = f"/staff/applications/{made}/withdrawal"
    form = {"ground": "bought nothing", "wanted": "yes"}
    assert "Tick that the applicant wants this." in officer.post(way, data={"ground": "x"}, files=LETTER).text
    empty: dict[str, Any] = {"evidence": ("letter.pdf", b"", "application/pdf")}
    assert "Choose the file that shows it." in officer.post(way, data=form, files=empty).text
    assert "reason.malformed" in officer.post(way, data={**form, "ground": " "}, files=LETTER).text
    done = officer.post(way, data=form, files=LETTER)
    assert "Done." in done.text
    assert "Withdrawn" in done.text
    assert "/withdrawal" not in done.text
    assert "application.not-open" in officer.post(way, data=form, files=LETTER).text


def test_nothing_is_accepted_that_was_not_offered(service: Service, officer: httpx2.Client) -> None:
    made = entered(service, DECIDING, identity=cn_identity(808)).json()["id"]
    way = f"/staff/applications/{made}/acceptance"
    told = officer.post(way, data={"terms": "none", "wanted": "yes"}, files=LETTER)
    assert "agreement.unknown" in told.text
    assert "application.not-open" in officer.post(way, data={"terms": "07" * 32, "wanted": "yes"}, files=LETTER).text


def test_others_than_officers_are_offered_no_form(service: Service) -> None:
    made = entered(service, DECIDING, identity=cn_identity(809)).json()["id"]
    with at_work(service, service.person(Role.RISK, institution=DECIDING)) as risk:
        listed = risk.get("/staff/applications").text
        assert "/staff/applications/new" not in listed
        assert "/withdrawal" not in risk.get(f"/staff/applications/{made}").text
        for way in ("new", f"{made}/correction"):
            assert risk.get(f"/staff/applications/{way}").status_code == 403
        assert "permission.denied" in risk.post(f"/staff/applications/{made}/submission").text
    with at_work(service, service.officer()) as stranger:
        assert stranger.get(f"/staff/applications/{made}/correction").status_code == 404


def test_empty_form_names_what_is_needed() -> None:
    reading = Reading({}, (), NOW.date())
    reading.content(None)
    reading.people()
    assert set(reading.faults) == {
        *("product", "amount", "currency", "term_months", "grade", "standard", "branch", "channel", "terms"),
        *("p1_name", "p1_identity"),
    }
