"""When a log is anchored, as a rule over plain values: soon for a signed agreement, else at intervals and at day close.

Promises: the same growth gives the same moment; daylight saving neither skips nor doubles a day close.
Leaves to others: what the log and the chain say (services), sending (services/log/anchor.py). DESIGN section 4.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as TimeOfDay  # noqa: N812  # a type, under a name that cannot be taken for the clock
from enum import StrEnum
from zoneinfo import ZoneInfo

from ledger.core.log.directory import check_zone
from ledger.errors import InvalidInput
from signing.envelope import tagged_hash

SOON_TYPE = "agreement.signed"
MIDNIGHT = TimeOfDay(0, 0)


class Why(StrEnum):
    """What makes an anchor due."""

    SIGNED = "signed"
    INTERVAL = "interval"
    DAY_CLOSE = "day-close"


@dataclass(frozen=True, kw_only=True)
class AnchorPolicy:
    """How often, and at what cost. `day_close` is local time in `zone`; gas counts units, fees wei per unit."""

    zone: str
    day_close: TimeOfDay = MIDNIGHT
    every_seconds: int = 300
    soon_seconds: int = 2
    fee_bump_seconds: int = 120
    gas_per_day: int = 20_000_000
    max_fee_wei: int = 2 * 10**12  # 2,000 gwei: more than any public chain ever asked for long
    low_balance_wei: int = 10**17
    first_backoff_seconds: int = 1
    most_backoff_seconds: int = 300

    def __post_init__(self) -> None:
        check_zone(self.zone)
        if min(self.every_seconds, self.soon_seconds) < 0 or self.fee_bump_seconds < 1:
            raise InvalidInput(
                "anchor.policy", "expected intervals of 0 seconds or more and a fee bump after 1 or more"
            )
        if not 1 <= self.first_backoff_seconds <= self.most_backoff_seconds:
            raise InvalidInput("anchor.policy", "expected a first backoff of 1 second up to the longest one")


@dataclass(frozen=True)
class Growth:
    """Since when the log holds entries that no anchor covers, and since when a signed agreement among them."""

    since: datetime
    signed_since: datetime | None = None


@dataclass(frozen=True)
class Due:
    """The moment from which an anchor is due, and why."""

    at: datetime
    why: Why


def due(policy: AnchorPolicy, growth: Growth) -> Due:
    """Return the earliest moment at which this growth is to be anchored."""
    moments = [
        Due(growth.since + timedelta(seconds=policy.every_seconds), Why.INTERVAL),
        Due(next_day_close(policy, growth.since), Why.DAY_CLOSE),
    ]
    if growth.signed_since is not None:
        moments.append(Due(growth.signed_since + timedelta(seconds=policy.soon_seconds), Why.SIGNED))
    return min(moments, key=lambda moment: moment.at)


def next_day_close(policy: AnchorPolicy, after: datetime) -> datetime:
    """Return the first day close strictly after a moment, in UTC."""
    zone = check_zone(policy.zone)
    day = after.astimezone(zone).date() - timedelta(days=1)
    closes = (_instant(datetime.combine(day + timedelta(days=ahead), policy.day_close), zone) for ahead in range(4))
    return min(close for close in closes if close > after)


def budget_start(policy: AnchorPolicy, now: datetime) -> datetime:
    """Return since when today's gas is counted: the newest local midnight, in UTC."""
    zone = check_zone(policy.zone)
    return _instant(datetime.combine(now.astimezone(zone).date(), MIDNIGHT), zone)


def backoff_seconds(policy: AnchorPolicy, failures: int) -> int:
    """Return how long to wait after so many failures in a row: doubling, up to the cap."""
    doubled = policy.first_backoff_seconds << min(failures - 1, 30)
    return min(policy.most_backoff_seconds, doubled)


def log_subject_id(origin: str) -> str:
    """Return the id under which a log is the subject of its own entries: a UUID (version 8) made from its origin."""
    name = bytearray(tagged_hash("log-subject", origin.encode())[:16])
    name[6] = name[6] & 0x0F | 0x80
    name[8] = name[8] & 0x3F | 0x80
    text = name.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
