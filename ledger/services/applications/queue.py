"""What waits for whom, why, and until when: the work queue of staff (DESIGN section 6)."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.policies import delegations_to


@dataclass(frozen=True)
class Waiting:
    """One application that waits for the reader: for which role, since when, until which business day."""

    row: rows.ApplicationRow
    state: rows.StateRow
    is_overdue: bool


def queue(stores: Stores, act: Act, *, limit: int = 100) -> list[Waiting]:
    """Return what waits for one of the principal's roles, or one delegated to them, due first; own applications left out."""
    principal = act.principal
    require(principal, Action.APPLICATION_DECIDE, Resource(principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: _queue(tx, act, limit))


def _queue(tx: Connection, act: Act, limit: int) -> list[Waiting]:
    at = act.now.isoformat()
    delegated = {row.role for row in delegations_to(tx, act.principal.id) if row.until > at}
    roles = sorted({str(role) for role in act.principal.roles} | delegated)
    states = [state for role in roles for state in rows.waiting_for(tx, role, limit=limit)]
    found = [
        _waiting(tx, act, state) for state in sorted(states, key=lambda state: (state.due_on, state.application_id))
    ]
    return [item for item in found if item is not None][:limit]


def _waiting(tx: Connection, act: Act, state: rows.StateRow) -> Waiting | None:
    row = rows.application_by_id(tx, state.application_id)
    if row is None or row.institution_id != act.principal.institution_id or row.author_id == act.principal.id:
        return None
    return Waiting(row, state, is_overdue=state.due_on < act.now.date().isoformat())
