"""Staff check an applicant on the page, on a phone: the number never leaves it, and what comes out verifies as the command's files do."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.turns import Publishing
from api.wiring.co_located import open_co_located, registry_key
from ledger.core.blacklist.identifiers import Purpose, parse_identifier
from ledger.core.blacklist.judging import CheckVerdict, judge_check
from ledger.core.blacklist.listings import Reason
from ledger.core.blacklist.receipts import parse_check_opening, parse_check_receipt
from ledger.core.log.permissions import Role
from support.blacklist_service import FRAUDSTER, HONEST, BlacklistService, with_blacklist
from support.browser import PHONE
from support.consortium import STATEMENT, TODAY
from support.desks import set_up
from support.live_service import Service
from support.phones import Phone, open_phone

VICTIM = parse_identifier("passport", "CHN:E30000001", TODAY)
WRITTEN = "110105 19491231 002x"
APPLICATION = "DEMO-2026-000017"


@pytest.fixture(scope="module")
def blacklist(lender: Service) -> BlacklistService:
    opened = with_blacklist(lender)
    opened.home.list_subject(FRAUDSTER)
    opened.publish()
    return opened


@pytest.fixture
def desk(browser: Browser, blacklist: BlacklistService) -> Iterator[Phone]:
    opened = open_phone(browser, blacklist.service.here.public_url, "blacklist")
    yield opened
    opened.page.context.close()
    opened.watch.check()


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
    set_up(desk, blacklist.service, "Ada Checks", Role.OFFICER)
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


def test_subject_of_the_older_of_two_open_epochs_is_found_and_a_marker_accuses_nobody(
    blacklist: BlacklistService, desk: Phone
) -> None:
    page, here = desk.page, blacklist.service.here
    blacklist.home.list_subject(VICTIM, replace(STATEMENT, reason=Reason.VICTIM))
    blacklist.publish()
    open_co_located(here, Purpose.BLACKLIST, registry_key(here), number=2)
    Publishing(here).turn()
    set_up(desk, blacklist.service, "Ben Checks", Role.OFFICER)
    page.goto("/blacklist/check")
    ask(page, "cn-id", WRITTEN)
    expect(page.locator("[data-verdict]")).to_contain_text("已列入", timeout=30_000)
    expect(page.locator("[data-file=receipt]")).to_have_count(2)
    ask(page, "passport", VICTIM.value)
    expect(page.locator("[data-verdict]")).to_contain_text("并非指控", timeout=30_000)
    expect(page.locator("[data-not-whole]")).to_be_hidden()
    expect(page.locator("[data-file=receipt]")).to_have_count(2)
    desk.snap("marked")


def test_stranger_is_led_to_the_sign_in(desk: Phone) -> None:
    desk.page.goto("/blacklist/check")
    expect(desk.page.locator("h1")).to_have_text("登录")
