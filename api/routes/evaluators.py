"""One evaluator's door: a signed request goes in, a signed answer comes out. The signature in the body says who asks."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.auth import Here
from api.wiring import ids
from api.wiring.co_located import desk
from api.wiring.installation import Installation
from ledger.core.blacklist.checks import SignedRequest, parse_signed_request
from ledger.core.blacklist.signed import MAX_RECORD_BYTES, read_json
from ledger.services.blacklist.evaluate import evaluate

router = APIRouter(prefix="/v1/blacklist/evaluators", tags=["blacklist"])

Index = Annotated[int, Path(ge=1, le=32, description="place of the evaluator in its epoch")]


@router.post("/{index}/answers", response_class=Response)
async def answer_check(request: Request, here: Here, index: Index) -> Response:
    """Answer a signed check request (docs/formats/check-request.md) with this evaluator's part, proved and signed.

    No API key: the request is signed by the institution that asks, and its nonce makes it count once.
    """
    signed = parse_signed_request(read_json(await request.body(), "check-request.malformed", most=MAX_RECORD_BYTES))
    return Response(await run_in_threadpool(_answer, here, signed, index), media_type="application/json")


def _answer(here: Installation, signed: SignedRequest, index: int) -> bytes:
    served = desk(here, signed.record.epoch, index)
    return evaluate(here.stores.database, served, signed, ids.now(), ids.random_bytes(32)).to_bytes()
