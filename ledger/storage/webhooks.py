"""Rows of webhook endpoints and of what is to be delivered to them.

Promises: an endpoint is named by its entry; its secret is kept sealed; one delivery per endpoint and event. Leaves signing and
sending to `messages`. DESIGN 9.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from ledger.errors import Conflict
from ledger.storage.outbox import WAITING, Outbox
from ledger.storage.rows import changed, fetch_all, find_all, find_one, page_size, select_rows, values_of
from ledger.storage.tables import ceremony as endpoint_table
from ledger.storage.tables import messages as table


@dataclass(frozen=True)
class EndpointRow:
    id: str
    institution_id: str
    url: str
    events: str
    added_entry: str
    removed_entry: str | None = None


@dataclass(frozen=True)
class DeliveryRow:
    id: str
    endpoint_id: str
    event_id: str
    body: str
    made_at: str
    due_at: str
    status: str = WAITING
    attempts: int = 0
    last_status: int | None = None
    last_code: str | None = None
    done_at: str | None = None


DELIVERIES = Outbox(table.webhook_delivery, DeliveryRow, ("status", "due_at", "last_status", "last_code", "done_at"))
queue_deliveries = DELIVERIES.queue


def insert_endpoint(tx: Connection, row: EndpointRow, sealed_secret: bytes) -> None:
    tx.execute(insert(endpoint_table.webhook_endpoint), values_of(row))
    tx.execute(insert(table.webhook_secret), {"endpoint_id": row.id, "sealed": sealed_secret})


def endpoint_by_id(tx: Connection, endpoint_id: str) -> EndpointRow | None:
    return find_one(tx, EndpointRow, endpoint_table.webhook_endpoint, id=endpoint_id)


def endpoints_of(tx: Connection, institution_id: str) -> list[EndpointRow]:
    """Return an institution's endpoints that were not removed."""
    found = find_all(tx, EndpointRow, endpoint_table.webhook_endpoint, "id", institution_id=institution_id)
    return [row for row in found if row.removed_entry is None]


def remove_endpoint(tx: Connection, endpoint_id: str, *, entry_id: str) -> None:
    """Remove an endpoint and its secret; Conflict("webhook.removed") when it was removed before."""
    rows = endpoint_table.webhook_endpoint
    active = (rows.c.id == endpoint_id) & rows.c.removed_entry.is_(None)
    if not changed(tx, update(rows).where(active).values(removed_entry=entry_id)):
        raise Conflict("webhook.removed", "expected an endpoint in use, got one that was removed")
    tx.execute(delete(table.webhook_secret).where(table.webhook_secret.c.endpoint_id == endpoint_id))


def sealed_secret(tx: Connection, endpoint_id: str) -> bytes | None:
    where = table.webhook_secret.c.endpoint_id == endpoint_id
    found: bytes | None = tx.scalar(select(table.webhook_secret.c.sealed).where(where))
    return found


def deliveries_of(
    tx: Connection, endpoint_id: str, *, status: str | None = None, after: str = "", limit: int = 100
) -> list[DeliveryRow]:
    """Return a page of an endpoint's deliveries in the order of their ids, past `after`."""
    rows = table.webhook_delivery.c
    where = [rows.endpoint_id == endpoint_id, rows.id > after, *([rows.status == status] if status else [])]
    statement = select_rows(DeliveryRow, table.webhook_delivery).where(*where)
    return fetch_all(tx, DeliveryRow, statement.order_by(rows.id).limit(page_size(limit)))


def requeue_deliveries(tx: Connection, endpoint_id: str, *, since: str, now: str) -> int:
    """Make everything made since then waiting again, dead or sent; return how many."""
    rows = table.webhook_delivery.c
    again = (rows.endpoint_id == endpoint_id) & (rows.made_at >= since) & (rows.status != WAITING)
    values = {"status": WAITING, "attempts": 0, "due_at": now, "done_at": None}
    return changed(tx, update(table.webhook_delivery).where(again).values(values))


def forget_deliveries(tx: Connection, before: str) -> int:
    return changed(tx, delete(table.webhook_delivery).where(table.webhook_delivery.c.done_at < before))
