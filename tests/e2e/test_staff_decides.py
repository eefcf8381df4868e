"""A decision in a real browser: what waits, everything that would be signed, the very bytes, and the decider's own passkey."""

import hashlib
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ledger.core.log.permissions import Role
from support.browser import DESKTOP, PHONE, tool
from support.desks import make_signing_key, set_up
from support.live_applications import entered
from support.live_service import DECIDING, Service
from support.phones import Phone

OpenPhone = Callable[..., Phone]


@pytest.fixture
def loan(lender: Service, policy: None) -> str:  # noqa: ARG001  # it is in force
    """Hand in a loan that an officer and risk decide on; return its id."""
    made: str = entered(lender, DECIDING).json()["id"]
    submitted = lender.officer(DECIDING).post(f"/v1/applications/{made}/submissions")
    assert submitted.status_code == 201, submitted.text
    return made


def colleague(lender: Service, phones: OpenPhone, *roles: Role) -> Phone:
    """Give somebody new a browser in which they signed in and made a passkey to sign with."""
    desk = phones("decider", language="en", screen=DESKTOP)
    set_up(desk, lender, "Olga Decides", *roles, institution=DECIDING)
    make_signing_key(desk)
    return desk


def test_officer_sees_all_and_signs_the_decision(lender: Service, phones: OpenPhone, loan: str) -> None:
    desk = colleague(lender, phones, Role.OFFICER)
    page, number = desk.page, lender.officer(DECIDING).get(f"/v1/applications/{loan}").json()["number"]
    page.get_by_role("link", name="Decisions").click()
    expect(page.locator("h1")).to_have_text("What waits for me")
    desk.snap("queue")
    page.get_by_role("link", name=number).click()
    for shown in ("CNY 100,000.00", "林小雨", "11010519491231002X", "Personal instalment loan", "Step 2: risk"):
        expect(page.get_by_text(shown).first).to_be_visible()
    page.get_by_label("Approve").check()
    page.fill("#conditions", "insurance\n")
    page.get_by_role("button", name="Show me what I sign").click()
    exact, digest = page.locator("[data-exact]"), page.locator("[data-digest]")
    expect(exact).to_contain_text('"conditions":["insurance"]')
    assert hashlib.sha256((exact.text_content() or "").encode()).hexdigest() == digest.text_content()
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate("axe.run().then(result => result.violations.map(fault => fault.id))") == []
    desk.snap("decide")
    page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    desk.snap("decide-phone")
    page.fill("#conditions", "")  # a change takes what was shown away
    expect(page.locator("[data-sign]")).to_be_hidden()
    page.get_by_role("button", name="Show me what I sign").click()
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("You cannot decide on this application now")).to_be_visible()
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_text("已有审批意见")).to_be_visible()
    told = lender.officer(DECIDING).get(f"/v1/applications/{loan}").json()
    assert (told["waiting_for"], len(told["decisions"])) == ("risk", 1)
