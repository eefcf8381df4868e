"""Record that the applicant was told: what is needed or offered, until when, by which message, and what became of it (DESIGN section 6)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.core.applications.states import WITH_APPLICANT, State
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, InvalidInput
from ledger.services.applications.deadlines import due_day
from ledger.services.applications.moving import Moving, perform
from ledger.services.applications.view import ApplicationView
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The message: its id with whoever carried it, the channel, its delivery status, and the last day that it names."""

    message_id: str
    channel: str
    status: Literal["sent", "delivered", "failed"]
    until: date


def tell(stores: Stores, act: Act, application_id: str, telling: Telling) -> Written:
    """Queue `application.told`; from then on the application waits until the day that the applicant was told.

    Raises NotFound, NotAllowed, Conflict("application.not-open"), InvalidInput("application.until") for a day before today.
    """

    def plan(tx: Connection, view: ApplicationView) -> Moving:
        if view.state.state not in WITH_APPLICANT:
            states = " or ".join(sorted(WITH_APPLICANT))
            raise Conflict("application.not-open", f"this application is {State(view.state.state)}, not {states}")
        today = due_day(institution_by_id(tx, view.row.institution_id), act.now, 0)
        until = telling.until.isoformat()
        if until < today:
            raise InvalidInput("application.until", f"expected a day from {today} on, got {until}", field="until")
        told = {"message": telling.message_id, "channel": telling.channel, "status": telling.status, "until": until}
        return Moving(
            type="told",
            move=None,
            private={"told": dict(told), "recorder": act.principal.id},
            changes={"due_on": until},
        )

    return perform(stores, act, application_id, Action.APPLICATION_CREATE, plan)
