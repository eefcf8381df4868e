"""Stop sending events to a webhook endpoint; its secret is deleted."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.agreements.own_webhook import own_webhook
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.webhooks import remove_endpoint


def remove_webhook(stores: Stores, act: Act, endpoint_id: str, key: InstitutionKey) -> Written:
    """Queue the signed `webhook.removed` entry; raise NotFound("webhook.unknown"), NotAllowed, Conflict("webhook.removed")."""
    require(act.principal, Action.WEBHOOK_CHANGE, Resource(key.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    stores.database.read(lambda tx: own_webhook(tx, key.institution_id, endpoint_id))
    sealed_under = RecordKey(endpoint_id, stores.record_keys.get(endpoint_id))

    def work(tx: Connection) -> Written:
        event = Event(
            type="webhook.removed",
            log=directory_log(tx, key.institution_id),
            subject_kind="webhook",
            subject_id=endpoint_id,
            role="administrator",
            record=sealed_under,
        )
        recorded = record(tx, stores, act, event, key.finish())
        remove_endpoint(tx, endpoint_id, entry_id=recorded.entry_id)
        written = recorded.written(endpoint_id)
        remember_answer(tx, act, written)
        return written

    return write_once(stores, act, work)
