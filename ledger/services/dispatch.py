"""Send what is due of an outbox: each claimed before it is sent, tried again with growing pauses, at last a dead letter (DESIGN section 9).

Promises: two workers never send one message at once; what fails is written down, not raised, and holds up no other. Leaves to others: what is
sent and to whom (`send`), and whatever else is written as a message is settled (`settle`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar

from ledger.core.log.deliveries import is_dead, wait_after
from ledger.core.log.directory import format_instant
from ledger.errors import LedgerError, Unavailable
from ledger.services.context import Act, Stores
from ledger.storage.outbox import DEAD, DROPPED, SENT, Outbox, OutboxRow

CLAIM = timedelta(minutes=2)  # longer than any sender's own time-out
LIMIT = 20  # messages of one turn

Row = TypeVar("Row", bound=OutboxRow)


@dataclass(frozen=True, kw_only=True)
class Dispatch(Generic[Row]):
    """One outbox, and how a claimed message of it is sent: `send` returns the row as it is to be written.

    What `send` raises is written down as a failure, for good unless it is Unavailable. `settle` writes the row, where that is more than
    the row alone.
    """

    outbox: Outbox[Row]
    send: Callable[[Row], Row]
    settle: Callable[[Row], None] | None = None


def dispatch_due(stores: Stores, act: Act, dispatch: Dispatch[Row], limit: int = LIMIT) -> int:
    """Send up to `limit` messages that are due; return how many were settled or tried."""
    due = stores.database.read(lambda tx: dispatch.outbox.due(tx, format_instant(act.now), limit))
    return sum(_one(stores, act, dispatch, row) for row in due)


def _one(stores: Stores, act: Act, dispatch: Dispatch[Row], row: Row) -> bool:
    until = format_instant(act.now + CLAIM)
    if not stores.database.write(lambda tx: dispatch.outbox.claim(tx, row, until)):
        return False
    claimed = replace(row, attempts=row.attempts + 1, due_at=until)
    try:
        settled = dispatch.send(claimed)
    except LedgerError as error:
        settled = failed(act, replace(claimed, last_code=error.code), for_good=not isinstance(error, Unavailable))
    if dispatch.settle is None:
        stores.database.write(lambda tx: dispatch.outbox.settle(tx, settled))
    else:
        dispatch.settle(settled)
    return True


def sent(act: Act, row: Row) -> Row:
    """Return a message that left."""
    return replace(row, status=SENT, last_code=None, done_at=format_instant(act.now))


def dropped(act: Act, row: Row) -> Row:
    """Return a message that need not be sent any more."""
    return replace(row, status=DROPPED, done_at=format_instant(act.now))


def failed(act: Act, row: Row, *, for_good: bool) -> Row:
    """Return a message that did not leave: to be tried again later, or a dead letter after the last attempt or where no other would help."""
    if for_good or is_dead(row.attempts):
        return replace(row, status=DEAD, done_at=format_instant(act.now))
    return replace(row, due_at=format_instant(act.now + wait_after(row.attempts)))
