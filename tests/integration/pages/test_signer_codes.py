"""The page of the code: what it says of a message that never left, and the other way to the person."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from ledger.core.agreements.one_time_code import SENDING_LIFE
from ledger.core.log.directory import format_instant
from ledger.messages.console import read_outbox
from ledger.messages.door import Channel, Message
from ledger.storage.tables import messages as tables
from support.ceremonies import Ceremony, ceremony, person
from support.live_service import Service
from support.signer_desk import HTML

PHONE = "+8613800138000"


@pytest.fixture
def made(service: Service) -> Ceremony:
    return ceremony(service, person("borrower", "林晓雨", phone=PHONE, email="lin.xy@example.com"))


@pytest.fixture
def browser(service: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        base_url=service.url, headers=HTML | {"Accept-Language": "zh"}, follow_redirects=True, timeout=30
    ) as client:
        yield client


def silence(made: Ceremony, age: timedelta) -> None:
    """Leave this agreement's codes as a process leaves them that was killed while it sent them."""
    codes = tables.one_time_code
    at = format_instant(datetime.now(UTC) - age)  # noqa: TID251  # the service runs by the real clock
    change = codes.update().where(codes.c.agreement_id == made.id).values(made_at=at, delivery="sending")
    made.service.here.stores.database.write(lambda tx: tx.execute(change))


def newest(service: Service) -> Message:
    return [one for one in read_outbox(service.settings.data / "outbox") if one.kind == "code"][-1]


def test_code_whose_sender_was_killed_is_told_as_not_sent_and_another_goes_at_once(
    browser: httpx2.Client, made: Ceremony
) -> None:
    base = browser.post(made.link()).url.path
    silence(made, SENDING_LIFE - timedelta(seconds=20))
    assert "正在发送" in browser.get(base).text
    assert "HX-Refresh" not in browser.get(f"{base}/code/state").headers
    silence(made, SENDING_LIFE)
    assert browser.get(f"{base}/code/state").headers["HX-Refresh"] == "true"
    page = browser.get(base).text
    assert "未能发送至 +86…00" in page
    assert "已发送至" not in page
    assert 'data-wait="0"' in page
    assert browser.post(f"{base}/code/resend").url.query == b"note=sent"


def test_code_typed_in_full_width_digits_is_taken(browser: httpx2.Client, made: Ceremony) -> None:
    base = browser.post(made.link()).url.path
    wide = made.code().translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert browser.post(f"{base}/code", data={"code": wide}).url.query == b""


def test_person_with_two_addresses_chooses_the_other_and_is_told_which_one_was_used(
    service: Service, browser: httpx2.Client, made: Ceremony
) -> None:
    base = browser.post(made.link()).url.path
    assert newest(service).channel is Channel.SMS
    assert "改为发送至邮箱 l…@example.com" in browser.get(base).text
    made.let_another_code_go()
    page = browser.post(f"{base}/code/resend", data={"by": "email"}).text
    assert newest(service).channel is Channel.EMAIL
    assert "已发送至 l…@example.com" in page
    assert "改为发送短信至 +86…00" in page
    assert browser.post(f"{base}/code/resend", data={"by": "pigeon"}).status_code == 422
