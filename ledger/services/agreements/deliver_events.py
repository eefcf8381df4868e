"""Deliver the events that are due to webhook endpoints, signed (DESIGN section 9)."""

from dataclasses import replace
from http import HTTPStatus

from ledger.errors import InvalidInput, LedgerError, NotFound
from ledger.messages.door import Event, Poster
from ledger.services.agreements.webhook_secret import open_secret
from ledger.services.context import Act, Stores
from ledger.services.dispatch import LIMIT, Dispatch, dispatch_due, failed, sent
from ledger.storage.database import Connection
from ledger.storage.webhooks import DELIVERIES, DeliveryRow, EndpointRow, endpoint_by_id, sealed_secret

_GONE = HTTPStatus.GONE  # the endpoint says that it wants no more of this event


def deliver_events(stores: Stores, act: Act, poster: Poster, *, limit: int = LIMIT) -> int:
    """Deliver up to `limit` events that are due; return how many were tried. What fails is written down, not raised."""
    dispatch = Dispatch(outbox=DELIVERIES, send=lambda row: _deliver(stores, act, poster, row))
    return dispatch_due(stores, act, dispatch, limit)


def _deliver(stores: Stores, act: Act, poster: Poster, row: DeliveryRow) -> DeliveryRow:
    try:
        return _settled(act, row, _post(stores, act, poster, row))
    except LedgerError as error:
        return failed(act, replace(row, last_status=None, last_code=error.code), for_good=_is_final(error))


def _post(stores: Stores, act: Act, poster: Poster, row: DeliveryRow) -> int:
    endpoint, sealed = stores.database.read(lambda tx: _look(tx, row.endpoint_id))
    secret = open_secret(stores, endpoint.id, sealed)
    event = Event(id=row.event_id, timestamp=int(act.now.timestamp()), body=row.body.encode(), secret=secret)
    return poster.post(endpoint.url, event)


def _look(tx: Connection, endpoint_id: str) -> tuple[EndpointRow, bytes]:
    endpoint, sealed = endpoint_by_id(tx, endpoint_id), sealed_secret(tx, endpoint_id)
    if endpoint is None or sealed is None or endpoint.removed_entry is not None:
        raise NotFound(
            "webhook.unknown", "there is no such webhook in your institution; list them with GET /v1/webhooks"
        )
    return endpoint, sealed


def _settled(act: Act, row: DeliveryRow, status: int) -> DeliveryRow:
    tried = replace(row, last_status=status, last_code=None)
    if HTTPStatus(200) <= status < HTTPStatus(300):
        return sent(act, tried)
    return failed(act, tried, for_good=status == _GONE)


def _is_final(error: LedgerError) -> bool:
    return isinstance(error, InvalidInput | NotFound)
