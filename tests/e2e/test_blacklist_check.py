"""Staff check an applicant on the page, on a phone: the number never leaves it, and what comes out verifies as the command's files do."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.core.blacklist.judging import CheckVerdict, judge_check
from ledger.core.blacklist.receipts import parse_check_opening, parse_check_receipt
from ledger.core.log.permissions import Principal
from ledger.services.log.set_up_access import issue_first_code
from support.blacklist_service import FRAUDSTER, HONEST, BlacklistService, blacklist_service
from support.browser import PHONE
from support.live_service import HOME
from support.phones import Phone, open_phone

WRITTEN = "110105 19491231 002x"
APPLICATION = "DEMO-2026-000017"


@pytest.fixture(scope="module")
def blacklist(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlacklistService]:
    assert browser.is_connected()
    with blacklist_service(tmp_path_factory.mktemp("check") / "data") as opened:
        opened.home.list_subject(FRAUDSTER)
        opened.publish()
        yield opened


@pytest.fixture
def desk(browser: Browser, blacklist: BlacklistService) -> Iterator[Phone]:
    opened = open_phone(browser, blacklist.service.here.public_url, "blacklist")
    yield opened
    opened.page.context.close()
    opened.watch.check()


def sign_in(blacklist: BlacklistService, page: Page) -> None:
    here = blacklist.service.here
    operator = Principal("operator", blacklist.service.institutions[HOME].id, frozenset(), "program")
    page.goto("/staff/set-up")
    page.fill("#code", issue_first_code(here.stores, here.act(operator)))
    page.fill("#name", "Ada First")
    page.locator("[data-make]").click()
    expect(page.locator("nav a[href*='/blacklist/check']")).to_be_visible()


def ask(page: Page, kind: str, typed: str) -> None:
    page.select_option("#kind", kind)
    page.fill("#identifier", typed)
    page.fill("#application", APPLICATION)
    page.locator("[data-check] button").click()


def judged(blacklist: BlacklistService, page: Page, folder: Path) -> CheckVerdict:
    """Download both files as a person does, and hold them under the registry's policy."""
    found = {}
    for name in ("receipt", "opening"):
        with page.expect_download() as waiting:
            page.locator(f"[data-file={name}]").click()
        path = folder / name
        waiting.value.save_as(path)
        found[name] = path.read_bytes()
    receipt, opening = parse_check_receipt(found["receipt"]), parse_check_opening(found["opening"])
    assert opening.application == APPLICATION
    return judge_check(receipt, opening, blacklist.home.policy)


def in_every_dress(identifier: str) -> set[str]:
    """The digits of an identifier as they might stand in a request."""
    data = identifier.encode()
    spellings = {identifier, identifier.lower(), WRITTEN, data.hex()}
    return spellings | {base64.b64encode(bytes(pad) + data).decode()[4:20] for pad in (0, 1, 2)}


def test_number_is_checked_on_the_page_and_never_leaves_it(
    blacklist: BlacklistService, desk: Phone, tmp_path: Path
) -> None:
    page = desk.page
    sign_in(blacklist, page)
    page.goto("/blacklist/check")
    ask(page, "cn-id", WRITTEN.replace("002x", "0021"))
    expect(page.locator("[data-status]")).to_contain_text("校验位")  # refused here, nothing was asked
    ask(page, "cn-id", WRITTEN)
    expect(page.locator("[data-verdict]")).to_contain_text("已列入", timeout=20_000)
    expect(page.locator("[data-listings] li")).to_have_count(1)
    expect(page.locator("[data-listings]")).to_contain_text("伪造身份")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    desk.snap("listed")
    expect(page.locator("[data-co-located]")).to_be_visible()
    assert judged(blacklist, page, tmp_path).listed

    ask(page, "cn-uscc", HONEST.value.lower())
    expect(page.locator("[data-verdict]")).to_contain_text("未列入", timeout=20_000)
    verdict = judged(blacklist, page, tmp_path)
    assert (verdict.listed, verdict.identifier) == (False, HONEST)
    desk.snap("clean")

    asked = [
        f"{one.url}\n{one.all_headers()}\n{(one.post_data_buffer or b'').decode('latin-1')}" for one in desk.watch.sent
    ]
    assert sum("/v1/blacklist/evaluators/" in one for one in asked) == 4
    for identifier in (FRAUDSTER.value, HONEST.value):
        digits = re.compile("|".join(map(re.escape, in_every_dress(identifier))))
        assert [one for one in asked if digits.search(one)] == []


def test_stranger_is_led_to_the_sign_in(desk: Phone) -> None:
    desk.page.goto("/blacklist/check")
    expect(desk.page.locator("h1")).to_have_text("登录")
