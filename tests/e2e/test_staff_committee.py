"""A committee named and a counter-offer made on the staff's pages: chosen, read over, confirmed, signed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger.core.log.permissions import Role
from support.approvals import cn_identity
from support.browser import DESKTOP, PHONE, tool
from support.desks import make_signing_key, set_up
from support.live_applications import entered
from support.live_service import DECIDING, Service
from support.phones import Phone

OpenPhone = Callable[..., Phone]


def handed_in(lender: Service, minor: str) -> str:
    amount = {"currency": "CNY", "minor": minor}
    made: str = entered(lender, DECIDING, identity=cn_identity(int(minor) % 997), amount=amount).json()["id"]
    submitted = lender.officer(DECIDING).post(f"/v1/applications/{made}/submissions")
    assert submitted.status_code == 201, submitted.text
    return made


def is_accessible(page: Page) -> bool:
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: list[str] = page.evaluate("axe.run().then(result => result.violations.map(fault => fault.id))")
    return found == []


def narrow(page: Page) -> None:
    page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width


@pytest.mark.usefixtures("policy")
def test_risk_names_a_committee_and_its_member_votes(lender: Service, phones: OpenPhone) -> None:
    loan = handed_in(lender, "900000000")
    for name in ("王建国", "李婷", "Chen Wei", "赵敏", "𠮷田喆"):
        body = {"name": name, "roles": ["committee"]}
        assert lender.administrator(DECIDING).post("/v1/people", json=body).is_success
    desk = phones("names", language="en", screen=DESKTOP)
    set_up(desk, lender, "Rita Risk", Role.RISK, Role.COMMITTEE, institution=DECIDING)
    make_signing_key(desk)
    page = desk.page
    page.goto("/staff/queue")
    expect(page.get_by_text("its committee is to be named")).to_be_visible()
    page.goto(f"/staff/applications/{loan}")
    members = page.locator("[name=member]")
    expect(members).to_have_count(6)
    desk.snap("committee")
    for name in ("王建国", "李婷", "Chen Wei", "赵敏"):
        page.get_by_label(name).check()
    page.get_by_label("Who takes the chair").select_option(label="李婷")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text(re.compile("choose 5 members.*4 were chosen"))).to_be_visible()
    for name in ("王建国", "李婷", "Chen Wei", "赵敏", "Rita Risk"):
        page.get_by_label(name).check()
    page.get_by_label("Who takes the chair").select_option(label="李婷")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("h1")).to_have_text("Is this the committee?")
    assert is_accessible(page)
    desk.snap("committee-confirm")
    narrow(page)
    desk.snap("committee-confirm-phone")
    assert not lender.officer(DECIDING).get(f"/v1/applications/{loan}").json().get("sittings")
    page.get_by_role("button", name="Name this committee").click()
    expect(page.get_by_text("not voted yet")).to_have_count(5)
    page.get_by_label("Withdraw: I have a conflict of interest").check()
    page.get_by_role("button", name="Show me what I sign").click()
    expect(page.get_by_text("Write a reason first.")).to_be_visible()
    page.fill("#reason", "The borrower is my cousin")
    page.get_by_role("button", name="Show me what I sign").click()
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("not voted yet")).to_have_count(4)
    expect(page.get_by_text("You cannot decide on this application now")).to_be_visible()
    desk.snap("committee-withdrew-phone")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_text("未表决")).to_have_count(4)
    desk.snap("committee-withdrew-phone-zh")


@pytest.mark.usefixtures("policy")
def test_counter_offer_is_typed_in_main_units_and_taken(lender: Service, phones: OpenPhone, tmp_path: Path) -> None:
    loan = handed_in(lender, "10000000")
    desk = phones("offers", language="en", screen=DESKTOP)
    set_up(desk, lender, "Olga Offers", Role.OFFICER, institution=DECIDING)
    make_signing_key(desk)
    page = desk.page
    page.goto(f"/staff/applications/{loan}")
    expect(page.get_by_label("Amount in CNY")).to_be_hidden()
    page.get_by_label("Counter-offer").check()
    page.fill("#reason", "Too much for the income")
    page.get_by_role("button", name="Show me what I sign").click()
    expect(page.get_by_text("Write an amount in CNY, such as 80,000.00")).to_be_visible()
    page.get_by_label("Amount in CNY").fill("80 000")
    page.get_by_label("Term in months").fill("12")
    page.get_by_role("button", name="Show me what I sign").click()
    expect(page.locator("[data-exact]")).to_contain_text('"conditions":["amount=CNY 80,000.00","term_months=12"]')
    assert is_accessible(page)
    desk.snap("offer")
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("No mail address was given for this applicant.")).to_be_visible()
    expect(page.get_by_text(re.compile("Offered: CNY.80,000.00, 12 months"))).to_be_visible()
    told = lender.officer(DECIDING).get(f"/v1/applications/{loan}").json()
    assert told["state"] == "countered"
    page.get_by_text("Told another way").click()
    page.get_by_label("How", exact=True).select_option(label="letter")
    page.get_by_label("Reference").fill("EMS 1234")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("letter, answer by")).to_be_visible()
    narrow(page)
    desk.snap("told-phone")
    letter = tmp_path / "letter.txt"
    letter.write_text("I take it.", encoding="utf-8")
    page.get_by_text("Take the counter-offer for the applicant").first.click()
    page.fill("#accept-terms", "08" * 32)
    page.set_input_files("#accept-evidence", letter)
    page.get_by_label("The applicant takes the offer").check()
    page.get_by_role("button", name="Take the counter-offer for the applicant").click()
    expect(page.locator("h1 .state")).to_have_text("Draft")
    expect(page.get_by_text("CNY 80,000.00").first).to_be_visible()
