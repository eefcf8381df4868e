"""Every signing page in every state, drawn in a real browser from made-up values: fits a phone, reads well, refuses other bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.customer.in_app import browser_of
from api.pages.words import words_in
from support.browser import DESKTOP, PHONE, Screen, Watch, tool
from support.page_gallery import CONTRACT, LINK, running_gallery, screens

NAMES = sorted(screens(words_in("en"), browser_of("", LINK, "en")))
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0.47"
)


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with running_gallery() as url:
        yield url


@dataclass(frozen=True)
class Look:
    """A page of its own kind of reader, and what it did."""

    page: Page
    watch: Watch

    def at(self, name: str, language: str = "") -> Page:
        self.page.goto(f"{self.watch.url}/gallery/{name}" + (f"?lang={language}" if language else ""))
        return self.page


def _look(browser: Browser, gallery: str, *, screen: Screen = PHONE, script: bool = True, agent: str = "") -> Look:
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        locale="zh-CN",
        java_script_enabled=script,
        user_agent=agent or None,
    )
    watch, page = Watch(gallery), context.new_page()
    watch.attach(page)
    return Look(page, watch)


@pytest.fixture(scope="module")
def phone(browser: Browser, gallery: str) -> Iterator[Look]:
    look = _look(browser, gallery)
    yield look
    look.page.context.close()


@pytest.mark.parametrize("name", NAMES)
def test_screen_fits_a_phone_and_has_no_accessibility_fault(phone: Look, name: str) -> None:
    page = phone.at(name)
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate("axe.run().then(result => result.violations.map(fault => fault.id))") == []
    page.emulate_media(color_scheme="dark")
    contrast = "axe.run({runOnly: ['color-contrast']}).then(result => result.violations.map(fault => fault.id))"
    assert page.evaluate(contrast) == []
    page.emulate_media(color_scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    small = "[...document.querySelectorAll('main button, main .way, main summary, main input:not([type=hidden])')]"
    heights = page.evaluate(
        f"{small}.filter(one => one.offsetHeight).map(one => (one.closest('label') ?? one).offsetHeight)"
    )
    assert min(heights, default=44) >= 44
    phone.watch.check()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_at_twice_its_size_fits_a_phone_and_breaks_no_amount(phone: Look, language: str) -> None:
    for name in NAMES:
        page = phone.at(name, language)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width, name
    page = phone.at("read", language)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    amount = page.locator(".key-terms dd").first  # CNY on the first line, the whole figure on the second
    lines = amount.evaluate(
        "one => { const r = document.createRange(); r.selectNodeContents(one); return r.getClientRects().length }"
    )
    assert lines <= 2


@pytest.mark.parametrize("name", ["consent", "read", "sign", "sign-again"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_moves_on_a_phone_while_the_contract_loads(phone: Look, name: str, language: str) -> None:
    page = phone.at(name, language)
    button = page.locator("main form button[type=submit], [data-pen]").first
    before = button.evaluate("one => one.getBoundingClientRect().top + scrollY")
    expect(page.locator("[data-status].good")).to_have_count(1)
    if name in ("consent", "read"):
        expect(page.locator(".sheet[data-drawn=done]")).to_have_count(1)
        before = min(before, button.evaluate("one => one.getBoundingClientRect().top + scrollY"))
    assert abs(button.evaluate("one => one.getBoundingClientRect().top + scrollY") - before) < 80


def test_screens_fit_a_desktop_in_english_and_change_the_language_in_place(browser: Browser, gallery: str) -> None:
    look = _look(browser, gallery, screen=DESKTOP)
    for name in ("open", "read", "sign", "end-link-used"):
        page = look.at(name, "en")
        assert page.evaluate("document.documentElement.scrollWidth") == DESKTOP.width
        page.get_by_role("link", name="中文").click()
        assert page.url == f"{gallery}/gallery/{name}?lang=zh"
    look.watch.check()
    look.page.context.close()


def test_contract_is_drawn_from_the_bytes_that_were_hashed(phone: Look) -> None:
    page = phone.at("read", "en")
    expect(page.locator("[data-viewer] [data-status]")).to_contain_text("It is the one that your signature will name")
    expect(page.locator(".sheet canvas")).to_have_count(1)
    expect(page.locator(".sheet[data-drawn=done]")).to_have_count(1)
    expect(page.locator("[data-go-on]")).to_be_enabled()


def test_other_bytes_are_not_drawn_and_close_the_way_on(phone: Look) -> None:
    page = phone.at("read-other-file", "en")
    expect(page.locator("[data-viewer] [data-status]")).to_contain_text("not the one you are asked to sign")
    assert page.locator(".sheet").count() == 0
    expect(page.locator("[data-go-on]")).to_be_disabled()


def test_statement_is_shown_in_full_before_the_pen_opens(phone: Look) -> None:
    page = phone.at("sign-again", "en")
    expect(page.locator("[data-pen=passkey]")).to_be_enabled()
    page.get_by_text("Everything in the statement, in full").click()
    expect(page.locator("[data-fact=document_sha256] code")).to_have_text(CONTRACT.sha256)
    expect(page.locator("[data-exact]")).to_contain_text("tally/statement/v1")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sign-other-file", "the file on this device is not the one"),
        ("sign-other-statement", "is not what this page shows"),
    ],
)
def test_pen_stays_closed_for_another_file_or_statement(phone: Look, name: str, words: str) -> None:
    page = phone.at(name, "en")
    expect(page.locator("[data-pens] [data-status]")).to_contain_text(words)
    expect(page.locator("[data-pen=passkey]")).to_be_disabled()


def test_in_app_browser_is_offered_the_way_out_that_keeps_the_place(browser: Browser, gallery: str) -> None:
    look = _look(browser, gallery, agent=WECHAT, script=False)
    page = look.at("open")
    expect(page.get_by_role("link", name="在浏览器中打开")).to_have_attribute(
        "href", f"intent://{LINK.removeprefix('https://')}#Intent;scheme=https;action=android.intent.action.VIEW;end"
    )
    expect(page.get_by_label("链接")).to_have_value(LINK)
    page.context.close()


def test_screens_without_script_have_a_way_on_and_nothing_that_needs_it(browser: Browser, gallery: str) -> None:
    look = _look(browser, gallery, script=False)
    for name in ("open", "code", "identity", "consent", "read", "decline", "done", "waiting"):
        page = look.at(name)
        assert page.locator("form button[type=submit]:enabled, .downloads a").count() > 0
        assert page.locator("[data-sheets]:visible, [data-copy]:visible").count() == 0
    look.page.context.close()
