"""Rows of the outbox of notices to parties, and of how far a reader has followed a log.

Promises: one notice per signer, kind and cause; a worker sends only what it claimed, so two workers never send one notice at
the same time. Leaves the words and the sending to `messages`. DESIGN 5 and 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from ledger.storage.forms import Instant
from ledger.storage.outbox import SENT, WAITING, Outbox
from ledger.storage.rows import changed, fetch_all, find_all, insert_ignore, select_rows
from ledger.storage.tables import agreements as agreement_table
from ledger.storage.tables import ceremony as ceremony_table
from ledger.storage.tables import messages as table

_OUT = ("sent", "viewed", "signing")  # the states in which an agreement takes signatures


@dataclass(frozen=True)
class NoticeRow:
    id: str
    institution_id: str
    agreement_id: str
    signer_id: str
    kind: str
    cause: str
    made_at: Instant
    due_at: Instant
    status: str = WAITING
    attempts: int = 0
    channel: str | None = None
    last_code: str | None = None
    done_at: Instant | None = None


NOTICES = Outbox(table.notice, NoticeRow, ("status", "due_at", "channel", "last_code", "done_at"))
queue_notices = NOTICES.queue


def next_due(tx: Connection) -> str | None:
    """Return when the next waiting notice is due."""
    found: str | None = tx.scalar(select(func.min(table.notice.c.due_at)).where(table.notice.c.status == WAITING))
    return found


def notices_of(tx: Connection, agreement_id: str) -> list[NoticeRow]:
    """Return every notice of an agreement, the oldest first: the delivery status that staff see."""
    return find_all(tx, NoticeRow, table.notice, "made_at", "id", agreement_id=agreement_id)


def reachable_agreements(tx: Connection, agreement_ids: Sequence[str]) -> set[str]:
    """Return those of the given agreements that have a party with an address of its own."""
    rows = ceremony_table.signer_seat.c
    statement = select(rows.agreement_id).distinct()
    return set(tx.scalars(statement.where(rows.agreement_id.in_(agreement_ids), rows.person_field.is_not(None))))


def read_cursor(tx: Connection, reader: str, log_id: int) -> int:
    """Return the index of the next entry that `reader` has not seen."""
    where = (table.log_cursor.c.reader == reader) & (table.log_cursor.c.log_id == log_id)
    return tx.scalar(select(table.log_cursor.c.next_index).where(where)) or 0


def move_cursor(tx: Connection, reader: str, log_id: int, *, seen: int, next_index: int) -> bool:
    """Move a reader on from where it was seen; False when another worker moved it first."""
    rows = table.log_cursor
    if seen == 0:
        insert_ignore(tx, rows, {"reader": reader, "log_id": log_id, "next_index": 0})
    here = (rows.c.reader == reader) & (rows.c.log_id == log_id) & (rows.c.next_index == seen)
    return changed(tx, update(rows).where(here).values(next_index=next_index)) == 1


def forget_notices(tx: Connection, before: str) -> int:
    """Delete notices that were settled before this time, unless their agreement is still out for signature; return how many.

    As long as it is, they say who was invited and how often somebody was reminded.
    """
    rows, state = table.notice.c, agreement_table.agreement_state.c
    is_out = select(state.agreement_id).where(state.state.in_(_OUT))
    return changed(tx, delete(table.notice).where(rows.done_at < before, rows.agreement_id.not_in(is_out)))


def invitations_sent_before(tx: Connection, before: str, *, since: str, limit: int = 1000) -> list[NoticeRow]:
    """Return first invitations sent in this span to parties of agreements that are out for signature, the oldest first."""
    rows, state = table.notice.c, agreement_table.agreement_state
    statement = (
        select_rows(NoticeRow, table.notice)
        .join(state, state.c.agreement_id == rows.agreement_id)
        .where(
            rows.kind == "invitation",
            rows.cause == "turn",
            rows.status == SENT,
            rows.done_at <= before,
            rows.done_at > since,
            state.c.state.in_(_OUT),
        )
    )
    return fetch_all(tx, NoticeRow, statement.order_by(rows.done_at).limit(limit))
