"""Webhooks: where this institution's events go, what became of them, sending them again (DESIGN section 9, formats/webhook.md)."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.ceremony import DeliveryStatus, NewReplay, NewWebhookEndpoint, delivery_line, endpoint_line
from api.schemas.strict_request import Id, StrictJson
from ledger.services.agreements.add_webhook import NewWebhook, add_webhook
from ledger.services.agreements.list_deliveries import list_deliveries
from ledger.services.agreements.list_webhooks import list_webhooks
from ledger.services.agreements.remove_webhook import remove_webhook
from ledger.services.agreements.replay_webhook import replay_webhook

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], dependencies=[StrictJson])

PAGE = 100  # deliveries in one answer


@router.get("")
def get_webhooks(here: Here, act: Reading) -> dict[str, object]:
    """List your institution's webhooks; their secrets are shown nowhere."""
    return {"items": [endpoint_line(row) for row in list_webhooks(here.stores, act)]}


@router.post("", status_code=201)
def post_webhook(request: Request, here: Here, caller: Caller, body: NewWebhookEndpoint) -> JSONResponse:
    """Add a webhook; the secret that signs its events is shown in this answer and never again."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    new = NewWebhook(url=body.url, events=tuple(body.events), allow_private=here.settings.webhook_private)
    added = add_webhook(here.stores, act, new, here.institution_key(caller.institution_id))
    answer = {"id": added.written.resource_id, "entry": added.written.entry_id, "secret": added.secret}
    return JSONResponse(answer, 201, {"Cache-Control": "no-store"})


@router.post("/{webhook_id}/removals", status_code=201, response_class=JSONResponse)
async def post_removal(request: Request, here: Here, caller: Caller, waiter: Waiter, webhook_id: Id) -> Response:
    """Remove a webhook; it gets nothing more."""
    act = here.act(caller, once_of(request, webhook_id.encode()))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(remove_webhook, here.stores, act, webhook_id, key)
    return await answer_written(here, waiter, act, written, location=f"/v1/webhooks/{webhook_id}")


@router.get("/{webhook_id}/deliveries")
def get_deliveries(
    here: Here,
    act: Reading,
    webhook_id: Id,
    status: Annotated[DeliveryStatus | None, Query(description="`dead`: what was given up")] = None,
    cursor: Annotated[Id | None, Query(description="`next` of the page before")] = None,
) -> dict[str, object]:
    """Say what became of a webhook's events, the oldest first."""
    page = list_deliveries(here.stores, act, webhook_id, status=status, after=cursor or "")
    return {"items": [delivery_line(row) for row in page], "next": page[-1].id if len(page) == PAGE else None}


@router.post("/{webhook_id}/replays", status_code=202)
def post_replay(request: Request, here: Here, caller: Caller, webhook_id: Id, body: NewReplay) -> dict[str, object]:
    """Send everything again that was made since a moment, under the old ids. Repeating this request repeats no event twice."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    return {"queued": replay_webhook(here.stores, act, webhook_id, body.since)}
