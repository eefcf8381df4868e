"""What else happens while people sign: forwarded links, wrong codes, a change of mind, other bytes, another browser, another day."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from support.ceremonies import READING_CODE, Ceremony, ceremony, person
from support.live_service import Service
from support.phones import Phone

OpenPhone = Callable[..., Phone]
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0.47"
)


@pytest.fixture(scope="module")
def sent(lender: Service) -> Iterator[Ceremony]:
    """Contracts that were sent together, so that nobody waits for an invitation of their own."""
    return iter([ceremony(lender, person("borrower", "林小雨"), person("guarantor", "王芳")) for _ in range(7)])


@pytest.fixture
def made(sent: Iterator[Ceremony]) -> Ceremony:
    return next(sent)


def agree(page: Page) -> None:
    page.fill("#code", READING_CODE)
    page.check("[name=agree]")
    page.locator("form button[type=submit]").last.click()


def test_forwarded_link_opens_nothing_in_a_second_browser(phones: OpenPhone, made: Ceremony) -> None:
    link, first, second = made.invitation(0), phones("first"), phones("second", language="en")
    first.enter(made, 0, link=link)
    second.page.goto(link)
    second.page.locator("form button[type=submit]").click()
    expect(second.page.locator("h1")).to_have_text("This link was used in another browser")
    second.snap("link-used")
    second.page.get_by_role("button", name="Send me a new link").click()
    expect(second.page.locator("h1")).to_have_text("Look at your messages")
    first.page.reload()
    expect(first.page.locator("[name=agree]")).to_be_visible()


def test_wrong_code_is_told_where_it_is_typed_and_the_language_can_change_there(
    phones: OpenPhone, made: Ceremony
) -> None:
    page = phones("mistaken").page
    page.goto(made.invitation(0))
    page.locator("form button[type=submit]").click()
    page.fill("#code", f"{(int(made.code()) + 1) % 1_000_000:06}")
    page.locator("form button[type=submit]").first.click()
    expect(page.get_by_role("alert")).to_contain_text("验证码不正确")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("alert")).to_contain_text("That code is not right")
    expect(page.locator("[data-wait]")).to_be_disabled()  # another code has to wait
    page.fill("#code", made.code())
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Agree to sign electronically")
    page.go_back()
    page.reload()
    expect(page.locator("h1")).to_have_text("Agree to sign electronically")


def test_declining_asks_twice_and_tells_the_others(phones: OpenPhone, made: Ceremony) -> None:
    phone, other = phones("declining", language="en"), phones("other", language="en")
    other.enter(made, 1)
    phone.enter(made, 0)
    phone.page.get_by_role("link", name="I do not want to sign").click()
    phone.page.get_by_label("The terms are not what was agreed").check()
    phone.page.get_by_role("button", name="Decline to sign").click()
    assert phone.page.evaluate("document.querySelector('[name=sure]').validity.valueMissing")
    phone.page.check("[name=sure]")
    phone.page.get_by_role("button", name="Decline to sign").click()
    expect(phone.page.locator("h1")).to_have_text("You declined to sign")
    other.page.reload()
    expect(other.page.locator("h1")).to_have_text("This contract was declined")


def test_other_bytes_than_announced_are_not_drawn_and_cannot_be_signed(phones: OpenPhone, made: Ceremony) -> None:
    """Somebody between service and page serves another contract: the page refuses, before and after reading."""
    phone = phones("deceived", language="en")
    page = phone.page

    def altered(route: Route) -> None:
        body = bytearray(route.fetch().body())
        body[len(body) // 2] ^= 1
        route.fulfill(body=bytes(body), content_type="application/pdf")

    phone.enter(made, 0)
    page.route("**/document", altered)
    page.reload()
    expect(page.locator("[data-viewer] [data-status]")).to_contain_text("not the one you are asked to sign")
    expect(page.locator("form button[type=submit]").last).to_be_disabled()
    page.unroute("**/document")
    page.reload()
    agree(page)
    phone.read()
    page.route("**/document", altered)
    page.reload()
    expect(page.locator("[data-pens] [data-status]")).to_contain_text("the file on this device is not the one")
    expect(page.locator("[data-pen=make-passkey]")).to_be_disabled()


def test_statement_of_another_contract_is_refused_by_the_page(phones: OpenPhone, made: Ceremony) -> None:
    phone = phones("misled", language="en")
    page = phone.page
    phone.enter(made, 0)
    agree(page)
    phone.read()
    phone.make_key()

    def misleading(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json={**told, "sha256": "0" * 64})

    page.route("**/sign/at/*/statement*", misleading)
    page.reload()
    expect(page.locator("[data-pens] [data-status]")).to_contain_text("is not what this page shows")
    expect(page.locator("[data-pen=passkey]")).to_be_disabled()


def test_phone_in_an_app_goes_on_in_the_browser_where_it_was(phones: OpenPhone, made: Ceremony) -> None:
    app = phones("app", agent=WECHAT)
    app.page.goto(made.invitation(0))
    expect(app.page.get_by_role("link", name="在浏览器中打开")).to_be_visible()
    app.snap("in-app")
    app.enter(made, 0)
    agree(app.page)
    app.read()
    app.page.get_by_role("button", name="在其他浏览器中继续").click()
    link = app.page.locator("[data-place]").input_value()
    phone = phones("browser")
    phone.page.goto(link)
    phone.page.locator("form button[type=submit]").click()
    expect(phone.page.locator("h1")).to_have_text("输入验证码")  # a code of its own; the steps are kept
    app.page.goto(f"/sign/at/{made.signer_ids[0]}")
    expect(app.page.locator("h1")).to_have_text("本浏览器的会话已结束")


def test_without_script_everything_works_but_the_key(phones: OpenPhone, made: Ceremony) -> None:
    phone = phones("plain", language="en", script="no")
    phone.enter(made, 0)
    agree(phone.page)
    expect(phone.page.locator("h1")).to_have_text("Read the contract")
    expect(phone.page.get_by_role("link", name="Download the contract")).to_be_visible()
    phone.page.locator("[data-go-on]").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("without JavaScript this page cannot show it")
    phone.page.get_by_role("link", name="I do not want to sign").click()
    expect(phone.page.locator("h1")).to_have_text("Decline to sign")


def test_finished_contract_is_fetched_again_with_the_passkey_and_not_with_a_code_alone(
    phones: OpenPhone, lender: Service
) -> None:
    made = ceremony(lender, person("borrower", "林小雨"))
    phone = phones("again", language="en")
    phone.enter(made, 0)
    agree(phone.page)
    phone.read()
    phone.make_key()
    phone.sign()
    expect(phone.page.locator("h1")).to_have_text("Your contract is complete", timeout=30_000)
    phone.page.context.clear_cookies()
    phone.page.goto(made.link(0))
    phone.page.locator("form button[type=submit]").click()
    made.let_another_code_go()
    phone.page.goto(f"/sign/at/{made.signer_ids[0]}")
    phone.page.locator("[data-wait]").click()
    phone.page.fill("#code", made.code())
    phone.page.locator("form button[type=submit]").first.click()
    expect(phone.page.locator("h1")).to_have_text("Fetch your copy again")
    refused = phone.page.request.get(f"/sign/at/{made.signer_ids[0]}/sealed")
    assert (refused.status, "session.not-proved" in refused.text()) == (403, True)
    phone.snap("again")
    phone.page.get_by_role("button", name="Confirm with my passkey").click()
    expect(phone.page.locator("h1")).to_have_text("Your contract is complete")
