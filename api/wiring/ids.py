"""Where ids, randomness and the time come from. The only place that reads the clock."""

import secrets
from datetime import UTC, datetime
from time import time_ns
from uuid import UUID

_VERSION = 7 << 76
_VARIANT = 0b10 << 62


def now() -> datetime:
    """Return the present moment in UTC, in whole milliseconds: what is judged now is judged again by what the log says of the time."""
    moment = datetime.now(UTC)  # noqa: TID251  # this is the one clock of the service
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def seconds() -> int:
    """Return the present moment as whole seconds since 1970, as chains count it."""
    return time_ns() // 1_000_000_000


def instant_of(unix_seconds: int) -> datetime:
    """Return the moment that a chain counts as so many seconds."""
    return datetime.fromtimestamp(unix_seconds, UTC)


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, 12 of their fraction, 62 random bits."""
    milliseconds, nanoseconds = divmod(time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    return str(UUID(int=(milliseconds << 80) | _VERSION | (fraction << 64) | _VARIANT | secrets.randbits(62)))


def random_bytes(count: int) -> bytes:
    return secrets.token_bytes(count)
