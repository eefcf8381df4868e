"""Rows of idempotency: the same request, sent again, gets the first answer and does nothing twice.

Promises: the record is written in the transaction of the business rows, so both exist or neither. Leaves comparing
requests to their body's hash and expiry to the worker. DESIGN 3 and 9.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete

from ledger.errors import Conflict
from ledger.storage.rows import changed, find_one, insert_new, values_of
from ledger.storage.tables.log import idempotency


@dataclass(frozen=True)
class IdempotencyRow:
    principal_id: str
    route: str
    key: str
    body_hash: bytes
    status: int
    response: str
    created_at: str


def recall(tx: Connection, principal_id: str, route: str, key: str, *, body_hash: bytes) -> IdempotencyRow | None:
    """Return the first answer to this request, None when it is new.

    Raises Conflict("idempotency.other-body") when the key was used for another request.
    """
    row = find_one(tx, IdempotencyRow, idempotency, principal_id=principal_id, route=route, key=key)
    if row is not None and row.body_hash != body_hash:
        raise Conflict(
            "idempotency.other-body", "expected the request this Idempotency-Key was first used for: choose a new key"
        )
    return row


def remember(tx: Connection, row: IdempotencyRow) -> None:
    """Keep the answer to a request; Conflict("idempotency.raced") when the same request got in first: recall again."""
    if not insert_new(tx, idempotency, values_of(row)):
        raise Conflict("idempotency.raced", "expected a new Idempotency-Key, got one just used: send the request again")


def forget_before(tx: Connection, created_before: str) -> int:
    """Delete records older than the given time; return how many."""
    return changed(tx, delete(idempotency).where(idempotency.c.created_at < created_before))
