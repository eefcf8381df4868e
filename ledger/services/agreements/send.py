"""Send a draft to its parties for signature. The invitations follow from the entry (services.agreements.follow_log)."""

from ledger.core.log.permissions import Action
from ledger.services.agreements.sending import DEFAULT_DAYS, deadline, record_sending
from ledger.services.agreements.standing import Doing
from ledger.services.agreements.view import load_agreement
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import RecordKey
from ledger.storage.database import Connection
from ledger.storage.log import subject_head


def send(stores: Stores, act: Act, agreement_id: str, *, valid_days: int = DEFAULT_DAYS) -> Written:
    """Queue `agreement.sent`, open for `valid_days`.

    Raises NotFound, NotAllowed, InvalidInput("agreement.valid-days"), Conflict("agreement.wrong-state") when it is no draft.
    """
    if earlier := find_earlier(stores, act):
        return earlier
    expires_at = deadline(act.now, valid_days)
    seen = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_SEND))
    key = RecordKey(seen.document.record_id, stores.record_keys.get(seen.document.record_id))

    def work(tx: Connection) -> Written:
        subject_head(tx, seen.log.id, "agreement", agreement_id, lock=True)
        view = load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_SEND)
        doing = Doing(view=view, record=key, role="officer")
        recorded, _ = record_sending(tx, stores, act, doing, expires_at)
        written = recorded.written(agreement_id)
        remember_answer(tx, act, written)
        return written

    return write_once(stores, act, work)
