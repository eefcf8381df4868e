"""Deliver the events that are due to webhook endpoints: claimed, signed, tried again, at last a dead letter (DESIGN section 9)."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from ledger.core.log.deliveries import is_dead, wait_after
from ledger.core.log.directory import format_instant
from ledger.errors import InvalidInput, LedgerError, NotFound
from ledger.messages.door import Event, Poster
from ledger.services.agreements.webhook_secret import open_secret
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.webhooks import (
    DEAD,
    SENT,
    DeliveryRow,
    EndpointRow,
    claim_delivery,
    due_deliveries,
    endpoint_by_id,
    sealed_secret,
    settle_delivery,
)

CLAIM = timedelta(minutes=2)
_GONE = HTTPStatus.GONE  # the endpoint says that it wants no more of this event


def deliver_events(stores: Stores, act: Act, poster: Poster, *, limit: int = 20) -> int:
    """Deliver up to `limit` events that are due; return how many were tried. What fails is written down, not raised."""
    due = stores.database.read(lambda tx: due_deliveries(tx, format_instant(act.now), limit))
    return sum(_one(stores, act, poster, row) for row in due)


def _one(stores: Stores, act: Act, poster: Poster, row: DeliveryRow) -> bool:
    until = format_instant(act.now + CLAIM)
    if not stores.database.write(lambda tx: claim_delivery(tx, row, until)):
        return False
    claimed = replace(row, attempts=row.attempts + 1, due_at=until)
    try:
        settled = _settled(act, claimed, _post(stores, act, poster, claimed))
    except LedgerError as error:
        settled = _failed(act, replace(claimed, last_status=None, last_code=error.code), for_good=_is_final(error))
    stores.database.write(lambda tx: settle_delivery(tx, settled))
    return True


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
        return replace(tried, status=SENT, done_at=format_instant(act.now))
    return _failed(act, tried, for_good=status == _GONE)


def _failed(act: Act, row: DeliveryRow, *, for_good: bool) -> DeliveryRow:
    if for_good or is_dead(row.attempts):
        return replace(row, status=DEAD, done_at=format_instant(act.now))
    return replace(row, due_at=format_instant(act.now + wait_after(row.attempts)))


def _is_final(error: LedgerError) -> bool:
    return isinstance(error, InvalidInput | NotFound)
