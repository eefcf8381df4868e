"""The staff's pages over plain HTTP: who sees what, and every form leads back with what came of it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi.routing import iter_route_contexts

from api.app import described_app
from api.pages.staff.deciding import read_wanted
from ledger.core.log.permissions import Role
from ledger.errors import InvalidInput
from ledger.services.applications.fold_figures import fold_figures
from ledger.storage.logs import all_logs
from support.applications import PICTURE
from support.ceremonies import Ceremony, ceremony, person
from support.live_applications import entered
from support.live_service import HOME, Caller, Service
from support.loans import Party, loan, party
from support.small_pdfs import small_pdf

HTML = {"Accept": "text/html"}
ABSENT = "01a21926-d9ee-7064-a2c6-f01b4ab02fc8"


def at_work(service: Service, caller: Caller) -> httpx2.Client:
    headers = {**HTML, "Authorization": f"Bearer {caller.token}", "Accept-Language": "en"}
    return httpx2.Client(base_url=service.url, headers=headers, follow_redirects=True, timeout=60)


@pytest.fixture
def officer(service: Service) -> Iterator[httpx2.Client]:
    with at_work(service, service.officer()) as client:
        yield client


@pytest.fixture(scope="module")
def made(service: Service) -> Ceremony:
    return ceremony(service, person("borrower", "林小雨"), person("guarantor", "王芳"))


def _routes() -> list[tuple[str, str]]:
    found = []
    for route in iter_route_contexts(described_app().routes):
        path = str(getattr(route, "path", ""))
        found += [(method, path) for method in getattr(route, "methods", None) or () if path.startswith("/staff")]
    open_to_all = ("/staff/sign-in", "/staff/set-up")
    return sorted(one for one in found if one[0] != "HEAD" and not one[1].startswith(open_to_all))


@pytest.mark.parametrize(("method", "path"), _routes())
def test_nobody_gets_nothing_but_the_way_to_sign_in(service: Service, method: str, path: str) -> None:
    values = {"agreement_id": ABSENT, "signer_id": ABSENT, "submission_id": ABSENT, "person_id": ABSENT, "number": 0}
    values |= {"application_id": ABSENT, "attachment_id": ABSENT}
    answer = service.nobody().http.request(method, path.format(**values), headers=HTML)
    assert answer.status_code in {303, 401, 422}
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/staff/sign-in")


def test_list_finds_exactly_and_filters_by_state(service: Service, officer: httpx2.Client, made: Ceremony) -> None:
    number = service.officer().get(f"/v1/agreements/{made.id}").json()["number"]
    assert number in officer.get("/staff").text
    for query in ({"search": "name", "value": "林小雨"}, {"search": "number", "value": number}, {"state": "sent"}):
        assert number in officer.get("/staff", params=query).text
    for query in ({"search": "number", "value": "X"}, {"state": "complete"}):
        assert number not in officer.get("/staff", params=query).text


def test_contract_shows_parties_timeline_and_messages(officer: httpx2.Client, made: Ceremony) -> None:
    text = officer.get(f"/staff/agreements/{made.id}").text
    for words in ("林小雨", "王芳", "120,000.00", "Put on record", "What happened"):
        assert words in text
    assert officer.get(f"/staff/agreements/{made.id}/document").content == made.document


def test_page_and_readiness_say_that_messages_stay_in_a_folder(
    service: Service, officer: httpx2.Client, made: Ceremony
) -> None:
    assert "they stay in a folder" in officer.get(f"/staff/agreements/{made.id}").text
    checks = {check["name"]: check for check in service.nobody().get("/readyz").json()["checks"]}
    assert checks["messages"]["ok"]
    assert "no sender is set up" in checks["messages"]["detail"]


def test_auditor_reads_and_is_offered_no_action(service: Service, made: Ceremony) -> None:
    with at_work(service, service.auditor()) as auditor:
        text = auditor.get(f"/staff/agreements/{made.id}").text
        assert "林小雨" in text
        assert "/void" not in text
        told = auditor.post(f"/staff/agreements/{made.id}/void", data={"reason": "x"})
        assert "permission.denied" in told.text


def test_reminding_replacing_and_withdrawing_lead_back_with_what_came_of_it(
    service: Service, officer: httpx2.Client
) -> None:
    made = ceremony(service, person("borrower", "林小雨"), person("guarantor", "王芳"))
    base = f"/staff/agreements/{made.id}"
    coming = {"name": "周䶮", "email": "zhou@example.com", "birth_date": "1988-01-02", "reason": "wrong guarantor"}
    replaced = officer.post(f"{base}/signers/{made.signer_ids[1]}/replace", data=coming)
    assert "Done." in replaced.text
    assert "周䶮" in replaced.text
    assert officer.post(f"{base}/signers/{made.signer_ids[0]}/remind").status_code == 200
    assert "Done." in officer.post(f"{base}/void", data={"reason": "no longer wanted"}).text
    refused = officer.post(f"{base}/void", data={"reason": "again"})
    assert "agreement.wrong-state" in refused.text


def _filled(**changes: str) -> dict[str, str]:
    day = datetime.now(UTC).date()  # noqa: TID251  # a loan is paid out after its contract is made
    return {
        "template": "personal-instalment",
        "amount": "120,000.00",
        "currency": "CNY",
        "term_months": "24",
        "annual_rate": "4.85",
        "late_rate": "7.275",
        "method": "equal-instalment",
        "drawdown": (day + timedelta(days=5)).isoformat(),
        "first_due": (day + timedelta(days=36)).isoformat(),
        "purpose": "装修",
        "product": "personal-instalment",
        "lender_name": "Alpha Lender",
        "lender_identifier": "91310000MA1FL0000X",
        "lender_address": "上海市样例路1号",
        "p1_role": "borrower",
        "p1_name": "林小雨",
        "p1_email": "lin@example.com",
        "p1_birth_date": "1990-05-17",
        "p1_id_number": "330106199203154417",
        "p1_address": "杭州市样例巷22号",
        **changes,
    }


def test_new_contract_from_a_template_is_made_and_sent(officer: httpx2.Client) -> None:
    answer = officer.post("/staff/new", data=_filled(send="yes"))
    assert answer.url.path.startswith("/staff/agreements/")
    assert "Sent" in answer.text
    assert "126,156" in answer.text or "To be repaid in all" in answer.text


def test_new_contract_from_an_own_pdf_is_a_draft_until_it_is_sent(officer: httpx2.Client) -> None:
    files: dict[str, Any] = {"document": ("loan.pdf", small_pdf(), "application/pdf")}
    made = officer.post("/staff/new", data=_filled(template="upload", first_due=""), files=files)
    assert "Draft" in made.text
    assert "Done." in officer.post(f"{made.url.path}/send", data={"valid_days": "14"}).text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "12,0x"}, "form.amount"),
        ({"p1_birth_date": ""}, "form.birth-date"),
        ({"annual_rate": "four"}, "terms.invalid"),
        ({"p1_name": "\U000e0001"}, ""),
        ({"template": "none"}, "template.unknown"),
    ],
)
def test_refused_form_comes_back_as_it_was_filled_in(
    officer: httpx2.Client, changes: dict[str, str], code: str
) -> None:
    answer = officer.post("/staff/new", data=_filled(**changes))
    assert answer.status_code == 200
    assert "That was refused" in answer.text
    assert code in answer.text
    assert 'value="lin@example.com"' in answer.text


def test_organisation_key_countersigns_once_the_officer_says_so(service: Service, officer: httpx2.Client) -> None:
    key = service.here.institution_key(service.institutions[HOME].id).signer
    made = loan(service.officer(), party(), Party("lender", "Alpha Lender", key))
    way = f"/staff/agreements/{made.id}/signers/{made.signer_ids[1]}/countersign"
    assert way in officer.get(f"/staff/agreements/{made.id}").text
    assert "I have read this contract" in officer.get(way).text
    assert "countersign.tick" in officer.post(way).text
    done = officer.post(way, data={"read": "yes"})
    assert "Done." in done.text
    assert "/countersign" not in done.text
    assert officer.get(way).status_code == 404
    with at_work(service, service.auditor()) as auditor:
        assert auditor.get(way).status_code == 404


def test_lender_whose_turn_has_not_come_is_not_countersigned_for(officer: httpx2.Client) -> None:
    lender = {"p2_role": "lender", "p2_name": "Alpha Lender", "p2_pen": "organisation"}
    files: dict[str, Any] = {"document": ("loan.pdf", small_pdf(), "application/pdf")}
    made = officer.post("/staff/new", data=_filled(template="upload", first_due="", send="yes", **lender), files=files)
    assert made.url.path.startswith("/staff/agreements/"), made.text
    assert "own key, named in the contract" in made.text
    assert "/countersign" not in made.text


def test_only_who_has_a_passkey_is_named_to_sign_with_it(officer: httpx2.Client) -> None:
    files: dict[str, Any] = {"document": ("loan.pdf", small_pdf(), "application/pdf")}
    own = _filled(template="upload", first_due="", p2_name="Chen", p2_role="lender", p2_pen="own")
    assert "form.no-key" in officer.post("/staff/new", data=own, files=files).text


def test_administrator_adds_a_colleague_and_is_shown_the_code_once(service: Service, officer: httpx2.Client) -> None:
    with at_work(service, service.administrator()) as administrator:
        shown = administrator.post("/staff/people", data={"name": "Chen New", "role": ["officer", "risk"]}).text
        assert re.search(r'"hash">[0-9a-f]{64}<', shown)
        assert "Chen New" in shown
        again = administrator.get("/staff/people").text
        assert "Chen New" in again
        assert not re.search(r'"hash">[0-9a-f]{64}<', again)
        codes = re.findall(r"/staff/people/[0-9a-f-]+/codes", again)[-1]
        assert re.search(r'"hash">[0-9a-f]{64}<', administrator.post(codes).text)
        assert "person.roles" in administrator.post("/staff/people", data={"name": "Nobody"}).text
        assert "person.unknown" in administrator.post(f"/staff/people/{ABSENT}/codes").text
    assert "permission.denied" in officer.get("/staff/people").text
    assert "/staff/people" not in officer.get("/staff").text


def test_mail_address_is_given_by_the_administrator_and_by_oneself(service: Service, officer: httpx2.Client) -> None:
    me = service.officer().get("/v1/me").json()["id"]
    with at_work(service, service.administrator()) as administrator:
        way = f"/staff/people/{me}/address"
        assert "Done." in administrator.post(way, data={"email": " olga@lender.example "}).text
        assert 'value="olga@lender.example"' in administrator.get("/staff/people").text
        assert "person.email" in administrator.post(way, data={"email": "olga"}).text
        new = {"name": "Dan New", "role": ["officer"], "email": "dan@lender"}
        assert "person.email" in administrator.post("/staff/people", data=new).text
        assert "Dan New" not in administrator.get("/staff/people").text
        assert "Dan New" in administrator.post("/staff/people", data={**new, "email": "dan@lender.example"}).text
        assert 'value="dan@lender.example"' in administrator.get("/staff/people").text
    assert 'value="olga@lender.example"' in officer.get("/staff/keys").text
    assert "Done." in officer.post("/staff/keys/address", data={"email": "o@lender.example"}).text
    line = next(one for one in service.administrator().get("/v1/people").json()["items"] if one["id"] == me)
    assert line["email"] == "o@lender.example"
    own = service.officer().post(f"/v1/people/{me}/addresses", json={"email": None})
    assert own.status_code == 201, own.text
    assert 'value=""' in officer.get("/staff/keys").text
    other = service.administrator().get("/v1/me").json()["id"]
    assert "permission.denied" in officer.post(f"/staff/people/{other}/address", data={"email": "x@y.zz"}).text


def test_identity_papers_are_looked_at_and_decided(service: Service, officer: httpx2.Client) -> None:
    made = ceremony(service, person("borrower", "林小雨", proofing=True, id_number="330106199203154417"))
    with httpx2.Client(base_url=service.url, headers=HTML, follow_redirects=True, timeout=30) as browser:
        base = browser.post(made.link()).url.path
        browser.post(f"{base}/code", data={"code": made.code()})
        picture = {"photo": ("id.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png")}
        browser.post(f"{base}/identity", data={"kind": "passport"}, files=picture)
    waiting = officer.get("/staff/identity").text
    papers = waiting.rsplit("/staff/identity/", 1)[1][:36]
    shown = officer.get(f"/staff/identity/{papers}").text
    for words in ("林小雨", "1990-05-17", "330106199203154417", "Passport"):
        assert words in shown
    assert officer.get(f"/staff/identity/{papers}/files/0").headers["content-type"] == "image/png"
    assert officer.get(f"/staff/identity/{papers}/files/7").status_code == 404
    assert "reason.malformed" in officer.post(f"/staff/identity/{papers}", data={"decision": "refused"}).text
    assert "Done." in officer.post(f"/staff/identity/{papers}", data={"decision": "accepted"}).text
    assert "identity.decided" in officer.post(f"/staff/identity/{papers}", data={"decision": "accepted"}).text


def test_decider_without_contracts_is_led_to_what_waits(service: Service) -> None:
    with at_work(service, service.person(Role.RISK)) as risk:
        assert "Nothing waits for you." in risk.get("/staff").text
    with at_work(service, service.person(Role.OPERATOR)) as operator:
        assert operator.get("/staff").url.path == "/staff/figures"
        assert operator.get("/staff/queue").status_code == 403
    with at_work(service, service.person(Role.PARTNER)) as partner:
        assert partner.get("/staff").url.path == "/staff/keys"


@pytest.mark.parametrize(
    ("role", "ways"),
    [
        (
            Role.OFFICER,
            [
                "/staff/queue",
                "/staff/applications",
                "/staff",
                "/staff/identity",
                "/staff/new",
                "/blacklist/check",
                "/staff/keys",
            ],
        ),
        (Role.RISK, ["/staff/queue", "/staff/applications", "/staff/figures", "/blacklist/check", "/staff/keys"]),
        (
            Role.AUDITOR,
            ["/staff/applications", "/staff/figures", "/staff", "/staff/identity", "/blacklist/check", "/staff/keys"],
        ),
    ],
)
def test_menu_offers_what_its_reader_can_use(service: Service, role: Role, ways: list[str]) -> None:
    with at_work(service, service.person(role)) as reader:
        menu = reader.get("/staff/keys").text.split("<nav", 1)[1].split("</nav>", 1)[0]
        assert re.findall(r'href="(/[^"?]+)"', menu) == ways
        assert all(reader.get(way).status_code == 200 for way in ways)


def test_refusal_is_told_in_the_readers_language_and_leads_back(officer: httpx2.Client, made: Ceremony) -> None:
    chinese = {"Accept-Language": "zh"}
    told = officer.post(f"/staff/agreements/{made.id}/send", data={"valid_days": "14"}, headers=chinese)
    assert "操作被拒绝：合同状态已变化，请以本页所示为准。 [agreement.wrong-state]" in told.text
    nothing = officer.get(f"/staff/agreements/{ABSENT}", headers=chinese)
    assert nothing.status_code == 404
    assert "本机构没有此记录" in nothing.text
    assert '<a class="button" href="/staff">' in nothing.text


def test_words_in_a_link_that_somebody_made_are_not_shown(officer: httpx2.Client, made: Ceremony) -> None:
    place = f"/staff/agreements/{made.id}"
    assert "Call 555" not in officer.get(place, params={"fault": "Call 555 now"}).text
    told = officer.post(f"{place}/send", data={"valid_days": "14"})
    assert "agreement.wrong-state" in told.text
    forged = told.url.copy_set_param("fault", "Call 555 now")
    assert "Call 555" not in officer.get(str(forged)).text


def test_application_is_shown_and_decided_only_in_a_form_that_is_whole(
    service: Service, officer: httpx2.Client
) -> None:
    collateral = [{"kind": "flat", "value": "100", "revalued": "60"}, {"kind": "car", "value": "5", "revalued": None}]
    third = {
        "source": "credit-report", "consent_sha256": "01" * 32, "request_sha256": "02" * 32, "response_sha256": "03" * 32,
        "fetched_at": "2026-11-20T00:00:00.000Z", "valid_until": "2026-12-20T00:00:00.000Z",
    }  # fmt: skip
    made = entered(service, collateral=collateral, third_party=[third]).json()["id"]
    told = {"material": "payslip", "source": "employer", "result": "differs"}
    assert service.officer().post(f"/v1/applications/{made}/verifications", json=told).status_code == 201
    shown = officer.get(f"/staff/applications/{made}").text
    (file,) = service.officer().get(f"/v1/applications/{made}").json()["attachments"]
    assert officer.get(f"/staff/applications/{made}/attachments/{file['id']}").content == PICTURE
    for part in (
        "Draft",
        "payslip · employer · differs",
        "down 40.00 %",
        "credit report",
        "You cannot decide on this application now",
    ):
        assert part in shown
    wrong = ({"verdict": "perhaps"}, {"verdict": "decline"}, {"verdict": "approve", "conditions": "one"})
    asked = {"Accept": "application/json", "Origin": service.url}
    answer = officer.post(f"/staff/applications/{made}/statement", json=wrong[0], headers=asked)
    assert answer.json()["code"] == "key.unknown"
    for body in wrong:
        with pytest.raises(InvalidInput) as refused:
            read_wanted(body, "key")
        assert refused.value.code == "decision.form"
    for sent in ({"statement": "?"}, {"statement": ""}, {"statement": "", "credential": 1}):
        answer = officer.post(f"/staff/applications/{made}/decision", json=sent, headers=asked)
        assert answer.json()["code"] == "pen.malformed"


def test_figures_show_a_period_beside_the_one_before_and_the_checkpoint(service: Service) -> None:
    assert entered(service).status_code == 201
    for log in service.here.stores.database.read(all_logs):
        while log.kind == "main" and fold_figures(service.here.stores, log):
            pass
    with at_work(service, service.person(Role.RISK)) as risk:
        text = risk.get("/staff/figures").text
        for words in ("Approved of all decided", "The period before", "Counted at size", 'href="/staff/figures'):
            assert words in text
        assert "依据的日志检查点" in risk.get("/staff/figures", headers={"Accept-Language": "zh"}).text
        for query in (
            {"since": "yesterday"},
            {"until": "2026-13-01"},
            {"since": "2026-02-01", "until": "2026-01-01"},
            {"since": "0001-01-01"},
            {"until": "9999-12-31"},
        ):
            assert "Expected days as 2026-11-23" in risk.get("/staff/figures", params=query).text
    with at_work(service, service.officer()) as officer:
        assert officer.get("/staff/figures").status_code == 403
        assert "/staff/figures" not in officer.get("/staff").text
