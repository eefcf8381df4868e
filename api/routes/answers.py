"""How a write is answered: with its receipt once a checkpoint covers the entry, else with 202 and where to ask."""

from typing import Annotated, cast

from anyio.to_thread import run_sync
from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response

from api.waiting import CheckpointWaiter
from api.wiring.installation import Installation
from ledger.core.log.receipt import Receipt
from ledger.services.context import Act, Written
from ledger.services.evidence.issue_receipt import issue_receipt
from signing.canonical import decode

RECEIPT_MEDIA_TYPE = "application/vnd.tally.receipt+json"


async def waiter_of(request: Request) -> CheckpointWaiter:
    return cast("CheckpointWaiter", request.app.state.waiter)


Waiter = Annotated[CheckpointWaiter, Depends(waiter_of)]


async def answer_written(
    here: Installation, waiter: CheckpointWaiter, act: Act, written: Written, *, location: str
) -> Response:
    """Return 201 with the receipt, or 202 with the receipt's address when no checkpoint covers the entry in time."""
    body: dict[str, object] = {"id": written.resource_id, "entry": written.entry_id, "location": location}
    receipt_path = f"/v1/entries/{written.entry_id}/receipt"
    if await waiter.wait(written.entry_id, here.settings.answer_seconds):
        receipt = await run_sync(issue_receipt, here.stores, act, written.entry_id)
        return JSONResponse({**body, "receipt": decode(receipt.to_bytes())}, 201, {"Location": location})
    return JSONResponse({**body, "receipt_location": receipt_path}, 202, {"Location": receipt_path, "Retry-After": "1"})


def receipt_response(receipt: Receipt) -> Response:
    """Return a receipt as its exact canonical bytes."""
    return Response(receipt.to_bytes(), media_type=RECEIPT_MEDIA_TYPE)
