"""Rules of one-time codes: six digits, bound to one browser session, rate-limited (DESIGN section 5).

Promises: pure decisions over times and counts. What is stored of a code is a hash under the session's own token, which only
that browser has: a copied database does not give codes away, and a code is worth nothing in another browser.
Leaves to others: sending (messages) and keeping (storage).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ledger.core.agreements.invitation import is_in_date
from ledger.core.log.hashing import same_digest
from ledger.errors import Conflict, NotAllowed
from signing.envelope import tagged_hash

DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
MAX_ATTEMPTS = 5  # per code: a guess hits with 5 in a million
BETWEEN_CODES = timedelta(seconds=60)
SENDING_LIFE = timedelta(seconds=45)  # longer than a sender's own time-outs: after it nobody is sending any more
MOST_PER_HOUR = 5
MOST_PER_DAY = 10
MOST_FAILURES_PER_DAY = 20  # over all codes and browsers of one signer: an attacker gets 20 guesses a day, no more
RANDOM_BYTES = 16  # reduced modulo a million: the bias is below 2^-100

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Delivery(StrEnum):
    """What became of the message that brings a code."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class SentCode:
    """When a code was handed over, and what was heard of it since."""

    made_at: datetime
    delivery: Delivery

    def fate(self, now: datetime) -> Delivery:
        """Return what a reader is told: of a code whose sender fell silent, that it was not sent. It counts if it comes after all."""
        is_silent = self.delivery is Delivery.SENDING and now - self.made_at >= SENDING_LIFE
        return Delivery.FAILED if is_silent else self.delivery


@dataclass(frozen=True, kw_only=True)
class KeptCode:
    """What is stored of a code; `failures` counts wrong attempts at it."""

    made_at: datetime
    digest: bytes
    failures: int
    used_at: datetime | None

    @property
    def expires_at(self) -> datetime:
        return self.made_at + CODE_LIFE


def new_code(random: bytes) -> str:
    """Return six digits out of RANDOM_BYTES random bytes."""
    return f"{int.from_bytes(random, 'big') % 10**DIGITS:0{DIGITS}}"


def code_digest(session_token: str, code: str) -> bytes:
    """Return what is stored of a code, bound to the browser that asked for it."""
    return tagged_hash("one-time-code", bytes.fromhex(session_token), code.encode())


def wait_before_next(sent: Sequence[SentCode], now: datetime) -> timedelta:
    """Return how long to wait before another code may be sent to this signer; zero when it may be now.

    One that was not sent asks for no pause, but counts in the hour and the day: a broken sender is not tried without end.
    """
    newest_first = sorted((code.made_at for code in sent), reverse=True)
    arrived = [code.made_at for code in sent if code.fate(now) is not Delivery.FAILED]
    free_at = [now, *(at + BETWEEN_CODES for at in arrived)]
    for most, span in ((MOST_PER_HOUR, _HOUR), (MOST_PER_DAY, _DAY)):
        if len(newest_first) >= most:
            free_at.append(newest_first[most - 1] + span)
    return max(free_at) - now


def check_may_send(sent: Sequence[SentCode], now: datetime) -> None:
    """Raise NotAllowed("code.too-often") while the limits say wait."""
    wait = wait_before_next(sent, now)
    if wait > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        raise NotAllowed("code.too-often", f"a code was sent lately; another can be sent in {seconds} seconds")


def check_code(kept: KeptCode | None, digest: bytes, *, failures_today: int, now: datetime) -> None:
    """Raise unless `digest` is that of the newest code of this browser and the code still counts.

    Codes: Conflict "code.none", "code.used", "code.expired"; NotAllowed "code.locked", "code.wrong".
    """
    if failures_today >= MOST_FAILURES_PER_DAY:
        raise NotAllowed("code.locked", "too many wrong codes; try again tomorrow, or ask the lender to help")
    if kept is None:
        raise Conflict("code.none", "no code was sent to this browser; ask for one here")
    if kept.used_at is not None:
        raise Conflict("code.used", "this code was used before; ask for a new one")
    if not is_in_date(kept.made_at, kept.expires_at, now) or kept.failures >= MAX_ATTEMPTS:
        raise Conflict("code.expired", "this code is out of date; ask for a new one")
    if not same_digest(kept.digest, digest):
        left = MAX_ATTEMPTS - kept.failures - 1
        raise NotAllowed("code.wrong", f"this is not the code that was sent; {left} attempts are left")
