"""A person with a phone: a browser of their own, with a passkey authenticator that confirms at once, walking through the pages."""

from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page, expect

from support.browser import PHONE, SCREENSHOTS, Screen, Watch
from support.ceremonies import Ceremony, printed_code

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True)
class Phone:
    """One person's browser."""

    page: Page
    watch: Watch
    name: str
    devices: CDPSession
    authenticator: str

    def snap(self, what: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"walk-{self.name}-{what}.png", full_page=True)

    def enter(self, made: Ceremony, place: int, *, link: str = "") -> None:
        """Open the link and confirm the browser."""
        self.page.goto(link or made.invitation(place))
        self.page.locator("form button[type=submit]").last.click()
        self.page.fill("#code", made.code())
        self.page.locator("form button[type=submit]").first.click()
        expect(self.page.locator("[name=agree]")).to_be_visible()

    def agree(self) -> None:
        """Find the reading code in the contract, as it is drawn on the page, and agree."""
        self.page.locator("[data-text] summary").click()
        text = self.page.locator("[data-text-pages]").inner_text()
        self.page.fill("#code", printed_code(text))
        self.page.check("[name=agree]")
        self.page.locator("form button[type=submit]").last.click()
        expect(self.page.locator("[data-go-on]")).to_be_visible()

    def read(self) -> None:
        """Go through the contract to its end."""
        onward = self.page.locator("[data-go-on]")
        expect(onward).to_be_disabled()
        expect(self.page.locator("[data-text]")).to_be_visible()  # every sheet has its place by then
        self.page.locator(".sheet").last.scroll_into_view_if_needed()
        expect(onward).to_be_enabled()
        onward.click()
        expect(self.page.locator("[data-pens]")).to_be_visible()

    def make_key(self) -> None:
        self.page.locator("[data-pen=make-passkey]").click()
        expect(self.page.locator("[data-pen=passkey]")).to_be_enabled()

    def forget_keys(self) -> None:
        """Lose every passkey, as with a phone that is gone."""
        self.devices.send("WebAuthn.clearCredentials", {"authenticatorId": self.authenticator})

    def sign(self) -> None:
        self.page.locator("[data-pen=passkey]").click()

    def walk(self, made: Ceremony, place: int) -> None:
        """Take every step from the link to the signature."""
        self.enter(made, place)
        self.agree()
        self.read()
        self.make_key()
        self.sign()


def open_phone(  # noqa: PLR0913  # a person's circumstances
    browser: Browser,
    url: str,
    name: str,
    *,
    language: str = "zh",
    screen: Screen = PHONE,
    agent: str | None = None,
    script: str = "yes",
) -> Phone:
    """Return a phone of its own, with its authenticator."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
        base_url=url,
        has_touch=True,
        user_agent=agent,
        java_script_enabled=script == "yes",
    )
    page, watch = context.new_page(), Watch(url)
    watch.attach(page)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    return Phone(page, watch, name, devices, made["authenticatorId"])
