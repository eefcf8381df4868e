"""Submit a draft for approval: name the application that has to be approved before it may be sent (DESIGN sections 5 and 6)."""

from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform
from ledger.services.agreements.approving import record_submission
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection


def submit(stores: Stores, act: Act, agreement_id: str, application: str) -> Written:
    """Queue `agreement.submitted` for an application, by its id or number; the agreement is `approving` from then on.

    Raises NotFound("agreement.unknown" | "application.unknown"), NotAllowed, Conflict("agreement.wrong-state") when it is no draft.
    """

    def work(tx: Connection, doing: Doing) -> Written:
        return record_submission(tx, stores, act, doing, application).written(agreement_id)

    return perform(stores, act, agreement_id, Action.AGREEMENT_SEND, work)
