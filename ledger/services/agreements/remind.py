"""Remind one party to sign, by hand. The message waits for the morning where that person is."""

from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform
from ledger.services.agreements.reminding import record_reminder
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection


def remind(stores: Stores, act: Act, agreement_id: str, signer_id: str) -> Written:
    """Queue `agreement.reminded`; raise NotFound, NotAllowed, and the Conflicts of `record_reminder`."""

    def work(tx: Connection, doing: Doing) -> Written:
        return record_reminder(tx, stores, act, doing, signer_id)

    return perform(stores, act, agreement_id, Action.AGREEMENT_SEND, work)
