"""Sessions of staff who signed in with a passkey: opened, recognised, ended. Only a token's hash is kept (DESIGN section 9)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal, Role
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.directory import grants_of
from ledger.storage.enrolled_keys import EnrolledKeyRow
from ledger.storage.staff_access import (
    StaffSessionRow,
    end_sessions,
    insert_session,
    session_by_hash,
    touch_session,
)

IDLE: Final = timedelta(minutes=30)  # a desk that somebody left
LONGEST: Final = timedelta(hours=12)  # a working day
_TOUCHED: Final = timedelta(minutes=1)  # seen again within it, nothing is written
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True)
class OpenedSession:
    """A session that was just opened; `token` goes into the browser's cookie and is kept nowhere."""

    token: str
    person_id: str
    lasts: timedelta = LONGEST


def open_session(tx: Connection, act: Act, key: EnrolledKeyRow) -> OpenedSession:
    """Open a session for the person whose key this is."""
    token, at = act.random(_TOKEN_BYTES).hex(), format_instant(act.now)
    insert_session(tx, StaffSessionRow(_hash(token), key.owner_id, key.institution_id, key.key_id, at, at))
    return OpenedSession(token, key.owner_id)


def staff_of_session(stores: Stores, token: str, now: datetime) -> Principal | None:
    """Return who a token belongs to, with the roles held now; None for one that is unknown, ended, idle or too old."""
    found = stores.database.read(lambda tx: _look(tx, token, now))
    if found is None:
        return None
    row, principal = found
    if now - datetime.fromisoformat(row.seen_at) > _TOUCHED:
        stores.database.write(lambda tx: touch_session(tx, row.token_hash, now=format_instant(now)))
    return principal


def close_session(stores: Stores, token: str, now: datetime) -> None:
    """End a session; one that is none is left as it is."""
    stores.database.write(lambda tx: end_sessions(tx, now=format_instant(now), token_hash=_hash(token)))


def _look(tx: Connection, token: str, now: datetime) -> tuple[StaffSessionRow, Principal] | None:
    row = session_by_hash(tx, _hash(token))
    if row is None or row.ended_at is not None:
        return None
    opened, seen = datetime.fromisoformat(row.opened_at), datetime.fromisoformat(row.seen_at)
    if now - opened > LONGEST or now - seen > IDLE:
        return None
    roles = frozenset(Role(grant.role) for grant in grants_of(tx, row.person_id))
    return row, Principal(row.person_id, row.institution_id, roles, "person")


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"tally/staff-session/v1\n" + token.encode()).digest()
