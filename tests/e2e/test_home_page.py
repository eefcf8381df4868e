"""The overview and the pages for refusals in a real browser."""

from collections.abc import Callable

import httpx2
import pytest
from playwright.sync_api import Page, expect

from support.browser import DESKTOP, PHONE, SCREENSHOTS, tool
from support.service import Service

Open = Callable[..., Page]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_overview_says_what_runs_here_and_reads_well(open_page: Open, language: str) -> None:
    page = open_page("/", language=language)
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-Hans"}[language]
    expect(page.get_by_text({"en": "Self-operated, not independent", "zh": "自营，非独立"}[language])).to_be_visible()
    expect(page.get_by_text("Demonstration Lender")).to_be_visible()
    assert int(page.locator(".figure").first.inner_text()) > 0
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate("axe.run().then(result => result.violations.map(fault => fault.id))") == []
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for screen in (PHONE, DESKTOP):
        page.set_viewport_size({"width": screen.width, "height": screen.height})
        assert page.evaluate("document.documentElement.scrollWidth") == screen.width
        page.screenshot(path=SCREENSHOTS / f"home-{screen.name}-{language}.png", full_page=True)


def test_switch_changes_the_language_and_links_keep_it(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("h1")).to_have_text("借款合同存证")
    page.get_by_role("link", name="核验文件").first.click()
    expect(page.locator("h1")).to_have_text("核验文件")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Verify a file")


def test_unknown_address_is_a_page_for_people_and_a_problem_for_programs(open_page: Open, service: Service) -> None:
    page = open_page("/no-such-page", language="zh")
    expect(page.locator("h1")).to_have_text("此地址没有内容")
    answer = httpx2.get(f"{service.url}/no-such-page")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_every_link_of_the_overview_leads_somewhere(open_page: Open, service: Service) -> None:
    page = open_page("/")
    links = {str(link.get_attribute("href")) for link in page.locator("main a").all()}
    assert links >= {"/verify", "/log", "/v1/trust", "/v1/openapi.json"}
    assert {httpx2.get(service.url + link).status_code for link in links} == {200}
