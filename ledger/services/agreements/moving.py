"""How the state of an agreement moves on after an entry, for the services that move it."""

from ledger.core.agreements.states import State
from ledger.services.agreements.view import AgreementView
from ledger.storage import agreements as rows
from ledger.storage.database import Connection


def move_state(tx: Connection, view: AgreementView, state: State, entry_id: str) -> None:
    """Note the state after an entry; Conflict("agreement.moved-on") when another transaction moved it first."""
    rows.change_state(tx, rows.StateRow(view.row.id, state, entry_id), expected=view.state)
