"""What waits for whom, why, and until when: the work queue of staff (DESIGN section 6)."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.applications.deadlines import working_time
from ledger.services.context import Act, Stores
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.evidence import escalated_to
from ledger.storage.policies import delegations_to


@dataclass(frozen=True)
class Waiting:
    """One application that waits for the reader: for which role, since when, until which business day."""

    row: rows.ApplicationRow
    state: rows.StateRow
    is_overdue: bool
    is_escalated: bool = False  # it waits for the reader because the step's own role did not decide in time


def queue(stores: Stores, act: Act, *, limit: int = 100) -> list[Waiting]:
    """Return what waits for one of the principal's roles, or one delegated to them, due first; own applications left out."""
    principal = act.principal
    require(principal, Action.APPLICATION_DECIDE, Resource(principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: _queue(tx, act, limit))


def _queue(tx: Connection, act: Act, limit: int) -> list[Waiting]:
    at = act.now.isoformat()
    delegated = {row.role for row in delegations_to(tx, act.principal.id) if row.until > at}
    roles = sorted({str(role) for role in act.principal.roles} | delegated)
    states = {state.application_id: state for role in roles for state in rows.waiting_for(tx, role, limit=limit)}
    raised = {state.application_id: state for role in roles for state in _escalated(tx, role)}
    ordered = sorted({**raised, **states}.values(), key=lambda state: (state.due_on, state.application_id))
    found = [_waiting(tx, act, state, is_escalated=state.application_id not in states) for state in ordered]
    return [item for item in found if item is not None][:limit]


def _escalated(tx: Connection, role: str) -> list[rows.StateRow]:
    """Return the states whose current step was escalated to a role."""
    found = ((row, rows.state_of(tx, row.application_id)) for row in escalated_to(tx, role))
    return [
        state
        for row, state in found
        if state is not None and state.waiting_for and (state.version, state.step) == (row.version, row.step)
    ]


def _waiting(tx: Connection, act: Act, state: rows.StateRow, *, is_escalated: bool) -> Waiting | None:
    row = rows.application_by_id(tx, state.application_id)
    if row is None or row.institution_id != act.principal.institution_id or row.author_id == act.principal.id:
        return None
    today = working_time(institution_by_id(tx, row.institution_id)).day(act.now).isoformat()
    return Waiting(row, state, is_overdue=state.due_on < today, is_escalated=is_escalated)
