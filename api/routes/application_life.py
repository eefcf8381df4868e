"""The later life of an application: corrected, told, accepted, withdrawn, its conditions met (DESIGN sections 6 and 9)."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.application_life import NewAcceptance, NewConditionReport, NewMail, NewTelling, NewWithdrawal
from api.schemas.strict_json import read_json
from api.schemas.strict_request import Id, StrictJson
from ledger.core.log.fields import Fields
from ledger.services.applications.accept_counter import Acceptance, accept_counter
from ledger.services.applications.check_condition import check_condition
from ledger.services.applications.correct import correct
from ledger.services.applications.report_condition import Evidence, report_condition
from ledger.services.applications.send_word import send_word
from ledger.services.applications.tell import Telling, tell
from ledger.services.applications.withdraw import withdraw

router = APIRouter(prefix="/v1/applications/{application_id}", tags=["applications"], dependencies=[StrictJson])

Place = Annotated[int, Path(ge=0, le=99, description="the condition, from 0 in the order of the answer")]


@router.post("/corrections", status_code=201, response_class=JSONResponse)
async def post_correction(request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id) -> Response:
    """Correct the application: {"application": {…}} as at its entry, whole; it is submitted and decided anew."""
    data = await request.body()
    body = Fields(read_json(data, "body"), frozenset({"application"}), where="body", code="application.invalid")
    content = body.parsed("application", lambda value: value)
    act = here.act(caller, once_of(request, data))
    written = await run_sync(correct, here.stores, act, application_id, content)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/tellings", status_code=201, response_class=JSONResponse)
async def post_telling(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewTelling
) -> Response:
    """Record that the applicant was told what is needed or offered, until when, and by which message."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    telling = Telling(message_id=body.message_id, channel=body.channel, status=body.status, until=body.until)
    written = await run_sync(tell, here.stores, act, application_id, telling)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/mails", status_code=201, response_class=JSONResponse)
async def post_mail(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewMail
) -> Response:
    """Mail the applicant what is needed or offered, and until when; what became of the mail is recorded once it left."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    written = await run_sync(send_word, here.stores, act, application_id, body.until)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/acceptances", status_code=201, response_class=JSONResponse)
async def post_acceptance(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewAcceptance
) -> Response:
    """Take the counter-offer for the applicant; the new version is submitted and decided anew."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    acceptance = Acceptance(
        terms_sha256=bytes.fromhex(body.terms_sha256), evidence_sha256=bytes.fromhex(body.evidence_sha256)
    )
    written = await run_sync(accept_counter, here.stores, act, application_id, acceptance)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/withdrawals", status_code=201, response_class=JSONResponse)
async def post_withdrawal(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewWithdrawal
) -> Response:
    """Withdraw the application for its applicant; that ends it."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    evidence = bytes.fromhex(body.evidence_sha256)
    written = await run_sync(
        lambda: withdraw(here.stores, act, application_id, ground=body.ground, evidence_sha256=evidence)
    )
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/conditions/{place}/reports", status_code=201, response_class=JSONResponse)
async def post_condition_report(
    request: Request,
    here: Here,
    caller: Caller,
    waiter: Waiter,
    application_id: Id,
    place: Place,
    body: NewConditionReport,
) -> Response:
    """Bring evidence that a condition of the approval is met."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    evidence = Evidence(sha256=bytes.fromhex(body.evidence_sha256), what=body.what)
    written = await run_sync(report_condition, here.stores, act, application_id, place, evidence)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/conditions/{place}/checks", status_code=201, response_class=JSONResponse)
async def post_condition_check(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, place: Place
) -> Response:
    """Check that evidence, as another person than who brought it: the condition is met."""
    act = here.act(caller, once_of(request))
    written = await run_sync(check_condition, here.stores, act, application_id, place)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")
