"""Policies as files: fetch one as JSON, CSV or workbook, have one looked at, propose one (DESIGN section 6)."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.applications import checked_policy, dry_run_answer, instant_of
from api.schemas.policy_files import MEDIA_TYPES, Format, read_policy_file, write_policy_file
from api.schemas.strict_request import Id
from ledger.core.applications.default_policy import SHIPPED
from ledger.core.applications.dry_run import Period
from ledger.core.applications.policy import Policy
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.applications.check_policy import check_policy
from ledger.services.applications.dry_run_policy import dry_run_policy
from ledger.services.applications.propose_policy import NewPolicy, propose_policy
from ledger.services.applications.read_policy import read_policy
from ledger.services.context import Act

router = APIRouter(
    prefix="/v1/policies", tags=["policies"]
)  # bodies are files, so no StrictJson: the files' own reading is

_FORM = Query(alias="format", description="json, csv or xlsx")
_Instant = Annotated[str, Query(max_length=40, description="a time with its zone, such as 2026-12-01T00:00:00Z")]
_FILE_BODY = {"requestBody": {"required": True, "content": {kind: {} for kind in MEDIA_TYPES.values()}}}


@router.get("/default", response_class=Response)
def get_default_policy(act: Reading, form: Annotated[Format, _FORM] = "json") -> Response:
    """Fetch the policy that we ship, to begin with."""
    return _shipped(act, "default", form)


@router.get("/default-without-check", response_class=Response)
def get_policy_without_check(act: Reading, form: Annotated[Format, _FORM] = "json") -> Response:
    """Fetch the policy that we ship for a lender that is in no consortium: nothing in it rests on a check of the blacklist."""
    return _shipped(act, "default-without-check", form)


@router.get("/{policy_id}", response_class=Response)
def get_policy(here: Here, act: Reading, policy_id: Id, form: Annotated[Format, _FORM] = "json") -> Response:
    """Fetch a policy of your institution, proposed or published."""
    return _file(policy_id, read_policy(here.stores, act, policy_id), form)


@router.post("/checks", openapi_extra=_FILE_BODY)
async def post_policy_check(request: Request, act: Reading) -> dict[str, object]:
    """Have a policy looked at, as JSON, CSV or workbook: every gap and overlap with an example and its rows. Nothing is stored."""
    read = await run_sync(read_policy_file, await request.body())
    return checked_policy(read, await run_sync(check_policy, act, read.policy, read.places))


@router.post("/dry-runs", openapi_extra=_FILE_BODY)
async def post_policy_dry_run(
    request: Request, here: Here, act: Reading, since: _Instant, until: _Instant
) -> dict[str, object]:
    """Try a policy, as JSON, CSV or workbook, on the applications submitted between two times. Nothing is stored."""
    read = await run_sync(read_policy_file, await request.body())
    period = Period(since=instant_of("since", since), until=instant_of("until", until))
    return dry_run_answer(await run_sync(dry_run_policy, here.stores, act, read.policy, period))


@router.post("/files", status_code=201, response_class=JSONResponse, openapi_extra=_FILE_BODY)
async def post_policy_file(
    request: Request,
    here: Here,
    caller: Caller,
    waiter: Waiter,
    valid_from: Annotated[str, Query(max_length=40, description="when it is to hold at the earliest")],
) -> Response:
    """Propose the policy of a file, as JSON, CSV or workbook; a wrong cell is named by sheet, column letter and row."""
    data = await request.body()
    act = here.act(caller, once_of(request, valid_from.encode() + b"\n" + data))
    require(caller, Action.POLICY_CHANGE, Resource(caller.institution_id, Grade.COMMERCIAL))
    read = await run_sync(read_policy_file, data)
    new = NewPolicy(
        policy=read.policy.to_json(),
        valid_from=instant_of("valid_from", valid_from),
        places=read.places,
    )
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(propose_policy, here.stores, act, new, key)
    return await answer_written(here, waiter, act, written, location="/v1/policies")


def _shipped(act: Act, name: str, form: Format) -> Response:
    require(act.principal, Action.POLICY_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return _file(name, SHIPPED[name], form)


def _file(name: str, policy: Policy, form: Format) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="policy-{name}.{form}"', "Cache-Control": "no-store"}
    return Response(write_policy_file(policy, form), media_type=MEDIA_TYPES[form], headers=headers)
