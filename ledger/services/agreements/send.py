"""Send a draft to its parties for signature. The invitations follow from the entry (services.agreements.follow_log)."""

from ledger.core.agreements.ceremony import DEFAULT_DAYS
from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform
from ledger.services.agreements.sending import deadline, record_sending
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection


def send(stores: Stores, act: Act, agreement_id: str, *, valid_days: int = DEFAULT_DAYS) -> Written:
    """Queue `agreement.sent`, open for `valid_days`.

    Raises NotFound, NotAllowed, InvalidInput("agreement.valid-days"), Conflict("agreement.wrong-state") when it is no draft.
    """
    expires_at = deadline(act.now, valid_days)

    def work(tx: Connection, doing: Doing) -> Written:
        return record_sending(tx, stores, act, doing, expires_at).written(agreement_id)

    return perform(stores, act, agreement_id, Action.AGREEMENT_SEND, work)
