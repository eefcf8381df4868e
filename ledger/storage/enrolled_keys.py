"""Rows of the key registry: which key is whose and for what, and since when it is revoked.

Promises: each institution has a registry of its own; a key is enrolled once in it, and revoked once; each row names the entries that say so. Leaves who may do so
to the services. DESIGN 5.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, update

from ledger.errors import Conflict
from ledger.storage.rows import changed, fetch_all, find_all, find_one, insert_new, page_size, select_rows, values_of
from ledger.storage.tables.directory import enrolled_key


@dataclass(frozen=True)
class EnrolledKeyRow:
    key_id: str
    institution_id: str
    owner_kind: str
    owner_id: str
    suite: str
    public_key: bytes
    purpose: str
    credential_id: bytes | None
    enrolled_entry: str
    enrolled_at: str
    revoked_entry: str | None = None
    revoked_ground: str | None = None
    revoked_since: str | None = None


def insert_key(tx: Connection, row: EnrolledKeyRow) -> None:
    """Enrol a public key; Conflict("key.enrolled") when the institution enrolled it before, for whomever."""
    if not insert_new(tx, enrolled_key, values_of(row)):
        raise Conflict("key.enrolled", "this key was enrolled before; make a new one")


def key_by_id(tx: Connection, institution_id: str, key_id: str) -> EnrolledKeyRow | None:
    return find_one(tx, EnrolledKeyRow, enrolled_key, key_id=key_id, institution_id=institution_id)


def keys_of_credential(tx: Connection, credential_id: bytes) -> list[EnrolledKeyRow]:
    """Return the keys that a browser knows by this credential id: one, unless somebody forged an id or several institutions know it."""
    return find_all(tx, EnrolledKeyRow, enrolled_key, "key_id", credential_id=credential_id)


def keys_of(tx: Connection, owner_id: str) -> list[EnrolledKeyRow]:
    """Return all keys of an owner, revoked ones too: a signature is judged at its own time."""
    return find_all(tx, EnrolledKeyRow, enrolled_key, "enrolled_at", "key_id", owner_id=owner_id)


def has_login_key(tx: Connection, institution_id: str) -> bool:
    """Say whether somebody of this institution can sign in."""
    statement = select_rows(EnrolledKeyRow, enrolled_key).where(
        enrolled_key.c.institution_id == institution_id,
        enrolled_key.c.purpose == "login",
        enrolled_key.c.revoked_entry.is_(None),
    )
    return bool(fetch_all(tx, EnrolledKeyRow, statement.limit(1)))


def seal_keys(tx: Connection, institution_id: str) -> list[EnrolledKeyRow]:
    """Return every key that an institution has sealed with, the oldest first."""
    where = {"institution_id": institution_id, "purpose": "seal"}
    return find_all(tx, EnrolledKeyRow, enrolled_key, "enrolled_at", "key_id", **where)


def keys(tx: Connection, institution_id: str, *, after: str = "", limit: int = 100) -> list[EnrolledKeyRow]:
    """Return a page of an institution's keys in the order of their ids."""
    statement = select_rows(EnrolledKeyRow, enrolled_key).where(
        enrolled_key.c.institution_id == institution_id, enrolled_key.c.key_id > after
    )
    return fetch_all(tx, EnrolledKeyRow, statement.order_by(enrolled_key.c.key_id).limit(page_size(limit)))


def revoke_key(  # noqa: PLR0913  # a row of six columns
    tx: Connection, institution_id: str, key_id: str, *, entry_id: str, ground: str, since: str | None
) -> None:
    """Revoke a key; Conflict("key.not-active") when there is no such key or it was revoked before."""
    active = (
        (enrolled_key.c.key_id == key_id)
        & (enrolled_key.c.institution_id == institution_id)
        & enrolled_key.c.revoked_entry.is_(None)
    )
    values = {"revoked_entry": entry_id, "revoked_ground": ground, "revoked_since": since}
    if not changed(tx, update(enrolled_key).where(active).values(values)):
        raise Conflict("key.not-active", "expected an active key, got one that is missing or revoked")
