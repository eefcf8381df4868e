"""See what became of the events of a webhook endpoint."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.agreements.own_webhook import own_webhook
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.webhooks import DeliveryRow, deliveries_of


def list_deliveries(
    stores: Stores, act: Act, endpoint_id: str, *, status: str | None = None, after: str = ""
) -> list[DeliveryRow]:
    """Return a page of an endpoint's deliveries, of one status where asked (`dead`: dead letters); raise NotFound, NotAllowed."""
    require(act.principal, Action.WEBHOOK_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))

    def look(tx: Connection) -> list[DeliveryRow]:
        own_webhook(tx, act.principal.institution_id, endpoint_id)
        return deliveries_of(tx, endpoint_id, status=status, after=after)

    return stores.database.read(look)
