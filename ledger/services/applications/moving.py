"""How an act on an application becomes an entry: permitted, under the subject's lock, moved by the table of states, written once.

Promises: acts on one application come one after another, each held against what the one before left; rows, state and entry are
written together or not at all. Leaves what an act means to its service.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ledger.core.applications.states import Move, State, after
from ledger.core.log.directory import format_instant
from ledger.core.log.following_ids import following
from ledger.core.log.permissions import Action, Principal, Role
from ledger.errors import Unavailable
from ledger.services.applications.view import KIND, ApplicationView, load_application
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.log import subject_head
from ledger.storage.turns import LOANS, share_turn
from signing.canonical import Json


@dataclass(frozen=True, kw_only=True)
class Moving:
    """One act: its entry `application.<type>`, the move it is (None: the state stays), and what it changes beside the state."""

    type: str
    move: Move | None
    private: Mapping[str, Json]
    facts: Mapping[str, Json] = field(default_factory=dict)
    changes: Mapping[str, str | int] = field(default_factory=dict)  # columns of the state row
    store: Callable[[Connection, str], object] = lambda _tx, _entry: None  # writes its rows; is given the entry's id


TOGETHER = timedelta(seconds=5)  # of those who act at one moment, whoever began first may come second

Plan = Callable[[Connection, ApplicationView], Moving]


def perform(stores: Stores, act: Act, application_id: str, action: Action, plan: Plan) -> Written:
    """Run one act; the same request again returns the first answer.

    Raises NotFound, NotAllowed, Conflict("application.not-open" | "application.moved-on"), Unavailable("clock.behind"), and what `plan` raises.
    """
    if earlier := find_earlier(stores, act):
        return earlier
    stores.database.read(lambda tx: load_application(tx, act.principal, application_id, action))
    key = RecordKey(application_id, stores.record_keys.get(application_id))

    def work(tx: Connection) -> Written:
        view = hold_application(tx, act.principal, application_id, action)
        written = move_on(tx, stores, act, view, plan, key)
        remember_answer(tx, act, written)
        return written

    return write_once(stores, act, work)


def move_on(  # noqa: PLR0913, PLR0917 - one transaction, one application
    tx: Connection, stores: Stores, act: Act, view: ApplicationView, plan: Plan, key: RecordKey
) -> Written:
    """Write what `plan` makes of an application that may be acted upon; raises as `perform` does."""
    subject_head(tx, view.log.id, KIND, view.row.id, lock=True)
    act = timed(view, act)
    moving = plan(tx, view)
    now = State(view.state.state)
    if moving.move is not None:
        share_turn(tx, LOANS, view.row.institution_id)
    state = replace(
        view.state,
        state=now if moving.move is None else after(now, moving.move),
        changed_at=format_instant(act.now),
        **moving.changes,  # type: ignore[arg-type]  # columns of the row, by its plan
    )
    event = Event(
        type=f"application.{moving.type}",
        log=view.log,
        subject_kind=KIND,
        subject_id=view.row.id,
        role=Role.OFFICER if Role.OFFICER in act.principal.roles else min(act.principal.roles, default=Role.OPERATOR),
        record=key,
        facts={"version": state.version, **moving.facts},
        private={**moving.private, "stands": state.stands.to_json()},
    )
    recorded = record(tx, stores, act, event)
    moving.store(tx, recorded.entry_id)
    rows.change_state(tx, replace(state, changed_entry=recorded.entry_id), seen_entry=view.state.changed_entry)
    return recorded.written(view.row.id)


def hold_application(tx: Connection, principal: Principal, application_id: str, action: Action) -> ApplicationView:
    """Return an application that nobody else can act on until the transaction ends, as whoever had it before left it.

    Raises as `load_application`.
    """
    view = load_application(tx, principal, application_id, action)
    subject_head(tx, view.log.id, KIND, view.row.id, lock=True)
    if rows.state_of(tx, view.row.id) == view.state:
        return view
    return load_application(tx, principal, application_id, action)  # somebody had it while we waited


def timed(view: ApplicationView, act: Act) -> Act:
    """Return the act at a time that is not before the newest entry of the application, and with ids that sort after that entry's.

    Raises Unavailable("clock.behind") when this machine's clock is further behind than people who act at one moment explain.
    """
    newest = datetime.fromisoformat(view.state.changed_at)
    if newest - act.now > TOGETHER:
        raise Unavailable(
            "clock.behind",
            "the clock of this machine is behind the record, or another's was ahead; try again, or have the clocks corrected",
        )
    return replace(act, now=max(act.now, newest), new_id=following(view.state.changed_entry, act.new_id))
