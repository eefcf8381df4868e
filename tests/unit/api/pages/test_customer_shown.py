"""What the signing pages show, as plain values."""

import pytest

from api.pages.customer.in_app import browser_of
from api.pages.customer.shown import consent_lines, progress, shown_size
from ledger.core.agreements.consent import CONSENT_TEXT

LINK = "https://sign.example.com/sign/3f"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"


def test_step_indicator_has_one_step_that_is_now() -> None:
    shown = progress("read")
    assert [step.state for step in shown.steps] == ["done", "done", "now", "later", "later"]
    assert (shown.number, shown.count) == (3, 5)


def test_unknown_step_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        progress("dance")


@pytest.mark.parametrize(("count", "shown"), [(1023, "1,023 B"), (62_217, "61 KB"), (26_214_400, "25.0 MB")])
def test_length_is_shown_as_people_read_it(count: int, shown: str) -> None:
    assert shown_size(count).replace(",", "") == shown.replace(",", "")


def test_consent_is_shown_whole_with_each_language_marked() -> None:
    english, chinese = consent_lines(CONSENT_TEXT)
    assert (english.language, chinese.language) == ("en", "zh-Hans")
    shown = (english.text + chinese.text).replace(" ", "")
    assert shown == "".join(CONSENT_TEXT.split("\n")[1:]).replace(" ", "")


@pytest.mark.parametrize(
    ("agent", "app", "intent"),
    [
        (f"{ANDROID} MicroMessenger/8.0", "WeChat", "intent://sign.example.com/sign/3f#Intent;scheme=https;"),
        (f"{IPHONE} MicroMessenger/8.0", "WeChat", "x-safari-https://sign.example.com/sign/3f"),
        (f"{IPHONE} [FBAN/FBIOS;FBAV/450]", "Facebook", "x-safari-https://"),
        (ANDROID.replace("Pixel 8", "Pixel 8; wv"), "an app", "intent://"),
        ("Mozilla/5.0 (Windows NT 10.0) DingTalk/7", "DingTalk", None),
    ],
)
def test_app_is_named_and_the_way_out_keeps_the_link(agent: str, app: str, intent: str | None) -> None:
    browser = browser_of(agent, LINK, "en")
    assert (browser.app, browser.link) == (app, LINK)
    assert (browser.intent or "").startswith(intent or "")
    assert (browser.intent is None) is (intent is None)


@pytest.mark.parametrize("agent", [ANDROID, f"{IPHONE} Version/17.5 Safari/604.1", "", "Mozilla/5.0 Firefox/131.0"])
def test_browser_is_left_alone(agent: str) -> None:
    browser = browser_of(agent, LINK, "zh")
    assert (browser.app, browser.intent) == (None, None)
