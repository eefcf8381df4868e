"""Send a webhook endpoint everything again that was made since a moment, dead letters included."""

from datetime import datetime

from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import Conflict
from ledger.services.agreements.own_webhook import own_webhook
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.webhooks import requeue_deliveries


def replay_webhook(stores: Stores, act: Act, endpoint_id: str, since: datetime) -> int:
    """Queue the events again, under their old ids; return how many. Raises NotFound, NotAllowed, Conflict("webhook.removed")."""
    require(act.principal, Action.WEBHOOK_CHANGE, Resource(act.principal.institution_id, Grade.COMMERCIAL))

    def work(tx: Connection) -> int:
        if own_webhook(tx, act.principal.institution_id, endpoint_id).removed_entry is not None:
            raise Conflict("webhook.removed", "expected an endpoint in use, got one that was removed")
        return requeue_deliveries(tx, endpoint_id, since=format_instant(since), now=format_instant(act.now))

    return stores.database.write(work)
