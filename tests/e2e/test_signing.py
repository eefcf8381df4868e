"""The whole ceremony in real browsers: on phones, with passkeys, through the pages that customers see."""

import hashlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from api.wiring import ids
from ledger.core.evidence.answers import AnswerName
from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.verify_file import FileFacts, verify
from support.browser import PHONE
from support.ceremonies import person, typeset_ceremony
from support.live_service import Service, running_service, settings_in
from support.phones import Phone, open_phone

OpenPhone = Callable[..., Phone]


@pytest.fixture(scope="module")
def lender(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A lender's service; the browser is asked for first, since without one there is no need for it."""
    assert browser.is_connected()
    with running_service(settings_in(tmp_path_factory.mktemp("lender") / "data")) as started:
        yield started


@pytest.fixture
def phones(browser: Browser, lender: Service) -> Iterator[OpenPhone]:
    """Return a function that gives a person a phone; at the end nothing may have gone wrong unseen."""
    given: list[Phone] = []

    def give(name: str, **more: str) -> Phone:
        given.append(open_phone(browser, lender.here.public_url, name, **more))  # type: ignore[arg-type]  # by name
        return given[-1]

    yield give
    for phone in given:
        phone.page.context.close()
        phone.watch.check()


def test_borrower_guarantor_and_officer_sign_on_phones_with_passkeys(lender: Service, phones: OpenPhone) -> None:
    made = typeset_ceremony(
        lender,
        person("borrower", "林㛃𠮷"),
        person("guarantor", "王芳"),
        person("lender", "Chen, Alpha Lender", order=2),
    )
    borrower, guarantor = phones("borrower"), phones("guarantor", language="en")
    borrower.walk(made, 0)
    expect(borrower.page.locator("h1")).to_have_text("您已签署")
    assert borrower.page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    guarantor.walk(made, 1)
    expect(guarantor.page.locator("h1")).to_have_text("You have signed")
    expect(borrower.page.locator(".people .verdict.yes")).to_have_count(2, timeout=10_000)  # the page updates by itself
    officer = phones("officer", language="en")
    officer.walk(made, 2)
    expect(officer.page.locator("h1")).to_contain_text("All have signed")
    signed = lender.officer().get(f"/v1/agreements/{made.id}").json()
    assert signed["state"] in {"signed", "sealing", "complete"}
    assert signed["document"]["sha256"] == hashlib.sha256(made.document).hexdigest()


def test_one_time_key_made_in_the_browser_signs_and_is_called_weaker(lender: Service, phones: OpenPhone) -> None:
    """The key never leaves the page; the authority sees a request, and a stranger who verifies is told that the pen is weaker."""
    borrower = {**person("borrower", "李雷"), "pens": ["passkey", "one-time-key"]}
    made = typeset_ceremony(lender, borrower, person("guarantor", "韩梅"))
    phone = phones("once", language="en")
    phone.enter(made, 0)
    phone.agree()
    phone.read()
    phone.page.locator("details.pen summary").click()
    phone.page.locator("[data-pen=one-time-key]").click()
    expect(phone.page.locator("h1")).to_contain_text("signed")

    officer = lender.officer()
    evidence = officer.get(f"/v1/agreements/{made.id}/evidence").content
    policy = parse_trust(lender.nobody().get("/v1/trust").content)
    file = FileFacts(hashlib.sha256(made.document).digest(), len(made.document))
    report = verify(file, evidence, policy, now=ids.now())
    codes = {reason.code for reason in report[AnswerName.SIGNATURES].reasons}
    assert codes == {"signatures.valid", "signatures.incomplete", "keys.code-only", "keys.weaker"}
