"""How a reminder is recorded, for the services that remind: the entry, and a notice that waits for the person's morning."""

from datetime import datetime

from ledger.core.agreements.ceremony import move
from ledger.core.agreements.notice_text import Notice
from ledger.core.agreements.reminders import check_may_remind, not_in_quiet_hours
from ledger.core.agreements.states import Move
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict
from ledger.services.agreements.acting import Doing
from ledger.services.agreements.standing import ceremony_of, open_person
from ledger.services.context import Act, Stores, Written
from ledger.services.recording import record
from ledger.storage.database import Connection
from ledger.storage.notices import NoticeRow, notices_of, queue_notices


def record_reminder(tx: Connection, stores: Stores, act: Act, doing: Doing, signer_id: str) -> Written:
    """Queue `agreement.reminded` and the notice, due outside the quiet hours where the person is.

    Raises NotFound("signer.unknown"), Conflict: agreement.not-open, signature.exists, signer.not-your-turn,
    reminder.no-address, reminder.too-soon, reminder.too-many.
    """
    view = doing.view
    ceremony = ceremony_of(view)
    move(ceremony, Move.REMINDED)
    ceremony.unsigned_seat(signer_id)
    if signer_id not in ceremony.turn:
        raise Conflict(
            "signer.not-your-turn", "others sign before this person; a message is sent when it is their turn"
        )
    person = open_person(tx, doing.record.key, view, signer_id)
    if person is None:
        raise Conflict("reminder.no-address", "this party signs by program: there is nobody to remind")
    check_may_remind(reminded_at(tx, view.row.id, signer_id), act.now)
    recorded = record(tx, stores, act, doing.event(Move.REMINDED, {"signer": signer_id}))
    at, due = format_instant(act.now), format_instant(not_in_quiet_hours(act.now, person.zone))
    notice = NoticeRow(
        act.new_id(), view.row.institution_id, view.row.id, signer_id, Notice.REMINDER, recorded.entry_id, at, due
    )
    queue_notices(tx, [notice])
    return recorded.written(view.row.id)


def reminded_at(tx: Connection, agreement_id: str, signer_id: str) -> list[datetime]:
    """Return when this signer was reminded."""
    return [
        datetime.fromisoformat(row.made_at)
        for row in notices_of(tx, agreement_id)
        if (row.signer_id, row.kind) == (signer_id, Notice.REMINDER)
    ]
