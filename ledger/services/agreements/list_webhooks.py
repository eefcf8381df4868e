"""See the webhook endpoints of one's own institution."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage.webhooks import EndpointRow, endpoints_of


def list_webhooks(stores: Stores, act: Act) -> list[EndpointRow]:
    """Return one's own institution's endpoints; raise NotAllowed."""
    require(act.principal, Action.WEBHOOK_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: endpoints_of(tx, act.principal.institution_id))
