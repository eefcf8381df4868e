"""The embedded chain, read-only over JSON-RPC: so that anybody can ask it without trusting our own answers."""

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth import Here
from ledger.errors import NotFound

router = APIRouter(tags=["chain"])

# A call may cost seconds of the EVM's time: strangers share two threads among them, and never take those of the service.
_STRANGERS = CapacityLimiter(2)


@router.post("/rpc", response_class=Response)
async def rpc(request: Request, here: Here) -> Response:
    """Answer read-only Ethereum JSON-RPC of the embedded chain."""
    if here.public_rpc is None:
        raise NotFound("chain.not-embedded", "this installation uses a chain of its own RPC provider; ask that one")
    body = await request.body()
    answer = await run_sync(here.public_rpc, body, limiter=_STRANGERS)
    return Response(answer, media_type="application/json") if answer else Response(status_code=204)
