"""How one person's step is recorded, for the services that take one: the entry, the seat's column, the state."""

from ledger.core.agreements.ceremony import Step, take_step
from ledger.services.agreements.acting import Doing
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.standing import ceremony_of, check_clock
from ledger.services.context import Act, Stores, Written
from ledger.services.recording import record
from ledger.storage.ceremony import set_step
from ledger.storage.database import Connection
from signing.canonical import Json


def record_step(tx: Connection, stores: Stores, act: Act, doing: Doing, step: tuple[Step, dict[str, Json]]) -> Written:
    """Queue the entry of the acting signer's step with its private facts; the seat keeps the first one.

    Raises Conflict (see ceremony.take_step), Unavailable("clock.behind").
    """
    kind, facts = step
    view, signer_id = doing.view, act.principal.id
    check_clock(view, act.now)
    before = ceremony_of(view)
    after = take_step(before, signer_id, kind)
    recorded = record(tx, stores, act, doing.event(kind, {"signer": signer_id, **facts}))
    if kind not in before.seat(signer_id).done:
        set_step(tx, view.row.id, signer_id, f"{kind}_entry", recorded.entry_id)
    if after.state is not view.state:
        move_state(tx, view, after.state, recorded.entry_id)
    return recorded.written(view.row.id)
