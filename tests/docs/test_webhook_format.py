"""The event in docs/formats/webhook.md is a vector: its signature is of its bytes under the secret that the document names."""

import re
from datetime import UTC, datetime

import pytest

from ledger.core.log.deliveries import check_event, event_signature
from ledger.errors import VerificationFailed
from signing.canonical import decode, encode
from support.shared_data import REPOSITORY

TEXT = (REPOSITORY / "docs" / "formats" / "webhook.md").read_text(encoding="utf-8")
HEADERS = dict(re.findall(r"^(Tally-[A-Za-z-]+): (.+)$", TEXT, re.MULTILINE))
BODY = next(line for line in TEXT.splitlines() if line.startswith("{")).encode()
SECRET = bytes.fromhex(re.findall(r"secret `([0-9a-f]{64})`", TEXT)[0])
EVENT = (HEADERS["Tally-Event-Id"], int(HEADERS["Tally-Timestamp"]), HEADERS["Tally-Signature"])


def test_the_signature_of_the_example_is_right() -> None:
    assert event_signature(SECRET, EVENT[0], EVENT[1], BODY) == EVENT[2]
    check_event(SECRET, EVENT, BODY, now=EVENT[1] + 300)


def test_the_body_is_canonical_and_about_the_entry_of_its_header() -> None:
    value = decode(BODY)
    assert encode(value) == BODY
    assert isinstance(value, dict)
    assert value["id"] == EVENT[0]
    assert datetime.fromtimestamp(EVENT[1], UTC).year == 2026


@pytest.mark.parametrize(
    ("secret", "event", "body", "late", "code"),
    [
        (bytes(32), EVENT, BODY, 0, "webhook.bad-signature"),
        (SECRET, EVENT, BODY.replace(b"signed", b"voided"), 0, "webhook.bad-signature"),
        (SECRET, ("other", *EVENT[1:]), BODY, 0, "webhook.bad-signature"),
        (SECRET, (EVENT[0], EVENT[1] + 1, EVENT[2]), BODY, 0, "webhook.bad-signature"),
        (SECRET, (*EVENT[:2], EVENT[2].upper()), BODY, 0, "webhook.bad-signature"),
        (SECRET, EVENT, BODY, 301, "webhook.stale"),
        (SECRET, EVENT, BODY, -301, "webhook.stale"),
    ],
)
def test_anything_else_is_refused(
    secret: bytes, event: tuple[str, int, str], body: bytes, late: int, code: str
) -> None:
    with pytest.raises(VerificationFailed) as refused:
        check_event(secret, event, body, now=EVENT[1] + late)
    assert refused.value.code == code
