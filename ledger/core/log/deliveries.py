"""Handing things over to others: when to try again, and the signature on an event (DESIGN section 9, docs/formats/webhook.md).

Promises: pure arithmetic; a receiver that checks what `check_event` checks knows who sent which bytes and that they are fresh.
Leaves to others: sending (messages) and keeping (storage).
"""

import hmac
import re
from datetime import timedelta
from hashlib import sha256

from ledger.errors import VerificationFailed

MOST_ATTEMPTS = 12  # over some two days; then it is a dead letter that a person looks at
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=12)
REPLAY_WINDOW_SECONDS = 300
SECRET_BYTES = 32

_SIGNATURE = re.compile(r"v1=[0-9a-f]{64}")


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 10 s, 40 s, 160 s … up to 12 hours."""
    return min(FIRST_WAIT * int(4 ** min(attempts - 1, 10)), LONGEST_WAIT)


def is_dead(attempts: int) -> bool:
    """Say whether to give up after so many failed attempts."""
    return attempts >= MOST_ATTEMPTS


def event_signature(secret: bytes, event_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header Tally-Signature: HMAC-SHA256 over `id.timestamp.body`."""
    message = f"{event_id}.{timestamp}.".encode() + body
    return "v1=" + hmac.new(secret, message, sha256).hexdigest()


def check_event(secret: bytes, headers: tuple[str, int, str], body: bytes, now: int) -> None:
    """Check a received event as its receiver should; `headers` are its id, timestamp and signature.

    Raises VerificationFailed("webhook.stale" | "webhook.bad-signature").
    """
    event_id, timestamp, signature = headers
    if abs(now - timestamp) > REPLAY_WINDOW_SECONDS:
        raise VerificationFailed("webhook.stale", f"expected an event of the last {REPLAY_WINDOW_SECONDS} seconds")
    expected = event_signature(secret, event_id, timestamp, body)
    if not _SIGNATURE.fullmatch(signature) or not hmac.compare_digest(expected, signature):
        raise VerificationFailed("webhook.bad-signature", "the signature is not of these bytes under this secret")
