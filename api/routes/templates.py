"""Contract templates: list them, preview a contract, put a typeset contract on record (DESIGN sections 5 and 9)."""

from typing import Annotated

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.agreements import INSPECTIONS, upload_limits
from api.routes.answers import Waiter, answer_written
from api.schemas.strict_request import StrictJson
from api.schemas.templates import NewDraft, NewTypesetAgreement, template_line
from ledger.services.agreements import create as creating
from ledger.services.agreements import templates as known
from ledger.services.agreements import typeset as typesetting
from ledger.services.context import Written

router = APIRouter(prefix="/v1/templates", tags=["templates"])

# Typesetting takes a core for a fifth of a second: so many at once, and the others wait their turn.
_TYPESETTINGS = CapacityLimiter(2)

Name = Annotated[str, Path(max_length=63, description="name of a template")]


@router.get("")
def list_templates(here: Here, act: Reading) -> dict[str, object]:
    """List the templates, with the terms, languages and parties that fit each, and the schema of what they are given."""
    items = [template_line(template) for template in known.list_templates(act, here.typesetter)]
    return {"items": items, "schema": NewTypesetAgreement.model_json_schema()}


@router.post("/{template}/previews", response_class=Response, dependencies=[StrictJson])
async def preview_contract(here: Here, act: Reading, template: Name, body: NewDraft) -> Response:
    """Return the PDF that this draft would make, marked as a draft; nothing is recorded and no number is taken."""
    parts = (here.stores, act, template, body.draft(), here.typesetter)
    document = await run_sync(typesetting.preview, *parts, limiter=_TYPESETTINGS)
    return Response(document, media_type="application/pdf", headers={"Cache-Control": "no-store"})


@router.post("/{template}/agreements", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def create_typeset_agreement(
    request: Request, here: Here, caller: Caller, waiter: Waiter, template: Name, body: NewTypesetAgreement
) -> Response:
    """Typeset a contract under the institution's next number and put it on record as a draft, or send it at once.

    Answers 201 with the receipt, or 202; the PDF is then at /v1/agreements/{agreement_id}/document.
    """
    act = here.act(caller, once_of(request, await request.body()))
    order = typesetting.Order(
        template=template,
        draft=body.draft(),
        application=body.application,
        send=body.send,
        valid_days=body.valid_days,
    )
    made = await run_sync(typesetting.typeset, here.stores, act, order, here.typesetter, limiter=_TYPESETTINGS)
    written = (
        made
        if isinstance(made, Written)
        else await run_sync(creating.create, here.stores, act, made, upload_limits(here), limiter=INSPECTIONS)
    )
    return await answer_written(here, waiter, act, written, location=f"/v1/agreements/{written.resource_id}")
