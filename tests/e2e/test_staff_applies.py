"""An officer enters an application in a browser, corrects it and withdraws it for its applicant."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from ledger.core.log.permissions import Role
from support.applications import PICTURE
from support.approvals import cn_identity
from support.browser import DESKTOP, PHONE, tool
from support.desks import set_up
from support.live_service import Service
from support.phones import Phone


def fill_in(page: Page) -> None:
    """Fill in the loan."""
    for label, value in (("Amount", "1,200,000.50"), ("Term in months", "36"), ("Grading standard", "2026-1")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Risk grade").select_option("B")
    page.get_by_label("Branch").fill("hangzhou")
    page.get_by_label("Terms to be approved").fill("07" * 32)


def is_accessible(page: Page) -> bool:
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: list[str] = page.evaluate("axe.run().then(result => result.violations.map(fault => fault.id))")
    return found == []


def withdraw(page: Page, letter: Path) -> None:
    page.get_by_text("Withdraw it for the applicant").first.click()
    page.get_by_label("Why", exact=True).fill("bought nothing")
    page.set_input_files("#evidence", letter)
    page.get_by_label("The applicant wants this").check()
    page.get_by_role("button", name="Withdraw it for the applicant").click()


def test_application_is_entered_corrected_and_withdrawn(
    lender: Service, phones: Callable[..., Phone], tmp_path: Path
) -> None:
    picture, letter = tmp_path / "identity.png", tmp_path / "letter.txt"
    picture.write_bytes(PICTURE)
    letter.write_text("I no longer want it.", encoding="utf-8")
    desk = phones("applies", language="en", screen=DESKTOP)
    set_up(desk, lender, "Olga Enters", Role.OFFICER)
    page = desk.page
    page.get_by_role("link", name="Applications").click()
    page.get_by_role("link", name="New application").click()
    fill_in(page)
    first = page.get_by_role("group", name="Applicant 1")
    first.get_by_label("Name").fill("𠮷田喆")
    first.get_by_label("Number", exact=True).fill("11010519491231002Y")
    page.set_input_files("#f1_file", picture)
    page.get_by_role("button", name="Put on record").click()
    wrong = first.get_by_label("Number", exact=True)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description("The last character does not fit the others: one is mistyped.")
    assert is_accessible(page)
    page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    desk.snap("wrong-phone")
    wrong.fill(cn_identity(871))
    page.set_input_files("#f1_file", picture)
    page.get_by_role("button", name="Put on record").click()
    expect(page.get_by_text("CNY 1,200,000.50")).to_be_visible()
    expect(page.get_by_role("button", name="Hand in for decision")).to_be_visible()
    page.get_by_role("link", name="Correct it").click()
    expect(page.get_by_label("Amount", exact=True)).to_have_value("1,200,000.50")
    page.get_by_label("Amount", exact=True).fill("900,000")
    page.get_by_role("button", name="Put on record").click()
    expect(page.get_by_text("CNY 900,000.00")).to_be_visible()
    withdraw(page, letter)
    expect(page.locator("h1 .state")).to_have_text("Withdrawn")
    desk.snap("withdrawn-phone")
