"""A webhook endpoint of one's own institution, for the services that work on one."""

from ledger.errors import NotFound
from ledger.storage.database import Connection
from ledger.storage.webhooks import EndpointRow, endpoint_by_id


def own_webhook(tx: Connection, institution_id: str, endpoint_id: str) -> EndpointRow:
    """Return the endpoint; raise NotFound("webhook.unknown") when there is none of this institution by this id."""
    row = endpoint_by_id(tx, endpoint_id)
    if row is None or row.institution_id != institution_id:
        raise NotFound(
            "webhook.unknown", "there is no such webhook in your institution; list them with GET /v1/webhooks"
        )
    return row
