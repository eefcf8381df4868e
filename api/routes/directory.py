"""People, roles and API keys of one's own institution."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.directory import NewAddress, NewApiKey, NewDepartment, NewPerson, NewRole
from api.schemas.strict_request import Id, StrictJson
from ledger.core.log.permissions import Principal, Role
from ledger.services.log import add_person as adding
from ledger.services.log.change_address import AddressChange, change_address
from ledger.services.log.change_department import DepartmentChange, change_department
from ledger.services.log.change_role import RoleChange, change_role
from ledger.services.log.issue_api_key import issue_api_key
from ledger.services.log.list_people import list_people
from ledger.services.log.revoke_api_key import revoke_api_key

router = APIRouter(prefix="/v1", tags=["directory"], dependencies=[StrictJson])


@router.get("/me")
def who_am_i(caller: Caller) -> dict[str, object]:
    """Say who the API key belongs to."""
    return {"id": caller.id, "institution": caller.institution_id, "roles": sorted(caller.roles), "kind": caller.kind}


@router.get("/people")
def get_people(
    here: Here,
    act: Reading,
    cursor: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> dict[str, object]:
    """List the people of your institution."""
    page = list_people(here.stores, act, after=cursor or "", limit=limit)
    items = [
        {"id": line.id, "name": line.name, "roles": line.roles, "departments": line.departments, "email": line.email}
        for line in page
    ]
    return {"items": items, "next": page[-1].id if len(page) == limit else None}


@router.post("/people", status_code=201, response_class=JSONResponse)
async def post_person(request: Request, here: Here, caller: Caller, waiter: Waiter, body: NewPerson) -> Response:
    """Add a person with first roles."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(adding.add_person, here.stores, act, adding.NewPerson(body.name, tuple(body.roles)), key)
    return await answer_written(here, waiter, act, written, location=f"/v1/people/{written.resource_id}")


@router.post("/people/{person_id}/roles", status_code=201, response_class=JSONResponse)
async def post_role(
    request: Request, here: Here, caller: Caller, waiter: Waiter, person_id: Id, body: NewRole
) -> Response:  # a request's parts
    """Grant a role."""
    return await _change(request, here, caller, waiter, RoleChange(person_id, body.role, granted=True))


@router.post("/people/{person_id}/roles/{role}/revocations", status_code=201, response_class=JSONResponse)
async def post_revocation(
    request: Request, here: Here, caller: Caller, waiter: Waiter, person_id: Id, role: Role
) -> Response:  # a request's parts
    """Take a role back."""
    return await _change(request, here, caller, waiter, RoleChange(person_id, role, granted=False))


async def _change(request: Request, here: Here, caller: Principal, waiter: Waiter, change: RoleChange) -> Response:
    act = here.act(caller, once_of(request, repr(change).encode()))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(change_role, here.stores, act, change, key)
    return await answer_written(here, waiter, act, written, location=f"/v1/people/{change.person_id}")


@router.post("/people/{person_id}/departments", status_code=201, response_class=JSONResponse)
async def post_department(
    request: Request, here: Here, caller: Caller, waiter: Waiter, person_id: Id, body: NewDepartment
) -> Response:
    """Put a person into a department."""
    return await _move(request, here, caller, waiter, DepartmentChange(person_id, body.department, joined=True))


@router.post("/people/{person_id}/departments/{department}/leavings", status_code=201, response_class=JSONResponse)
async def post_leaving(
    request: Request, here: Here, caller: Caller, waiter: Waiter, person_id: Id, department: str
) -> Response:
    """Take a person out of a department."""
    return await _move(request, here, caller, waiter, DepartmentChange(person_id, department, joined=False))


async def _move(request: Request, here: Here, caller: Principal, waiter: Waiter, change: DepartmentChange) -> Response:
    act = here.act(caller, once_of(request, repr(change).encode()))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(change_department, here.stores, act, change, key)
    return await answer_written(here, waiter, act, written, location=f"/v1/people/{change.person_id}")


@router.post("/people/{person_id}/addresses", status_code=201, response_class=JSONResponse)
async def post_address(
    request: Request, here: Here, caller: Caller, waiter: Waiter, person_id: Id, body: NewAddress
) -> Response:
    """Say where a person is reached by mail; null: nowhere. Everybody may for themselves."""
    change = AddressChange(person_id, body.email)
    act = here.act(caller, once_of(request, repr(change).encode()))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(change_address, here.stores, act, change, key)
    return await answer_written(here, waiter, act, written, location=f"/v1/people/{person_id}")


@router.post("/api-keys", status_code=201)
def post_api_key(request: Request, here: Here, caller: Caller, body: NewApiKey) -> JSONResponse:
    """Issue an API key; its token is shown in this answer and never again."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    issued = issue_api_key(here.stores, act, body.principal_id, here.institution_key(caller.institution_id))
    answer = {"id": issued.written.resource_id, "entry": issued.written.entry_id, "token": issued.token}
    return JSONResponse(answer, 201, {"Cache-Control": "no-store"})


@router.post("/api-keys/{api_key_id}/revocations", status_code=201, response_class=JSONResponse)
async def post_key_revocation(request: Request, here: Here, caller: Caller, waiter: Waiter, api_key_id: Id) -> Response:
    """Revoke an API key; it stops working at once."""
    act = here.act(caller, once_of(request, api_key_id.encode()))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(revoke_api_key, here.stores, act, api_key_id, key)
    return await answer_written(here, waiter, act, written, location=f"/v1/api-keys/{api_key_id}")
