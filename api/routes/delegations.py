"""Delegations: let a colleague decide in your place, take it back, list (DESIGN section 6)."""

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.applications import read_instant
from api.schemas.delegations import NewDelegationRequest, delegation_line
from api.schemas.strict_request import Id, StrictJson
from ledger.errors import InvalidInput
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.list_delegations import list_delegations
from ledger.services.applications.revoke_delegation import revoke_delegation

router = APIRouter(prefix="/v1/delegations", tags=["delegations"], dependencies=[StrictJson])


@router.get("")
def get_delegations(here: Here, act: Reading) -> dict[str, object]:
    """List what you have delegated and what was delegated to you, newest first."""
    return {"items": [delegation_line(row) for row in list_delegations(here.stores, act)]}


@router.post("", status_code=201, response_class=JSONResponse)
async def post_delegation(
    request: Request, here: Here, caller: Caller, waiter: Waiter, body: NewDelegationRequest
) -> Response:
    """Let a colleague decide in your place: in one of your roles, until a time, up to an amount."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    try:
        until = read_instant(body.until)
    except ValueError as error:
        message = "until: expected a time with its zone, such as 2026-12-24T18:00:00+08:00"
        raise InvalidInput("delegation.invalid", message, field="until") from error
    new = NewDelegation(
        delegate_id=body.delegate,
        role=body.role,
        until=until,
        limit_minor=int(body.limit.minor),
        currency=body.limit.currency,
    )
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(grant_delegation, here.stores, act, new, key)
    return await answer_written(here, waiter, act, written, location="/v1/delegations")


@router.post("/{delegation_id}/revocations", status_code=201, response_class=JSONResponse)
async def post_delegation_revocation(
    request: Request, here: Here, caller: Caller, waiter: Waiter, delegation_id: Id
) -> Response:
    """Take a delegation back; it stops counting at once."""
    act = here.act(caller, once_of(request))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(revoke_delegation, here.stores, act, delegation_id, key)
    return await answer_written(here, waiter, act, written, location="/v1/delegations")
