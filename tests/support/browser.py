"""Real Chromium for page tests, and pages that fail their test when something went wrong unseen.

Promises: nothing a page loads comes from elsewhere, no console error, no policy violation, no script error. Where there is no
Chromium: a failure when CI=true, else a skipped test that says how to get one.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
SCREENSHOTS = REPOSITORY / ".build" / "screenshots"
TOOLS = REPOSITORY / "tests" / "e2e" / "node_modules"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FLAGS = (
    "--no-sandbox",  # tests run as root in containers; only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


_EXPECTED = (
    "Failed to load resource: the server responded with a status of 4",  # a refusal that the test is about
    "publicKey.pubKeyCredParams is missing at least one of the default",  # we take ES256 only, since contracts can check it
)


@dataclass(frozen=True)
class Screen:
    """What a reader sits in front of."""

    name: str
    width: int
    height: int


PHONE = Screen("phone", 360, 740)
DESKTOP = Screen("desktop", 1200, 850)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium from PATH."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        _missing("no Chromium on PATH: run scripts/install_test_tools")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_FLAGS))
        yield browser
        browser.close()


def tool(path: str) -> Path:
    """Return a file of tests/e2e/node_modules."""
    found = TOOLS / path
    if not found.exists():
        _missing(f"no {path} in tests/e2e/node_modules: run scripts/install_test_tools")
    return found


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":  # noqa: TID251  # CI must not pass by skipping
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Watch:
    """What a page said and asked for; `check` fails when any of it should not be."""

    url: str
    troubles: list[str] = field(default_factory=list)
    sent: list[Request] = field(default_factory=list)

    def attach(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self._request)

    def check(self) -> None:
        assert self.troubles == []

    def _console(self, message: ConsoleMessage) -> None:
        expected = message.text.startswith(_EXPECTED)
        if message.type in {"error", "warning"} and not expected:
            self.troubles.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        self.sent.append(request)
        if not request.url.startswith((self.url, "blob:", "data:")):
            self.troubles.append(f"request to elsewhere: {request.url}")
