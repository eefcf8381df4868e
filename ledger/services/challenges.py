"""Challenges for passkeys: fresh, for one purpose and one holder, taken once and within minutes."""

import hashlib
from datetime import datetime
from typing import Final

from ledger.core.log.directory import add_seconds, format_instant
from ledger.errors import Conflict
from ledger.services.context import Act
from ledger.storage.database import Connection
from ledger.storage.staff_access import ChallengeRow, forget_challenges, insert_challenge, take_challenge

VALID_SECONDS: Final = 600  # long enough to find the phone, short enough that nobody comes back to it
_BYTES: Final = 32


def issue_challenge(tx: Connection, act: Act, purpose: str, bound_to: str) -> bytes:
    """Return a new challenge; whatever expired is forgotten on the way."""
    challenge = act.random(_BYTES)
    forget_challenges(tx, format_instant(act.now))
    insert_challenge(tx, ChallengeRow(_digest(challenge), purpose, bound_to, add_seconds(act.now, VALID_SECONDS)))
    return challenge


def use_challenge(tx: Connection, challenge: bytes, *, purpose: str, bound_to: str, now: datetime) -> None:
    """Take a challenge; raise Conflict("passkey.challenge-used") when it was taken, expired, or was never for this holder."""
    if not take_challenge(tx, ChallengeRow(_digest(challenge), purpose, bound_to, format_instant(now))):
        raise Conflict(
            "passkey.challenge-used", "this request to the passkey was answered before or has expired; begin again"
        )


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(b"tally/challenge/v1\n" + challenge).digest()
