"""Applications: enter, list, read, submit, decide, and the work queue (DESIGN sections 6 and 9)."""

import base64
import binascii
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.applications import (
    NewDecisionRequest,
    NewSignedDecision,
    NewSitting,
    application_answer,
    application_line,
    statement_answer,
    waiting_line,
)
from api.schemas.strict_json import read_json
from api.schemas.strict_request import Id, StrictJson
from ledger.core.applications.committee import Sitting
from ledger.core.applications.grades import Purpose
from ledger.core.log.fields import Fields
from ledger.errors import InvalidInput
from ledger.services.applications.create import NewApplication, create
from ledger.services.applications.decide import NewDecision, decide
from ledger.services.applications.find import Search, find
from ledger.services.applications.issue_decision import Wanted, issue_decision
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.queue import queue
from ledger.services.applications.read import read
from ledger.services.applications.submit import submit
from signing.envelope import Signature

router = APIRouter(prefix="/v1", tags=["applications"], dependencies=[StrictJson])

_BODY = frozenset({"application", "people"})


@router.post("/applications", status_code=201, response_class=JSONResponse)
async def post_application(request: Request, here: Here, caller: Caller, waiter: Waiter) -> Response:
    """Enter an application: {"application": {…}, "people": [{"role","name","identity":{"kind","value"},"phone"}]}.

    Number, version and the applicants' ids are made here. Answers 201 with the receipt, or 202.
    """
    data = await request.body()
    body = Fields(read_json(data, "body"), _BODY, where="body", code="application.invalid")
    new = NewApplication(
        content=body.parsed("application", lambda value: value), people=body.parsed("people", lambda value: value)
    )
    act = here.act(caller, once_of(request, data))
    written = await run_sync(create, here.stores, act, new)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{written.resource_id}")


@router.get("/applications")
def list_applications(
    here: Here,
    act: Reading,
    search: Annotated[
        Literal["number", "name", "phone", "identity"] | None,
        Query(description="find by this, exactly; identity as kind:value, such as cn-id:…"),
    ] = None,
    value: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    purpose: Annotated[
        Purpose | None, Query(description="why you look for a person; the usual one of your roles by default")
    ] = None,
) -> dict[str, object]:
    """List applications of your institution, newest first; a search for a person is noted in the access log with the purpose."""
    page = find(here.stores, act, Search(kind=search, value=value, before=cursor, limit=limit, purpose=purpose))
    more = page[-1].row.id if len(page) == limit else None
    return {"items": [application_line(found) for found in page], "next": more}


@router.get("/queue")
def work_queue(here: Here, act: Reading, limit: Annotated[int, Query(ge=1, le=200)] = 100) -> dict[str, object]:
    """List what waits for you: for one of your roles or one delegated to you, due first."""
    return {"items": [waiting_line(waiting) for waiting in queue(here.stores, act, limit=limit)]}


@router.get("/applications/{application_id}")
def read_application(
    here: Here,
    act: Reading,
    application_id: Id,
    purpose: Annotated[
        Purpose | None, Query(description="why you read who is behind it; the usual one by default")
    ] = None,
) -> dict[str, object]:
    """Read one application; its people only for who works on it or audits, and that is noted in the access log with the purpose."""
    return application_answer(read(here.stores, act, application_id, purpose))


@router.post("/applications/{application_id}/submissions", status_code=201, response_class=JSONResponse)
async def post_submission(request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id) -> Response:
    """Give the application to those who decide, on the path of the policy in force; a rule set decides at once."""
    act = here.act(caller, once_of(request))
    rules_key = await run_sync(here.rules_key, caller.institution_id)
    written = await run_sync(submit, here.stores, act, application_id, rules_key)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/applications/{application_id}/sittings", status_code=201, response_class=JSONResponse)
async def post_sitting(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewSitting
) -> Response:
    """Name the committee that votes on the application."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    sitting = Sitting(members=tuple(body.members), chair=body.chair)
    written = await run_sync(name_sitting, here.stores, act, application_id, sitting)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/applications/{application_id}/decision-statements")
def post_decision_statement(
    here: Here, act: Reading, application_id: Id, body: NewDecisionRequest
) -> dict[str, object]:
    """Return what you are to sign to say this; refused already here where the decision could not be taken. Nothing is stored."""
    wanted = Wanted(
        verdict=body.verdict,
        key_id=body.key_id,
        conditions=tuple(body.conditions),
        in_place_of=body.in_place_of,
        reason=body.reason,
    )
    return statement_answer(issue_decision(here.stores, act, application_id, wanted, chain_id=here.chain_id))


@router.post("/applications/{application_id}/decisions", status_code=201, response_class=JSONResponse)
async def post_decision(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewSignedDecision
) -> Response:
    """Take a signed decision."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    new = NewDecision(
        statement=_decoded(body.statement),
        signature=Signature.from_json(dict(body.signature.model_dump())),
        chain_id=here.chain_id,
        origins=frozenset(here.signing_party.origins),
    )
    written = await run_sync(decide, here.stores, act, application_id, new)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(
            "statement.malformed", "expected the statement in base64, as it was given", field="statement"
        ) from error
