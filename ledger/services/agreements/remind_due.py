"""Remind those who were invited days ago and have not signed: a worker's turn, at most as often as `core.agreements.reminders` says."""

from dataclasses import replace
from datetime import datetime, timedelta

from ledger.core.agreements.reminders import AUTOMATIC_AFTER, is_reminder_due
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict
from ledger.services.agreements.acting import MACHINE_ROLE, Doing, record_key
from ledger.services.agreements.reminding import record_reminder, reminded_at
from ledger.services.agreements.view import view_of
from ledger.services.context import Act, Stores
from ledger.services.in_turn import in_turn
from ledger.storage.database import Connection
from ledger.storage.log import subject_head
from ledger.storage.notices import NoticeRow, invitations_sent_before

_OLDEST = timedelta(days=14)  # who was not moved by two reminders is not moved by a third


def remind_due(stores: Stores, act: Act) -> int:
    """Queue reminders that are due; return how many. Whoever cannot be reminded any more is passed over.

    One that fails does not stop the rest; its error is raised at the end.
    """
    before, since = (format_instant(act.now - span) for span in (AUTOMATIC_AFTER[0], _OLDEST))
    invited = stores.database.read(lambda tx: invitations_sent_before(tx, before, since=since))
    return in_turn(invited, lambda row: _one(stores, act, row))


def _one(stores: Stores, act: Act, row: NoticeRow) -> bool:
    seen = stores.database.read(lambda tx: view_of(tx, row.agreement_id))
    key = record_key(stores, seen)
    acting = replace(act, principal=replace(act.principal, institution_id=seen.row.institution_id))

    def work(tx: Connection) -> bool:
        subject_head(tx, seen.log.id, "agreement", row.agreement_id, lock=True)
        reminded = reminded_at(tx, row.agreement_id, row.signer_id)
        if not is_reminder_due(datetime.fromisoformat(row.done_at or row.made_at), reminded, act.now):
            return False
        doing = Doing(view=view_of(tx, row.agreement_id), record=key, role=MACHINE_ROLE)
        record_reminder(tx, stores, acting, doing, row.signer_id)
        return True

    try:
        return stores.database.write(work)
    except Conflict:
        return False  # signed, ended or replaced meanwhile
