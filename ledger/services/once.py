"""Idempotency: the same request, sent again, gets the first answer and does nothing twice (DESIGN sections 3 and 9)."""

import json
from collections.abc import Callable

from ledger.core.log.directory import format_instant
from ledger.errors import Conflict
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection
from ledger.storage.idempotency import IdempotencyRow, recall, remember

_CREATED = 201


def find_earlier(stores: Stores, act: Act) -> Written | None:
    """Return what the first of these requests wrote; raise Conflict("idempotency.other-body") if it was another request."""
    return stores.database.read(lambda tx: earlier_of(tx, act)) if act.once else None


def earlier_of(tx: Connection, act: Act) -> Written | None:
    """Return and raise what `find_earlier` does, within a transaction."""
    once = act.once
    if once is None:
        return None
    row = recall(tx, act.principal.id, once.route, once.key, body_hash=once.body_sha256)
    return None if row is None else Written(**json.loads(row.response))


def write_once(stores: Stores, act: Act, work: Callable[[Connection], Written]) -> Written:
    """Run a write; where the same request got in first meanwhile, return what that one wrote instead of its conflict."""
    try:
        return stores.database.write(work)
    except Conflict:
        if earlier := find_earlier(stores, act):
            return earlier
        raise


def settled(stores: Stores, act: Act, written: Written | Exception) -> Written | Exception:
    """Return how a write ended; where the same request got in first meanwhile, what that one wrote instead of its conflict."""
    if not isinstance(written, Conflict):
        return written
    try:
        return find_earlier(stores, act) or written
    except Conflict as other:
        return other


def remember_answer(tx: Connection, act: Act, written: Written) -> None:
    """Keep the answer in the transaction of the rows it is about."""
    once = act.once
    if once is None:
        return
    response = json.dumps({"resource_id": written.resource_id, "entry_id": written.entry_id})
    remember(
        tx,
        IdempotencyRow(
            act.principal.id, once.route, once.key, once.body_sha256, _CREATED, response, format_instant(act.now)
        ),
    )
