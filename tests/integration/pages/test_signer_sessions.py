"""A signer's pages over plain HTTP: a link grants nothing, a cookie opens one signer's pages in one browser, and no form is forged."""

import hashlib
import re
from collections.abc import Iterator

import httpx2
import pytest
from fastapi.routing import iter_route_contexts

from api.app import described_app
from support.ceremonies import READING_CODE, Ceremony, ceremony, person
from support.live_service import Service

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def known(service: Service) -> Ceremony:
    """A contract to ask about."""
    return ceremony(service, person("borrower", "林小雨"))


@pytest.fixture
def made(service: Service) -> Ceremony:
    return ceremony(service, person("borrower", "林小雨"), person("guarantor", "王芳"))


@pytest.fixture
def browser(service: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.url, headers=HTML, follow_redirects=True, timeout=30) as client:
        yield client


def enter(browser: httpx2.Client, made: Ceremony, place: int = 0) -> str:
    """Open a link, tell the code, and return the address of the signer's pages."""
    opened = browser.post(made.link(place))
    assert opened.status_code == 200, opened.text
    base = opened.url.path
    confirmed = browser.post(f"{base}/code", data={"code": made.code()})
    assert confirmed.url.query == b"", confirmed.url
    return base


def routes() -> list[tuple[str, str]]:
    found = []
    for route in iter_route_contexts(described_app().routes):
        path = str(getattr(route, "path", ""))
        found += [(method, path) for method in getattr(route, "methods", None) or () if path.startswith("/sign/at/")]
    return sorted((method, path) for method, path in found if method != "HEAD")


@pytest.mark.parametrize(("method", "path"), routes())
def test_stranger_gets_nothing_of_a_signer_s_pages(service: Service, known: Ceremony, method: str, path: str) -> None:
    values = {"signer_id": known.signer_ids[0], "kind": "sealed"}
    answer = service.nobody().http.request(method, path.format(**values), headers=HTML, data={"code": "000000"})
    assert answer.status_code in {401, 403, 422}
    assert "林小雨" not in answer.text
    assert "120,000" not in answer.text


def test_looking_at_a_link_opens_nothing_and_uses_nothing(browser: httpx2.Client, made: Ceremony) -> None:
    link = made.link()
    for _ in range(2):
        shown = browser.get(link)
        assert shown.status_code == 200
        assert "Alpha Lender" in shown.text
        assert "林小雨" not in shown.text
        assert not shown.cookies
    assert browser.post(link).url.path.startswith("/sign/at/")


def test_second_browser_on_a_used_link_is_told_and_offered_another(
    service: Service, browser: httpx2.Client, made: Ceremony
) -> None:
    link = made.link()
    browser.post(link)
    second = service.nobody().http.post(link, headers=HTML)
    assert second.status_code == 409
    assert "link.used" in second.text
    assert f"{link}/renewals" in second.text
    assert browser.post(link).status_code == 200  # the first goes on


