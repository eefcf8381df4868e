"""Policies for approvals: propose, publish by a second person, list (DESIGN section 6)."""

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.applications import instant_of, policy_line
from api.schemas.strict_json import read_json
from api.schemas.strict_request import Id, StrictJson
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.log.fields import Fields, string
from ledger.services.applications.list_policies import list_policies
from ledger.services.applications.propose_policy import NewPolicy, propose_policy
from ledger.services.applications.publish_policy import publish_policy
from signing.canonical import Json

router = APIRouter(prefix="/v1/policies", tags=["policies"], dependencies=[StrictJson])

_BODY = frozenset({"policy", "valid_from"})


@router.get("")
def get_policies(here: Here, act: Reading) -> dict[str, object]:
    """List the policies of your institution, newest first, and the one we ship to begin with."""
    return {"items": [policy_line(row) for row in list_policies(here.stores, act)], "default": DEFAULT_POLICY.to_json()}


@router.post("", status_code=201, response_class=JSONResponse)
async def post_policy(request: Request, here: Here, caller: Caller, waiter: Waiter) -> Response:
    """Propose a policy: {"policy": {…}, "valid_from": "2026-12-01T00:00:00Z"}. Gaps and overlaps are named with an example."""
    data = await request.body()
    new = _new_policy(read_json(data, "body"))
    act = here.act(caller, once_of(request, data))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(propose_policy, here.stores, act, new, key)
    return await answer_written(here, waiter, act, written, location="/v1/policies")


@router.post("/{policy_id}/publications", status_code=201, response_class=JSONResponse)
async def post_publication(request: Request, here: Here, caller: Caller, waiter: Waiter, policy_id: Id) -> Response:
    """Put a proposed policy into force; by another person than its author."""
    act = here.act(caller, once_of(request))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(publish_policy, here.stores, act, policy_id, key)
    return await answer_written(here, waiter, act, written, location="/v1/policies")


def _new_policy(value: Json) -> NewPolicy:
    body = Fields(value, _BODY, where="body", code="policy.invalid")
    valid_from = instant_of("valid_from", body.parsed("valid_from", string))
    return NewPolicy(policy=body.parsed("policy", lambda item: item), valid_from=valid_from)
