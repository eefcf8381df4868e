"""The conditions of an approval, as far as they are met."""

from ledger.core.applications.conditions import require_unmet
from ledger.core.applications.states import State
from ledger.errors import Conflict
from ledger.services.applications.standing import standing_of
from ledger.services.applications.view import ApplicationView
from ledger.services.context import Stores
from ledger.storage.applications import fulfilled_of
from ledger.storage.database import Connection


def require_unmet_in(tx: Connection, stores: Stores, view: ApplicationView, place: int) -> tuple[set[int], int]:
    """Return which conditions are met, and how many there are; raise unless the one at `place` waits.

    Raises Conflict("application.not-open" | "condition.fulfilled"), InvalidInput("condition.unknown").
    """
    if view.state.state != State.CONDITIONAL:
        raise Conflict(
            "application.not-open", f"this application is {view.state.state}; it has no conditions to be met"
        )
    conditions = standing_of(tx, stores, view).progress.conditions
    met = {row.place for row in fulfilled_of(tx, view.row.id)}
    require_unmet(conditions, met, place)
    return met, len(conditions)
