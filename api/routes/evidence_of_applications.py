"""What comes to an application after it was written: attachments, verifications, third-party data, blacklist checks (DESIGN section 6)."""

import base64
import binascii

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.evidence import NewCheckBody, NewThirdParty, NewVerification
from api.schemas.strict_request import Id, StrictJson, strict_form
from api.wiring.co_located import believed
from ledger.errors import InvalidInput
from ledger.services.applications.add_check import NewCheck, add_check
from ledger.services.applications.add_third_party import add_third_party
from ledger.services.applications.attach import attach
from ledger.services.applications.read_attachment import read_attachment
from ledger.services.applications.verify_material import verify_material

router = APIRouter(prefix="/v1/applications/{application_id}", tags=["applications"])


@router.post(
    "/attachments",
    status_code=201,
    response_class=JSONResponse,
    dependencies=[Depends(strict_form("file"))],
)
async def post_attachment(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, file: UploadFile
) -> Response:
    """Hand in the bytes of an attachment that the application lists: JPEG, PNG or PDF, at most 10 MiB. Multipart: `file`."""
    data = await file.read()
    act = here.act(caller, once_of(request, data))
    written = await run_sync(attach, here.stores, act, application_id, data)
    location = f"/v1/applications/{application_id}/attachments/{written.resource_id}"
    return await answer_written(here, waiter, act, written, location=location)


@router.get("/attachments/{attachment_id}", response_class=Response)
def get_attachment(here: Here, act: Reading, application_id: Id, attachment_id: Id) -> Response:
    """Return the bytes of an attachment; the reading is noted in the access log."""
    row, data = read_attachment(here.stores, act, application_id, attachment_id)
    headers = {"Content-Disposition": f'attachment; filename="{row.id}"', "Cache-Control": "no-store"}
    return Response(data, media_type=row.media_type, headers=headers)


@router.post("/verifications", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def post_verification(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewVerification
) -> Response:
    """Record that a material was checked: against which source, with what result."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    written = await run_sync(verify_material, here.stores, act, application_id, body.model_dump(mode="json"))
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/third-party-data", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def post_third_party(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewThirdParty
) -> Response:
    """Record data of a third party in its envelope: source, consent, hashes of request and answer, how long it holds."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    written = await run_sync(add_third_party, here.stores, act, application_id, body.model_dump(mode="json"))
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


@router.post("/checks", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def post_check(
    request: Request, here: Here, caller: Caller, waiter: Waiter, application_id: Id, body: NewCheckBody
) -> Response:
    """Record a look-up in the shared blacklist; its receipt is verified, and bound to an applicant of this application."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    receipt, opening = _decoded("receipt", body.receipt), _decoded("opening", body.opening)
    new = NewCheck(receipt=receipt, opening=opening, policy=await run_sync(believed, here))
    written = await run_sync(add_check, here.stores, act, application_id, new)
    return await answer_written(here, waiter, act, written, location=f"/v1/applications/{application_id}")


def _decoded(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("evidence.invalid", f"{name}: expected base64", field=name) from error
