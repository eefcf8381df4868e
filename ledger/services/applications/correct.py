"""Correct an application: a new version that names the one before, to be submitted and decided anew (DESIGN section 6)."""

from ledger.core.applications.application import parse_application
from ledger.core.applications.states import Move, State
from ledger.core.log.permissions import Action
from ledger.services.applications.create import MADE_HERE, content_fields
from ledger.services.applications.moving import Moving, perform
from ledger.services.applications.versions import insert_version, started_anew
from ledger.services.applications.view import ApplicationView, open_content
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection
from signing.canonical import Json


def correct(stores: Stores, act: Act, application_id: str, content: Json) -> Written:
    """Queue `application.corrected` and store the new version; number and applicants stay as they are.

    Raises NotFound, NotAllowed, InvalidInput("application.invalid"), Conflict("application.not-open").
    """
    fields = content_fields(content)

    def plan(_: Connection, view: ApplicationView) -> Moving:
        before = open_content(stores, view)
        kept = {name: value for name, value in before.to_json().items() if name in MADE_HERE}
        new = parse_application({**fields, **kept, "version": before.version + 1, "corrects": before.sha256().hex()})
        returned = view.state.state == State.RETURNED
        return Moving(
            type="corrected",
            move=Move.CORRECTED,
            private={"application": new.to_json(), "author": act.principal.id},
            changes=started_anew(new, due_on=view.state.due_on if returned else ""),
            store=lambda tx, entry: insert_version(tx, act, view, new, entry),
        )

    return perform(stores, act, application_id, Action.APPLICATION_CREATE, plan)
