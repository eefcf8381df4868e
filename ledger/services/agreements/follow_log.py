"""Follow a log, entry by entry, and queue what follows: notices to parties, events to webhook endpoints (DESIGN section 9).

Promises: each entry is followed once, in order, whoever wrote it; a crash repeats nothing, since what is queued and how far
was read commit together. So no service that writes an entry has to know whom it concerns.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from ledger.core.agreements.notice_text import Notice
from ledger.core.agreements.notices import Concerned, plan_notices
from ledger.core.log.directory import format_instant
from ledger.core.log.entry import Entry, read_trusted_entry
from ledger.errors import NotFound, VerificationFailed
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.view import AgreementView, view_of
from ledger.services.context import Act, Stores
from ledger.storage.ceremony import authorities_of
from ledger.storage.database import Connection
from ledger.storage.log import EntryRow, entries_between
from ledger.storage.log import size as log_size
from ledger.storage.logs import LogRow
from ledger.storage.notices import (
    NoticeRow,
    move_cursor,
    notices_of,
    queue_notices,
    reachable_agreements,
    read_cursor,
)
from ledger.storage.webhooks import DeliveryRow, EndpointRow, endpoints_of, queue_deliveries
from signing.canonical import Json, encode

READER = "notices"
BATCH = 200  # entries per turn: one transaction


def follow_log(stores: Stores, act: Act, log: LogRow) -> int:
    """Follow up to BATCH entries of a log and return how many; 0 when there is nothing new, or another worker was first."""
    start, rows = stores.database.read(lambda tx: _next(tx, log))
    if not rows:
        return 0
    return stores.database.write(lambda tx: _follow(tx, act, log, _Batch(start, rows)))


@dataclass(frozen=True)
class _Batch:
    start: int
    rows: Sequence[EntryRow]


def _next(tx: Connection, log: LogRow) -> tuple[int, list[EntryRow]]:
    start = read_cursor(tx, READER, log.id)
    end = min(log_size(tx, log.id), start + BATCH)
    return start, list(entries_between(tx, log.id, start, end))


def _follow(tx: Connection, act: Act, log: LogRow, batch: _Batch) -> int:
    end = batch.start + len(batch.rows)
    if not move_cursor(tx, READER, log.id, seen=batch.start, next_index=end):
        return 0
    ours = [row for row in batch.rows if row.subject_kind == "agreement"]
    endpoints = endpoints_of(tx, log.institution_id) if ours else []
    reachable = reachable_agreements(tx, sorted({row.subject_id for row in ours})) if ours else set()
    for row in ours:
        if endpoints or row.subject_id in reachable:
            entry = read_trusted_entry(row.data)
            queue_deliveries(tx, [_delivery(act, row, entry, to) for to in endpoints if _wants(to, entry.type)])
            if row.subject_id in reachable:
                with suppress(
                    NotFound, VerificationFailed
                ):  # rows are gone: the audit says so, and others are told all the same
                    _queue_notices(tx, act, entry)
    return len(batch.rows)


def _wants(endpoint: EndpointRow, entry_type: str) -> bool:
    return not endpoint.events or entry_type in endpoint.events.split()


def _delivery(act: Act, row: EntryRow, entry: Entry, endpoint: EndpointRow) -> DeliveryRow:
    """Return the event as it will be sent: ids, types and times, nothing about a person; the rest is asked for with a key."""
    body: dict[str, Json] = {
        "id": entry.id,
        "type": entry.type,
        "at": entry.at,
        "institution": entry.institution,
        "agreement": entry.subject.id,
        "n": entry.subject.n,
        "log": entry.log,
        "index": row.idx,
    }
    at = format_instant(act.now)
    return DeliveryRow(act.new_id(), endpoint.id, entry.id, encode(body).decode(), at, at)


def _queue_notices(tx: Connection, act: Act, entry: Entry) -> None:
    view = view_of(tx, entry.subject.id)
    reachable = {seat.signer_id for seat in view.seats if seat.person_field is not None}
    invited = {row.signer_id for row in notices_of(tx, view.row.id) if row.kind == Notice.INVITATION}
    at = format_instant(act.now)
    concerned = Concerned(entry.type, entry.id, _whose_step(tx, view, entry.id))
    plans = plan_notices(concerned, ceremony_of(view), reachable=reachable, invited=invited)
    rows = [
        NoticeRow(act.new_id(), view.row.institution_id, view.row.id, plan.signer_id, plan.kind, plan.cause, at, at)
        for plan in plans
    ]
    queue_notices(tx, rows)


def _whose_step(tx: Connection, view: AgreementView, entry_id: str) -> str:
    """Return the party whose step, signature or power of attorney an entry is; empty where it is nobody's."""
    for seat in view.seats:
        if entry_id in {seat.viewed_entry, seat.consented_entry}:
            return seat.signer_id
        if any(row.entry_id == entry_id for row in authorities_of(tx, view.row.id, seat.signer_id)):
            return seat.signer_id
    return next((row.signer_id for row in view.signatures if row.entry_id == entry_id), "")