def test_cookie_is_for_pages_of_signing_and_out_of_reach_of_scripts(browser: httpx2.Client, made: Ceremony) -> None:
    link = made.link()
    answer = browser.post(link, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    for part in ("HttpOnly", "SameSite=strict", "Path=/sign"):
        assert part in cookie
    assert link.rsplit("/", 1)[1] not in cookie


def test_one_signer_s_cookie_does_not_open_another_s_pages(browser: httpx2.Client, made: Ceremony) -> None:
    base = enter(browser, made, 0)
    cookie = next(iter(browser.cookies.jar))
    other = made.signer_ids[1]
    browser.cookies.set(f"tally-sign-{other[-12:]}", str(cookie.value), path="/sign")
    for path in ("", "/read", "/document", "/decline"):
        assert browser.get(base + path).status_code == 200
        assert browser.get(f"/sign/at/{other}{path}").status_code in {401, 403}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_form_of_another_site_is_refused(browser: httpx2.Client, made: Ceremony, headers: dict[str, str]) -> None:
    base = enter(browser, made)
    for path in ("/code", "/consent", "/read", "/decline"):
        answer = browser.post(base + path, data={"reason": "terms", "sure": "yes"}, headers=headers)
        assert (answer.status_code, "request.cross-site" in answer.text) == (403, True)


def test_wrong_code_is_told_and_counted(browser: httpx2.Client, made: Ceremony) -> None:
    base = browser.post(made.link()).url.path
    right = made.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert browser.post(f"{base}/code", data={"code": wrong}).url.query == b"fault=code.wrong"
    assert browser.post(f"{base}/code", data={"code": right}).url.query == b"fault=code.expired"


def test_code_of_one_browser_is_worth_nothing_in_another(
    service: Service, browser: httpx2.Client, made: Ceremony
) -> None:
    base = browser.post(made.link()).url.path
    code = made.code()
    with httpx2.Client(base_url=service.url, headers=HTML, follow_redirects=True, timeout=30) as second:
        elsewhere = second.post(made.link(), params={}).url.path
        told = second.post(f"{elsewhere}/code", data={"code": code})
        assert b"fault=code." in told.url.query
    assert browser.get(base).status_code == 401  # the newer browser is the signer's now


def test_steps_show_what_comes_next_and_survive_going_back(browser: httpx2.Client, made: Ceremony) -> None:
    base = enter(browser, made, 1)
    assert 'name="agree"' in browser.get(base).text
    refused = browser.post(f"{base}/consent", data={"agree": "yes", "code": "WRONG1"})
    assert refused.url.query == b"fault=reading-code.wrong"
    unticked = browser.post(f"{base}/consent", data={"code": READING_CODE})
    assert unticked.url.query == b"fault=consent.tick"
    agreed = browser.post(f"{base}/consent", data={"agree": "yes", "code": READING_CODE})
    assert "data-page-seconds" in agreed.text
    again = browser.post(f"{base}/consent", data={"agree": "yes", "code": READING_CODE})
    assert "data-page-seconds" in again.text
    sha256 = agreed.text.split('name="sha256" value="')[1][:64]
    unread = browser.post(f"{base}/read", data={"sha256": sha256, "page_seconds": ""})
    assert unread.url.query == b"fault=reading.malformed"
    other = browser.post(f"{base}/read", data={"sha256": "0" * 64, "page_seconds": "1"})
    assert other.url.query == b"fault=reading.other-document"
    read = browser.post(f"{base}/read", data={"sha256": sha256, "page_seconds": "3"})
    assert "data-pens" in read.text


def test_declining_ends_it_for_all_with_what_to_do(service: Service, browser: httpx2.Client) -> None:
    made = ceremony(service, person("borrower", "林小雨"), person("guarantor", "王芳"))
    base = enter(browser, made)
    assert browser.post(f"{base}/decline", data={"sure": "yes"}).url.query == b"fault=reason.malformed"
    assert browser.post(f"{base}/decline", data={"reason": "terms"}).url.query == b"fault=decline.sure"
    ended = browser.post(f"{base}/decline", data={"reason": "terms", "sure": "yes", "note": "利率不符"})
    assert "You declined to sign" in ended.text
    with httpx2.Client(base_url=service.url, headers=HTML, follow_redirects=True, timeout=30) as other:
        assert "agreement.ended" in other.post(made.link(1)).text


def test_step_that_another_tab_was_ahead_of_leads_to_the_step_of_now(browser: httpx2.Client, made: Ceremony) -> None:
    base = enter(browser, made)
    asked = browser.post(
        f"{base}/read", data={"sha256": hashlib.sha256(made.document).hexdigest(), "page_seconds": "9"}
    )
    assert (asked.status_code, asked.url.path, asked.url.query) == (200, base, b"")


def test_reason_of_several_lines_is_taken_as_browsers_send_it(service: Service, browser: httpx2.Client) -> None:
    made = ceremony(service, person("borrower", "林晓雨"))
    base = enter(browser, made)
    answer = browser.post(f"{base}/decline", data={"reason": "terms", "note": "rate\r\nterm", "sure": "yes"})
    assert (answer.status_code, answer.url.query) == (200, b"")
    assert service.officer().get(f"/v1/agreements/{made.id}").json()["state"] == "declined"


def test_language_is_kept_through_the_forms(browser: httpx2.Client, made: Ceremony) -> None:
    opened = browser.post(f"{made.link()}?lang=zh")
    assert opened.url.query == b"lang=zh"
    wrong = browser.post(f"{opened.url.path}/code?lang=zh", data={"code": "1"})
    assert "验证码不正确" in wrong.text
    assert "?lang=en&amp;fault=code.wrong" in wrong.text.replace(
        "fault=code.wrong&amp;lang=en", "lang=en&amp;fault=code.wrong"
    )


def test_identity_papers_are_handed_in_and_waited_for(service: Service, browser: httpx2.Client) -> None:
    made = ceremony(service, person("borrower", "林小雨", proofing=True, id_number="330106199203154417"))
    base = enter(browser, made)
    assert 'name="photo"' in browser.get(base).text
    wrong = browser.post(f"{base}/identity", data={"kind": "id-card"}, files={"photo": ("id.txt", b"not a picture")})
    assert wrong.url.query == b"fault=identity.files"
    picture = {"photo": ("id.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png")}
    waiting = browser.post(f"{base}/identity", data={"kind": "id-card"}, files=picture)
    assert "Your document is being checked" in waiting.text
    again = browser.post(f"{base}/identity", data={"kind": "id-card"}, files=picture)
    assert "Your document is being checked" in again.text
    seen = again.text.split("state?seen=")[1].split('"')[0]
    assert "hx-refresh" not in browser.get(f"{base}/state", params={"seen": seen}).headers
    papers = service.officer().get("/v1/identity").json()["items"]
    decided = service.officer().post(f"/v1/identity/{papers[-1]['id']}/decisions", json={"accepted": True})
    assert decided.status_code == 201, decided.text
    assert browser.get(f"{base}/state", params={"seen": seen}).headers["hx-refresh"] == "true"
    assert 'name="agree"' in browser.get(base).text


def test_hand_over_leads_to_the_same_step_in_another_browser(
    service: Service, browser: httpx2.Client, made: Ceremony
) -> None:
    base = enter(browser, made)
    browser.post(f"{base}/consent", data={"agree": "yes", "code": READING_CODE})
    shown = browser.post(f"{base}/hand-over")
    link = re.findall(r"/sign/([0-9a-f]{64})", shown.text)[0]
    with httpx2.Client(base_url=service.url, headers=HTML, follow_redirects=True, timeout=30) as other:
        opened = other.post(f"/sign/{link}")
        assert opened.url.path == base
        assert "fault=code.too-often" in str(opened.url)  # a code of its own, once the first is a minute old
    assert browser.get(base).status_code == 401
