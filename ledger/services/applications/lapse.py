"""Let applications run out that were returned or countered and not answered in time: a worker's turn (DESIGN section 6).

Promises: only after the day that the applicant was told, in the institution's zone, and only if they were told at all.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ledger.core.applications.replay_life import TOLD
from ledger.core.applications.states import WITH_APPLICANT, Move
from ledger.core.log.entry import read_trusted_entry
from ledger.errors import NotFound
from ledger.services.applications.deadlines import due_day
from ledger.services.applications.moving import Moving, move_on
from ledger.services.applications.view import KIND, ApplicationView, read_view
from ledger.services.context import Act, Stores
from ledger.services.in_turn import in_turn
from ledger.services.opening import ERASED, open_fields
from ledger.services.recording import RecordKey
from ledger.storage import applications as rows
from ledger.storage.conditions import running_out
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.log import entries_of_subject
from ledger.storage.vault_fields import fields_of_entry

_ZONES = timedelta(hours=14)  # the day begins first there: what is not over there is over nowhere


def lapse(stores: Stores, act: Act) -> int:
    """Queue `application.lapsed` for what has run out; return how many. One that fails does not stop the rest, and one that was erased is over."""
    before = (act.now + _ZONES).date().isoformat()
    due = stores.database.read(lambda tx: running_out(tx, sorted(WITH_APPLICANT), before=before))
    return in_turn(due, lambda state: _one(stores, act, state.application_id), ERASED)


def _one(stores: Stores, act: Act, application_id: str) -> bool:
    key = RecordKey(application_id, stores.record_keys.get(application_id))

    def work(tx: Connection) -> bool:
        view = _view(tx, application_id)
        if not _is_over(tx, act.now, view) or not _was_told(tx, stores, view):
            return False
        principal = replace(act.principal, institution_id=view.row.institution_id)
        moving = Moving(
            type="lapsed",
            move=Move.LAPSED,
            private={"due_on": view.state.due_on},
            changes={"waiting_for": "", "due_on": ""},
        )
        move_on(tx, stores, replace(act, principal=principal), view, lambda _, __: moving, key)
        return True

    return stores.database.write(work)


def _view(tx: Connection, application_id: str) -> ApplicationView:
    row = rows.application_by_id(tx, application_id)
    if row is None:
        raise NotFound("application.unknown", "a state without its application; the operator should run `tally audit`")
    return read_view(tx, row)


def _is_over(tx: Connection, now: datetime, view: ApplicationView) -> bool:
    today = due_day(institution_by_id(tx, view.row.institution_id), now, 0)
    return view.state.state in WITH_APPLICANT and view.state.due_on < today


def _was_told(tx: Connection, stores: Stores, view: ApplicationView) -> bool:
    """Say whether a message went out since the decision that gave the application back."""
    decided = max((row.entry_id for row in view.decisions), default="")
    for entry in entries_of_subject(tx, view.log.id, KIND, view.row.id):
        if entry.entry_id > decided and read_trusted_entry(entry.data).type == "application.told":
            told = open_fields(stores, fields_of_entry(tx, entry.entry_id)).get("told")
            if told is not None and isinstance(told.value, dict) and told.value.get("status") in TOLD:
                return True
    return False
