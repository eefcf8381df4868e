"""Have the applicant told by mail that their application was given back: queued here, sent by a worker (DESIGN section 6).

Promises: the request is an entry; what became of each mail will be another one, `application.told`, which is the proof. Leaves the sending
to send_applicant_mail, and telling by other ways to tell.
"""

from datetime import date

from ledger.core.applications.states import WITH_APPLICANT, State
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, InvalidInput
from ledger.services.applications.deadlines import due_day
from ledger.services.applications.moving import Moving, perform
from ledger.services.applications.people import reachable
from ledger.services.applications.view import ApplicationView
from ledger.services.context import Act, Stores, Written
from ledger.services.opening import open_fields
from ledger.storage.applicant_notices import ApplicantNoticeRow, queue_applicant_notices
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_id
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import Json


def send_word(stores: Stores, act: Act, application_id: str, until: date | None) -> Written:
    """Queue `application.message-queued` and a mail to each applicant with an address; `until` is by default the day it is due.

    Raises NotFound, NotAllowed, Conflict("application.not-open" | "application.no-address"), InvalidInput("application.until").
    """

    def plan(tx: Connection, view: ApplicationView) -> Moving:
        if view.state.state not in WITH_APPLICANT:
            states = " or ".join(sorted(WITH_APPLICANT))
            raise Conflict("application.not-open", f"this application is {State(view.state.state)}, not {states}")
        day = view.state.due_on if until is None else until.isoformat()
        today = due_day(institution_by_id(tx, view.row.institution_id), act.now, 0)
        if day < today:
            raise InvalidInput("application.until", f"expected a day from {today} on, got {day}", field="until")
        opened = open_fields(stores, fields_of_entry(tx, view.row.created_entry)).get("people")
        people = reachable(opened.value if opened else None)
        if not people:
            raise Conflict(
                "application.no-address",
                "nobody behind this application gave a mail address; tell them another way, and record how",
            )
        rows = [_row(act, view, person.id, day) for person in people]
        messages: list[Json] = [{"id": row.id, "to": row.applicant, "channel": "email"} for row in rows]
        return Moving(
            type="message-queued",
            move=None,
            private={"messages": messages, "until": day, "recorder": act.principal.id},
            store=lambda tx, _: queue_applicant_notices(tx, rows),
        )

    return perform(stores, act, application_id, Action.APPLICATION_CREATE, plan)


def _row(act: Act, view: ApplicationView, applicant: str, until: str) -> ApplicantNoticeRow:
    at = format_instant(act.now)
    return ApplicantNoticeRow(
        id=act.new_id(),
        application_id=view.row.id,
        applicant=applicant,
        recorder_id=act.principal.id,
        cause=view.state.changed_entry,
        until=until,
        made_at=at,
        due_at=at,
    )
