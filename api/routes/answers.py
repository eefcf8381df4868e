"""How a write is answered: with its receipt once a checkpoint covers the entry, else with 202 and where to ask."""

from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response

from api.waiting import CheckpointWaiter
from api.wiring.installation import Installation
from ledger.core.log.receipt import Receipt
from ledger.services.context import Act, Written
from ledger.services.evidence.issue_receipts import Asked
from signing.canonical import Json, encode

RECEIPT_MEDIA_TYPE = "application/vnd.tally.receipt+json"


async def waiter_of(request: Request) -> CheckpointWaiter:
    return cast("CheckpointWaiter", request.app.state.waiter)


Waiter = Annotated[CheckpointWaiter, Depends(waiter_of)]


async def answer_written(
    here: Installation, waiter: CheckpointWaiter, act: Act, written: Written, *, location: str
) -> Response:
    """Return 201 with the receipt, or 202 with the receipt's address when no checkpoint covers the entry in time."""
    body: dict[str, Json] = {"id": written.resource_id, "entry": written.entry_id, "location": location}
    receipt = await waiter.wait(Asked(act.principal, written.entry_id), here.settings.answer_seconds)
    if receipt is not None:
        return Response(_with_receipt(body, receipt), 201, {"Location": location}, "application/json")
    receipt_path = f"/v1/entries/{written.entry_id}/receipt"
    return JSONResponse({**body, "receipt_location": receipt_path}, 202, {"Location": receipt_path, "Retry-After": "1"})


def _with_receipt(body: dict[str, Json], receipt: Receipt) -> bytes:
    """Return the answer with the receipt's exact bytes in it: they are JSON already, and are not written a second time."""
    return encode(body)[:-1] + b',"receipt":' + receipt.to_bytes() + b"}"


def receipt_response(receipt: Receipt) -> Response:
    """Return a receipt as its exact canonical bytes."""
    return Response(receipt.to_bytes(), media_type=RECEIPT_MEDIA_TYPE)
