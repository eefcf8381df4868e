"""The lender's staff at work in a real browser: a passkey to get in, a contract's timeline, an identity to check."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from ledger.core.log.permissions import Role
from ledger.services.agreements.pens import key_of_row
from ledger.storage.enrolled_keys import keys
from support.browser import DESKTOP, tool
from support.ceremonies import ceremony, person
from support.desks import make_signing_key, set_up
from support.live_service import HOME, Service
from support.loans import TERMS, party, pdf
from support.phones import Phone, open_phone

OpenPhone = Callable[..., Phone]


@pytest.fixture(scope="module")
def officer(browser: Browser, lender: Service) -> Iterator[Phone]:
    """Somebody who was given a set-up code, and has made a passkey to sign in with."""
    desk = open_phone(browser, lender.here.public_url, "staff", language="en", screen=DESKTOP)
    set_up(desk, lender, "Chen Officer", Role.OFFICER)
    yield desk
    desk.page.context.close()
    desk.watch.check()


def test_officer_signs_in_follows_a_contract_and_signs_out(officer: Phone, lender: Service) -> None:
    made = ceremony(lender, person("borrower", "林小雨"))
    page = officer.page
    page.goto("/staff?lang=en")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("h1")).to_have_text("Loan contracts")
    number = lender.officer().get(f"/v1/agreements/{made.id}").json()["number"]
    page.get_by_role("link", name=number).click()
    expect(page.get_by_text("林小雨").first).to_be_visible()
    officer.snap("timeline")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_text("时间线")).to_be_visible()
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate("axe.run().then(result => result.violations.map(fault => fault.id))") == []


def test_officer_countersigns_with_a_passkey_of_their_own(officer: Phone, lender: Service) -> None:
    page = officer.page
    page.goto("/staff?lang=en")
    make_signing_key(officer)
    institution_id = lender.institutions[HOME].id
    rows = lender.here.stores.database.read(lambda tx: keys(tx, institution_id, after="", limit=200))
    own = key_of_row(
        max((row for row in rows if row.purpose == "sign" and row.credential_id), key=lambda row: row.enrolled_at)
    )
    countersigner = {"role": "lender", "name": "Chen Officer", "key": own.to_json()}
    agreement = {"terms": dict(TERMS), "signers": [party().to_json(), countersigner], "send": True}
    made = lender.officer().create(pdf(), json.dumps(agreement)).json()
    page.goto(f"/staff/agreements/{made['id']}")
    page.get_by_role("link", name="Countersign").click()
    expect(page.locator("[data-pen=passkey]")).to_be_enabled()
    officer.snap("countersign")
    page.locator("[data-pen=passkey]").click()
    expect(page.locator("h1")).to_contain_text("Being signed")
    expect(page.get_by_role("link", name="Countersign")).to_have_count(0)
    signers = lender.officer().get(made["location"]).json()["signers"]
    assert [one["signed_at"] is not None for one in signers] == [False, True]


def test_officer_checks_papers_and_the_signer_goes_on(officer: Phone, lender: Service, phones: OpenPhone) -> None:
    made = ceremony(lender, person("borrower", "林小雨", proofing=True, id_number="330106199203154417"))
    phone = phones("papers", language="en")
    phone.page.goto(made.invitation(0))
    phone.page.locator("form button[type=submit]").click()
    phone.page.fill("#code", made.code())
    phone.page.locator("form button[type=submit]").first.click()
    picture = {"name": "id.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(40)}
    phone.page.set_input_files("#photo", picture)  # type: ignore[arg-type]  # a FilePayload
    phone.page.get_by_role("button", name="Hand in the photo").click()
    expect(phone.page.locator("h1")).to_have_text("Your document is being checked")
    officer.page.goto("/staff?lang=en")
    officer.page.get_by_role("link", name="Identity checks").click()
    officer.page.locator("table a").last.click()
    expect(officer.page.get_by_text("330106199203154417")).to_be_visible()
    officer.page.get_by_role("button", name="It is this person").click()
    expect(officer.page.get_by_text("Done.")).to_be_visible()
    expect(phone.page.locator("h1")).to_have_text("Agree to sign electronically", timeout=10_000)  # by itself
