"""Pens that are not the first passkey: a wallet in the browser (EIP-1193), and a new passkey in place of a lost one."""

import json
from collections.abc import Callable

from eth_account import Account
from eth_account.signers.local import LocalAccount
from playwright.sync_api import expect

from ledger.storage.enrolled_keys import keys
from support.browser import PHONE
from support.ceremonies import ceremony, person, typeset_ceremony
from support.live_service import HOME, Service
from support.phones import Phone

OpenPhone = Callable[..., Phone]
ID_NUMBER = "330106199203154417"

_PROVIDER = """
window.ethereum = { request: async ({ method, params }) =>
  method === "eth_requestAccounts" ? [%s] : await window.signTypedData(params[0], params[1]) };
"""


def give_wallet(phone: Phone, wallet: LocalAccount) -> list[str]:
    """Put a wallet into the browser that really signs; return what it was asked to sign, as it is asked."""
    asked: list[str] = []

    def sign(account: str, typed: str) -> str:
        assert account == wallet.address
        message = json.loads(typed)
        asked.append(message["primaryType"])
        return "0x" + bytes(Account.sign_typed_data(wallet.key, full_message=message).signature).hex()

    phone.page.expose_function("signTypedData", sign)
    phone.page.add_init_script(_PROVIDER % json.dumps(wallet.address))
    return asked


def test_wallet_is_enrolled_on_the_page_and_signs_there(lender: Service, phones: OpenPhone) -> None:
    made = ceremony(lender, person("borrower", "林小雨"), person("guarantor", "王芳"))
    phone = phones("wallet", language="en")
    asked = give_wallet(phone, Account.create())
    phone.enter(made, 0)
    phone.page.fill("#code", "TK4729")
    phone.page.check("[name=agree]")
    phone.page.locator("form button[type=submit]").last.click()
    phone.page.locator("[data-go-on]").click()  # one small page is read at once
    phone.page.locator("details.pen summary").first.click()
    assert phone.page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    phone.snap("make-wallet")
    phone.page.locator("[data-pen=make-wallet]").click()
    expect(phone.page.locator("[data-pen=wallet]")).to_be_enabled()
    phone.page.locator("[data-pen=wallet]").click()
    expect(phone.page.locator("h1")).to_contain_text("signed")
    assert asked == ["WalletEnrolment", "Statement"]


def test_lost_passkey_is_replaced_after_papers_were_checked_again(lender: Service, phones: OpenPhone) -> None:
    borrower = person("borrower", "林小雨", id_number=ID_NUMBER)
    made = typeset_ceremony(lender, borrower, person("guarantor", "王芳"))
    phone = phones("lost", language="en")
    phone.enter(made, 0)
    phone.agree()
    phone.read()
    phone.make_key()
    lost = phone.page.locator("#lost")
    lost.locator("summary").click()
    phone.snap("lost")
    lost.get_by_role("link").click()
    picture = {"name": "id.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(40)}
    phone.page.set_input_files("#photo", picture)  # type: ignore[arg-type]  # a FilePayload
    phone.page.get_by_role("button", name="Hand in the photo").click()
    expect(lost).to_contain_text("checking your papers")
    officer = lender.officer()
    waiting = [one for one in officer.get("/v1/identity").json()["items"] if one["agreement"] == made.id]
    decided = officer.post(f"/v1/identity/{waiting[0]['id']}/decisions", json={"accepted": True})
    assert decided.status_code in {201, 202}, decided.text
    phone.forget_keys()
    lost.get_by_role("link").click()
    lost.locator("[data-pen=replace-passkey]").click()
    expect(phone.page.locator("[data-pen=passkey]")).to_be_enabled()
    phone.sign()
    expect(phone.page.locator("h1")).to_have_text("You have signed")
    kept = lender.here.stores.database.read(lambda tx: keys(tx, lender.institutions[HOME].id, after="", limit=200))
    grounds = [row.revoked_ground for row in sorted(kept, key=lambda row: row.enrolled_at)[-2:]]
    assert grounds == ["lost", None]
