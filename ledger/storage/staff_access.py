"""Rows of signing in: challenges, set-up codes, sessions of staff. None is evidence; each holds hashes only.

Promises: a challenge is taken once and a code used once, however many ask at the same time. Leaves what they allow to the
services. DESIGN 9.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, update

from ledger.storage.rows import changed, find_one, values_of
from ledger.storage.tables import directory as table


@dataclass(frozen=True)
class ChallengeRow:
    digest: bytes
    purpose: str
    bound_to: str
    expires_at: str


@dataclass(frozen=True)
class SetupCodeRow:
    digest: bytes
    institution_id: str
    person_id: str | None
    expires_at: str
    used_at: str | None = None


@dataclass(frozen=True)
class StaffSessionRow:
    token_hash: bytes
    person_id: str
    institution_id: str
    key_id: str
    opened_at: str
    seen_at: str
    ended_at: str | None = None


def insert_challenge(tx: Connection, row: ChallengeRow) -> None:
    tx.execute(insert(table.challenge), values_of(row))


def take_challenge(tx: Connection, row: ChallengeRow) -> bool:
    """Delete a challenge of this purpose and holder that has not expired by `row.expires_at`; False when there is none."""
    same = (
        (table.challenge.c.digest == row.digest)
        & (table.challenge.c.purpose == row.purpose)
        & (table.challenge.c.bound_to == row.bound_to)
        & (table.challenge.c.expires_at > row.expires_at)
    )
    return bool(changed(tx, delete(table.challenge).where(same)))


def forget_challenges(tx: Connection, expired_before: str) -> int:
    return changed(tx, delete(table.challenge).where(table.challenge.c.expires_at <= expired_before))


def insert_setup_code(tx: Connection, row: SetupCodeRow) -> None:
    tx.execute(insert(table.setup_code), values_of(row))


def setup_code(tx: Connection, digest: bytes) -> SetupCodeRow | None:
    return find_one(tx, SetupCodeRow, table.setup_code, digest=digest)


def use_setup_code(tx: Connection, digest: bytes, *, now: str) -> bool:
    """Mark a code used; False when it was used before, has expired, or does not exist."""
    open_code = (
        (table.setup_code.c.digest == digest)
        & table.setup_code.c.used_at.is_(None)
        & (table.setup_code.c.expires_at > now)
    )
    return bool(changed(tx, update(table.setup_code).where(open_code).values(used_at=now)))


def use_first_codes(tx: Connection, institution_id: str, *, now: str) -> frozenset[bytes]:
    """Mark every open code for an institution's first administrator used, and return those: of two who come at once, one gets none."""
    open_codes = (
        (table.setup_code.c.institution_id == institution_id)
        & table.setup_code.c.person_id.is_(None)
        & table.setup_code.c.used_at.is_(None)
        & (table.setup_code.c.expires_at > now)
    )
    used = update(table.setup_code).where(open_codes).values(used_at=now).returning(table.setup_code.c.digest)
    return frozenset(bytes(digest) for digest in tx.execute(used).scalars())


def insert_session(tx: Connection, row: StaffSessionRow) -> None:
    tx.execute(insert(table.staff_session), values_of(row))


def session_by_hash(tx: Connection, token_hash: bytes) -> StaffSessionRow | None:
    return find_one(tx, StaffSessionRow, table.staff_session, token_hash=token_hash)


def touch_session(tx: Connection, token_hash: bytes, *, now: str) -> None:
    tx.execute(update(table.staff_session).where(table.staff_session.c.token_hash == token_hash).values(seen_at=now))


def end_sessions(tx: Connection, *, now: str, token_hash: bytes | None = None, key_id: str | None = None) -> int:
    """End the session of a token, or all that a key opened; return how many."""
    column = table.staff_session.c
    which = column.token_hash == token_hash if token_hash is not None else column.key_id == key_id
    return changed(tx, update(table.staff_session).where(which & column.ended_at.is_(None)).values(ended_at=now))
