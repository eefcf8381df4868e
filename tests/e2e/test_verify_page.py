"""The verify page in a real browser: ten separate answers, with and without script, on a phone and a desktop, in both languages."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from support.browser import DESKTOP, PHONE, SCREENSHOTS, Watch, tool
from support.service import Service

Open = Callable[..., Page]

WORDS = {
    "en": {"yes": "Yes", "no": "No", "proven": "Every answer that the trust policy requires is yes"},
    "zh": {"yes": "是", "no": "否", "proven": "信任策略要求的各项回答均为“是”"},
}


def check(page: Page, file: Path, receipt: Path, trust: Path | None = None) -> None:
    page.set_input_files("#file", file)
    page.set_input_files("#receipt", receipt)
    if trust is not None:
        page.set_input_files("#trust", trust)
    page.click("#verify button[type=submit]")
    page.wait_for_selector("#outcome")


def verdicts(page: Page) -> dict[int, str]:
    lines = page.locator("[data-answer]").all()
    return {int(line.get_attribute("data-answer") or 0): line.get_attribute("data-verdict") or "" for line in lines}


def snap(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def look(page: Page, name: str) -> None:
    """See that a page reads well on both screens and for assistive programs."""
    assert faults(page) == []
    for screen in (PHONE, DESKTOP):
        page.set_viewport_size({"width": screen.width, "height": screen.height})
        assert page.evaluate("document.documentElement.scrollWidth") == screen.width
        snap(page, f"{name}-{screen.name}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sound_file_gets_yes_lines_and_one_flipped_bit_makes_answer_1_no_alone(
    open_page: Open, service: Service, altered: Path, language: str
) -> None:
    page = open_page("/verify", language=language)
    look(page, f"verify-form-{language}")
    check(page, service.contract, service.evidence)
    sound = verdicts(page)
    assert sorted(sound) == list(range(1, 11))
    assert {sound[number] for number in (1, 2, 3)} == {"yes"}
    assert sound[10] == "not_checked"
    expect(page.locator("#outcome")).to_have_text(WORDS[language]["proven"])
    expect(page.locator("#outcome")).to_be_focused()
    assert page.title().startswith(WORDS[language]["proven"])
    expect(page.locator("[data-answer='1'] .verdict")).to_have_text(WORDS[language]["yes"])
    look(page, f"verify-report-{language}")
    check(page, altered, service.evidence)
    expect(page.locator("[data-answer='1'] .verdict")).to_have_text(WORDS[language]["no"])
    assert verdicts(page) == {**sound, 1: "no"}
    look(page, f"verify-altered-{language}")


def test_file_stays_on_the_device_with_script(open_page: Open, service: Service, watch: Watch) -> None:
    page = open_page("/verify")
    expect(page.get_by_text("Your file stays on this device")).to_be_visible()
    expect(page.get_by_text("Your file will be sent to this service")).to_be_hidden()
    bodies: list[str] = []
    page.expose_function("tallyTold", lambda told: bodies.append(told))  # noqa: PLW0108  # Playwright marks the function
    page.evaluate(
        """() => { const send = window.fetch; window.fetch = async (url, init) => {
             for (const [name, part] of init.body) await tallyTold(name + "=" + (part instanceof File ? part.name : part));
             return send(url, init); }; }"""
    )
    check(page, service.contract, service.evidence)
    data = service.contract.read_bytes()
    expected = {
        "receipt=contract.evidence.json",
        "trust=",
        f"sha256={hashlib.sha256(data).hexdigest()}",
        f"bytes={len(data)}",
    }
    assert set(bodies) == expected
    assert [request.method for request in watch.sent].count("POST") == 1
    expect(page.locator("[data-file-name]")).to_have_text("contract.pdf")


def test_without_script_the_page_says_that_it_uploads_and_answers_the_same(
    open_page: Open, service: Service, altered: Path
) -> None:
    page = open_page("/verify", script=False, screen=PHONE)
    expect(page.get_by_text("Your file will be sent to this service")).to_be_visible()
    expect(page.get_by_text("Your file stays on this device")).to_be_hidden()
    check(page, service.contract, service.evidence)
    assert verdicts(page)[1] == "yes"
    check(page, altered, service.evidence)
    assert verdicts(page)[1] == "no"
    assert verdicts(page)[3] == "yes"
    expect(page.locator("[data-file-name]")).to_have_text("altered.pdf")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_file_that_is_no_receipt_is_refused_with_what_to_do(open_page: Open, service: Service, *, script: bool) -> None:
    page = open_page("/verify", script=script)
    check(page, service.contract, service.contract)
    expect(page.locator("#outcome")).to_have_text("The receipt cannot be read")
    expect(page.locator("#result code")).to_have_text("evidence.malformed")
    expect(page.locator("#result")).to_contain_text(".evidence.json")
    assert verdicts(page) == {}


def test_receipt_of_another_log_gets_no_yes(open_page: Open, service: Service, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.trust.json"
    text = service.trust.read_text()
    origin = text.split('"origin":"')[1].split('"')[0]
    foreign.write_text(text.replace(origin, origin[:-1] + "X"))
    page = open_page("/verify")
    page.click("details.field summary")
    check(page, service.contract, service.evidence, foreign)
    assert verdicts(page).get(3, "no") != "yes"


def test_own_trust_policy_is_the_one_that_counts(open_page: Open, service: Service) -> None:
    page = open_page("/verify")
    check(page, service.contract, service.evidence, service.trust)
    expect(page.locator("pre code").first).to_have_text(
        "tally verify contract.pdf --receipt contract.evidence.json --trust trust.json --offline"
    )


def test_missing_receipt_is_asked_for_before_anything_is_sent(open_page: Open, service: Service, watch: Watch) -> None:
    page = open_page("/verify")
    page.set_input_files("#file", service.contract)
    page.click("#verify button[type=submit]")
    assert page.evaluate("document.querySelector('#receipt').validity.valueMissing")
    assert [request.method for request in watch.sent].count("POST") == 0


def test_empty_file_is_refused_in_the_browser(open_page: Open, service: Service, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    page = open_page("/verify")
    page.set_input_files("#file", empty)
    page.set_input_files("#receipt", service.evidence)
    page.click("#verify button[type=submit]")
    expect(page.get_by_role("status")).to_have_text("This file is empty. Choose the file that you received.")


HOSTILE = "a\u202efdp.<img src=x onerror=alert(1)>.exe';rm -rf ~"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_hostile_file_name_is_shown_harmlessly(open_page: Open, service: Service, *, script: bool) -> None:
    page = open_page("/verify", script=script)
    data = {"name": HOSTILE, "mimeType": "application/pdf", "buffer": service.contract.read_bytes()}
    page.set_input_files("#file", data)  # type: ignore[arg-type]  # a FilePayload
    page.set_input_files("#receipt", service.evidence)
    page.click("#verify button[type=submit]")
    page.wait_for_selector("#outcome")
    expect(page.locator("[data-file-name]")).to_have_text(HOSTILE.replace("\u202e", "�"))
    expect(page.locator("[data-file-word]")).to_have_text("FILE.pdf")
    assert page.locator("#result img").count() == 0


def test_whole_check_works_by_keyboard(open_page: Open, service: Service) -> None:
    page = open_page("/verify")
    page.set_input_files("#file", service.contract)
    page.set_input_files("#receipt", service.evidence)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#outcome")
    assert verdicts(page)[1] == "yes"


def faults(page: Page) -> list[str]:
    """Return what axe-core finds; it is run from its text, since the page's policy lets no foreign script in."""
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run().then(result => result.violations.map(fault => fault.id + ': ' + fault.nodes[0].html))"
    )
    return [str(fault) for fault in found]


def test_request_without_receipt_or_file_is_answered_with_what_is_missing(service: Service) -> None:
    def answered(**parts: tuple[str, bytes]) -> tuple[int, bool, bool]:
        answer = httpx2.post(
            f"{service.url}/verify", files=parts or None, data={"bytes": "5"}, headers={"Accept": "text/html"}
        )
        return answer.status_code, "verification.needs-file" in answer.text, "verification.needs-receipt" in answer.text

    assert answered() == (422, True, False)
    assert answered(receipt=("r.json", b"{}")) == (422, True, False)
    assert answered(file=("c.pdf", b"%PDF"), receipt=("", b"")) == (403, False, True)


def test_malformed_request_is_a_page_that_names_the_field(service: Service) -> None:
    form = {"bytes": "many", "sha256": "00" * 32}
    answer = httpx2.post(f"{service.url}/verify?lang=zh", data=form, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "request.invalid" in answer.text
    assert "内容无法使用" in answer.text
