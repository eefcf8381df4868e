"""Staff get in with passkeys in a real browser: set-up code, sign-out, sign-in, and a signing key of their own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from ledger.core.log.permissions import Principal
from ledger.services.log.set_up_access import issue_first_code
from support.browser import PHONE
from support.live_service import NEIGHBOUR, Service
from support.phones import Phone, open_phone


@pytest.fixture
def desk(browser: Browser, lender: Service) -> Iterator[Phone]:
    opened = open_phone(browser, lender.here.public_url, "staff", language="en")
    yield opened
    opened.page.context.close()
    opened.watch.check()


def test_first_administrator_sets_up_signs_out_and_in_and_makes_a_signing_key(lender: Service, desk: Phone) -> None:
    institution_id = lender.institutions[NEIGHBOUR].id
    operator = Principal("operator", institution_id, frozenset(), "program")
    page = desk.page
    page.goto("/staff/set-up")
    page.fill("#code", issue_first_code(lender.here.stores, lender.here.act(operator)))
    page.fill("#name", "Ada First")
    page.locator("[data-make]").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("[data-use]")).to_be_enabled()
    page.locator("[data-use]").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.goto("/staff/keys")
    expect(page.locator(".card")).to_have_count(1)
    page.locator("[data-make]").click()
    expect(page.locator(".card")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    desk.snap("keys")
    kept = lender.administrator(NEIGHBOUR).get("/v1/keys").json()["items"]
    assert sorted(key["purpose"] for key in kept) == ["login", "sign"]
    assert {key["suite"] for key in kept} == {"webauthn"}


def test_keys_page_leads_a_stranger_to_the_sign_in(desk: Phone) -> None:
    desk.page.goto("/staff/keys")
    expect(desk.page.locator("h1")).to_have_text("Sign in")
