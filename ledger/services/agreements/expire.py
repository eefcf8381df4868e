"""Expire agreements whose time for signing has run out: a worker's turn (DESIGN section 5)."""

from dataclasses import replace
from datetime import datetime, timedelta

from ledger.core.agreements.ceremony import move
from ledger.core.agreements.states import OPEN_FOR_SIGNATURE, Move
from ledger.core.log.directory import format_instant
from ledger.services.agreements.acting import MACHINE_ROLE, Doing, record_key
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.standing import ceremony_of, check_clock
from ledger.services.agreements.view import view_of
from ledger.services.context import Act, Stores
from ledger.services.in_turn import in_turn
from ledger.services.recording import record
from ledger.storage.ceremony import SentRow, open_since
from ledger.storage.database import Connection
from ledger.storage.log import subject_head

GRACE = timedelta(minutes=15)  # an end cannot be taken back: a clock a little ahead must not bring it about


def expire(stores: Stores, act: Act) -> int:
    """Queue `agreement.expired` for what is past its deadline by GRACE; return how many.

    One that fails does not stop the rest; its error is raised at the end. Whether somebody may still sign is decided by the deadline itself, not by this.
    """
    by = format_instant(act.now - GRACE)
    states = sorted(OPEN_FOR_SIGNATURE)
    due = stores.database.read(lambda tx: open_since(tx, states, expired_by=by))
    return in_turn(due, lambda row: _one(stores, act, row))


def _one(stores: Stores, act: Act, row: SentRow) -> bool:
    seen = stores.database.read(lambda tx: view_of(tx, row.agreement_id))
    key = record_key(stores, seen)
    acting = replace(act, principal=replace(act.principal, institution_id=seen.row.institution_id))

    def work(tx: Connection) -> bool:
        subject_head(tx, seen.log.id, "agreement", row.agreement_id, lock=True)
        view = view_of(tx, row.agreement_id)
        if view.state not in OPEN_FOR_SIGNATURE or act.now < datetime.fromisoformat(row.expires_at) + GRACE:
            return False
        check_clock(view, act.now)
        after = move(ceremony_of(view), Move.EXPIRED)
        doing = Doing(view=view, record=key, role=MACHINE_ROLE)
        recorded = record(tx, stores, acting, doing.event(Move.EXPIRED, {"deadline": row.expires_at}))
        move_state(tx, view, after.state, recorded.entry_id)
        return True

    return stores.database.write(work)
