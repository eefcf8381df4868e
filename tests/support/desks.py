"""Staff in a browser: somebody new, invited by the administrator, who makes a passkey to sign in with and one to sign with."""

from playwright.sync_api import expect

from ledger.core.log.permissions import Role
from support.live_service import HOME, Service
from support.phones import Phone


def set_up(desk: Phone, lender: Service, name: str, *roles: Role, institution: str = HOME) -> None:
    """Add a person of these roles, and sign them in on this browser with the code they were given."""
    administrator = lender.administrator(institution)
    added = administrator.post("/v1/people", json={"name": name, "roles": list(roles)}).json()
    invited = administrator.post(f"/staff/people/{added['id']}/invitations", json={}, headers={"Origin": lender.url})
    assert invited.status_code == 201, invited.text
    desk.page.goto("/staff")
    desk.page.locator("a[href*=set-up]").click()
    desk.page.fill("#code", invited.json()["code"])
    desk.page.locator("[data-make]").click()
    expect(desk.page.locator("nav a[href*='/staff/keys']")).to_be_visible()


def make_signing_key(desk: Phone) -> None:
    """Make a second passkey, which signs."""
    desk.page.goto("/staff/keys")
    desk.page.locator("[data-make]").click()
    expect(desk.page.locator(".card")).to_have_count(2)
