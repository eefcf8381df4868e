"""One service and one browser for all page tests; each test gets a fresh page that watches for trouble."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from ledger.core.log.permissions import Role
from support import live_service
from support.blacklist_service import MEMBERS
from support.browser import DESKTOP, Screen, Watch, chromium
from support.live_service import DECIDING
from support.phones import Phone, open_phone
from support.policies import unchecked
from support.service import Service, running_service

LOCALES = {"en": "en-GB", "zh": "zh-CN"}

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def service(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Ask for the browser first: without one there is no need for a service."""
    assert browser.is_connected()
    with running_service(tmp_path_factory.mktemp("service") / "data") as started:
        yield started


@pytest.fixture
def watch(service: Service) -> Watch:
    return Watch(service.url)


@pytest.fixture
def open_page(browser: Browser, service: Service, watch: Watch) -> Iterator[Open]:
    """Return a function that opens a path in a fresh browser profile; at the end nothing may have gone wrong unseen."""
    contexts: list[BrowserContext] = []

    def opened(path: str, *, screen: Screen = DESKTOP, language: str = "en", script: bool = True) -> Page:
        size = {"width": screen.width, "height": screen.height}
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # a TypedDict of these two
            locale=LOCALES[language],
            java_script_enabled=script,
            base_url=service.url,
        )
        contexts.append(context)
        page = context.new_page()
        watch.attach(page)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    watch.check()


@pytest.fixture
def altered(service: Service, tmp_path: Path) -> Path:
    """Return the contract with one bit of one byte flipped."""
    data = bytearray(service.contract.read_bytes())
    data[len(data) // 2] ^= 1
    file = tmp_path / "altered.pdf"
    file.write_bytes(data)
    return file


@pytest.fixture(scope="session")
def lender(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[live_service.Service]:
    """One service for all tests of lenders; the browser is asked for first, since without one there is no need for it."""
    assert browser.is_connected()
    folder = tmp_path_factory.mktemp("lender") / "data"
    settings = live_service.settings_in(folder, sealing=True, seal_anchor_seconds=1)
    with live_service.running_service(settings, institutions=MEMBERS) as started:
        yield started


@pytest.fixture
def phones(browser: Browser, lender: live_service.Service) -> Iterator[Callable[..., Phone]]:
    """Return a function that gives a person a phone; at the end nothing may have gone wrong unseen."""
    given: list[Phone] = []

    def give(name: str, **more: str) -> Phone:
        given.append(open_phone(browser, lender.here.public_url, name, **more))  # type: ignore[arg-type]  # by name
        return given[-1]

    yield give
    for phone in given:
        phone.page.context.close()
        phone.watch.check()


@pytest.fixture(scope="session")
def policy(lender: live_service.Service) -> None:
    """Put a policy into force that asks for no attachments, at an institution whose contracts no other test sends."""
    policy = unchecked().to_json()
    for path in policy["paths"].values():  # type: ignore[union-attr]  # the shape is known here
        path["attachments"] = []  # type: ignore[index,call-overload]  # they have tests of their own
    body = {"policy": policy, "valid_from": "2026-01-01T00:00:00Z"}
    risk, administrator = lender.person(Role.RISK, institution=DECIDING), lender.administrator(DECIDING)
    proposed = risk.post("/v1/policies", json=body).json()["id"]
    published = administrator.post(f"/v1/policies/{proposed}/publications")
    assert published.status_code == 201, published.text
