"""The ceremony for programs: send, remind, replace, void; papers of identity; what became of messages (DESIGN section 9)."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.ceremony import (
    NewIdentityDecision,
    NewReplacement,
    NewSending,
    NewSubmission,
    NewVoiding,
    notice_line,
    papers_answer,
    submission_line,
)
from api.schemas.strict_json import read_json
from api.schemas.strict_request import Id, StrictJson, strict_form
from ledger.services.agreements.attach_authority import NewAuthority, attach_authority
from ledger.services.agreements.decide_identity import Decision, decide_identity
from ledger.services.agreements.list_identity import list_identity
from ledger.services.agreements.list_notices import list_notices
from ledger.services.agreements.read_identity import read_identity
from ledger.services.agreements.remind import remind
from ledger.services.agreements.replace_signer import Replacement, replace_signer
from ledger.services.agreements.send import send
from ledger.services.agreements.submit import submit
from ledger.services.agreements.void import void
from ledger.services.context import Act, Written
from signing.pdf.inspect import Limits

router = APIRouter(prefix="/v1", tags=["ceremony"])


@router.post("/agreements/{agreement_id}/send", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def send_agreement(
    request: Request, here: Here, caller: Caller, waiter: Waiter, agreement_id: Id, body: NewSending
) -> Response:
    """Send a draft to its parties for signature. Answers 201 with the receipt, or 202."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    days = body.valid_days
    written = await run_sync(lambda: send(here.stores, act, agreement_id, valid_days=days))
    return await answer_written(here, waiter, act, written, location=_location(agreement_id))


@router.post(
    "/agreements/{agreement_id}/submit", status_code=201, response_class=JSONResponse, dependencies=[StrictJson]
)
async def submit_agreement(
    request: Request, here: Here, caller: Caller, waiter: Waiter, agreement_id: Id, body: NewSubmission
) -> Response:
    """Name the application that has to be approved before this draft may be sent. Answers 201 with the receipt, or 202."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    written = await run_sync(submit, here.stores, act, agreement_id, body.application)
    return await answer_written(here, waiter, act, written, location=_location(agreement_id))


@router.post("/agreements/{agreement_id}/void", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def void_agreement(
    request: Request, here: Here, caller: Caller, waiter: Waiter, agreement_id: Id, body: NewVoiding
) -> Response:
    """Void an agreement that not all have signed; once somebody signed, a second officer has to do the same."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    written = await run_sync(void, here.stores, act, agreement_id, body.reason)
    return await answer_written(here, waiter, act, written, location=_location(agreement_id))


@router.post("/agreements/{agreement_id}/signers/{signer_id}/remind", status_code=201, response_class=JSONResponse)
async def remind_signer(
    request: Request, here: Here, caller: Caller, waiter: Waiter, agreement_id: Id, signer_id: Id
) -> Response:
    """Remind one party to sign; the message waits for the morning where that person is."""
    act = here.act(caller, once_of(request))
    written = await run_sync(remind, here.stores, act, agreement_id, signer_id)
    return await answer_written(here, waiter, act, written, location=_location(agreement_id))


@router.post(
    "/agreements/{agreement_id}/signers/{signer_id}/replace",
    status_code=201,
    response_class=JSONResponse,
    dependencies=[StrictJson],
)
async def put_another_signer(
    request: Request, here: Here, caller: Caller, waiter: Waiter, agreement_id: Id, signer_id: Id, body: NewReplacement
) -> Response:
    """Put another person in a party's place; links and sessions of the one before are dead."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    coming = Replacement(signer=body.signer, reason=body.reason)
    written = await run_sync(replace_signer, here.stores, act, agreement_id, signer_id, coming)
    return await answer_written(here, waiter, act, written, location=_location(agreement_id))


@router.post(
    "/agreements/{agreement_id}/signers/{signer_id}/authority",
    status_code=201,
    response_class=JSONResponse,
    dependencies=[Depends(strict_form("document", "scope"))],
)
async def add_authority(
    request: Request,
    here: Here,
    caller: Caller,
    waiter: Waiter,
    agreement_id: Id,
    signer_id: Id,
    document: UploadFile,
    scope: Annotated[str, Form(max_length=5000)],
) -> Response:
    """Attach the power of attorney under which a person signs for an organisation.

    Multipart: `document`, the PDF; `scope`, JSON text of {"products": […], "limit": {…}, "valid_from", "valid_until"}.
    """
    data = await document.read()
    new = NewAuthority(document=data, scope=read_json(scope, "scope"))
    act = here.act(caller, once_of(request, data, scope.encode()))
    limits = Limits(max_bytes=here.settings.upload_bytes, max_pages=here.settings.upload_pages)
    written = await run_sync(attach_authority, here.stores, act, (agreement_id, signer_id), new, limits)
    return await answer_written(here, waiter, act, written, location=_location(agreement_id))


@router.get("/agreements/{agreement_id}/notices")
def get_notices(here: Here, act: Reading, agreement_id: Id) -> dict[str, object]:
    """Say what became of every message about an agreement."""
    return {"items": [notice_line(line) for line in list_notices(here.stores, act, agreement_id)]}


@router.get("/identity")
def get_waiting_papers(
    here: Here,
    act: Reading,
    cursor: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, object]:
    """List the identity papers that wait to be checked by your institution."""
    page = list_identity(here.stores, act, after=cursor or "", limit=limit)
    return {"items": [submission_line(row) for row in page], "next": page[-1].id if len(page) == limit else None}


@router.get("/identity/{submission_id}")
def get_papers(here: Here, act: Reading, submission_id: Id) -> Response:
    """Show handed-in papers beside what is on record about the person; the reading is recorded in the access log."""
    papers = papers_answer(read_identity(here.stores, act, submission_id))
    return JSONResponse(papers, headers={"Cache-Control": "no-store"})


@router.post(
    "/identity/{submission_id}/decisions", status_code=201, response_class=JSONResponse, dependencies=[StrictJson]
)
async def decide_papers(
    request: Request, here: Here, caller: Caller, waiter: Waiter, submission_id: Id, body: NewIdentityDecision
) -> Response:
    """Accept or refuse handed-in papers; the result is an entry signed by the institution, graded the lender's word."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    written = await run_sync(_decide, here, act, submission_id, Decision(**body.model_dump()))
    return await answer_written(here, waiter, act, written, location=_location(written.resource_id))


def _decide(here: Here, act: Act, submission_id: str, decision: Decision) -> Written:
    key = here.institution_key(act.principal.institution_id)
    return decide_identity(here.stores, act, submission_id, decision, key)


def _location(agreement_id: str) -> str:
    return f"/v1/agreements/{agreement_id}"
