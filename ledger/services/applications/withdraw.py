"""Withdraw an application for its applicant: on what ground, and what shows that they want it (DESIGN section 6)."""

from ledger.core.applications.states import Move
from ledger.core.log.permissions import Action
from ledger.services.applications.moving import Moving, perform
from ledger.services.applications.view import ApplicationView
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection


def withdraw(stores: Stores, act: Act, application_id: str, *, ground: str, evidence_sha256: bytes) -> Written:
    """Queue `application.withdrawn`; it ends the application. Raises NotFound, NotAllowed, Conflict("application.not-open")."""

    def plan(_: Connection, __: ApplicationView) -> Moving:
        return Moving(
            type="withdrawn",
            move=Move.WITHDRAWN,
            private={"ground": ground, "evidence_sha256": evidence_sha256.hex(), "recorder": act.principal.id},
            changes={"waiting_for": "", "due_on": ""},
        )

    return perform(stores, act, application_id, Action.APPLICATION_CREATE, plan)
