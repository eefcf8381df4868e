"""What every service is given: the stores it may touch, and who acts, when, with which randomness.

Promises: a service reads no clock, no environment and no global; two calls with equal arguments do equal things.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ledger.core.log.permissions import Principal
from ledger.storage.database import Database
from ledger.storage.objects import Objects
from ledger.storage.record_keys import RecordKeys


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The places where things are kept, and the two installation secrets that name people in them."""

    database: Database
    objects: Objects
    record_keys: RecordKeys
    pseudonym_key: bytes  # 32 bytes: actors appear under HMAC(pseudonym_key, subject, person)
    index_key: bytes  # 32 bytes: blind indexes


@dataclass(frozen=True, kw_only=True)
class Once:
    """A client's Idempotency-Key, for which route, over which body (SHA-256)."""

    key: str
    route: str
    body_sha256: bytes


@dataclass(frozen=True, kw_only=True)
class Act:
    """One call by one principal at one moment."""

    principal: Principal
    now: datetime
    new_id: Callable[[], str]  # UUIDv7
    random: Callable[[int], bytes]
    once: Once | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a write left behind: the thing, and the entry whose checkpoint the caller may wait for."""

    resource_id: str
    entry_id: str
