"""The staff's form for a new contract: from a template, or with a PDF of one's own."""

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile

from api.auth import Here
from api.errors import KnownError
from api.pages.origin import SameOrigin
from api.pages.printable import shown_sentence
from api.pages.rendering import language_for, see_other
from api.pages.staff.countersigning import keys_of_staff
from api.pages.staff.drafting import INVITED, ORGANISATION, OWN, PARTIES, draft_of, signers_of, terms_of
from api.pages.staff.frame import SignedIn, Staff, refusal, staff_page
from api.pages.words import words_in
from api.wiring.installation import Installation
from ledger.core.agreements.ceremony import DEFAULT_DAYS
from ledger.core.agreements.repayment import Method
from ledger.errors import LedgerError
from ledger.services.agreements import create as creating
from ledger.services.agreements import typeset as typesetting
from ledger.services.agreements.templates import list_templates
from ledger.services.context import Written
from signing.errors import SigningError
from signing.pdf.inspect import Limits

router = APIRouter(prefix="/staff/new", include_in_schema=False)

_AT_ONCE = CapacityLimiter(2)  # typesetting and inspecting take a core each
ROLES = ("borrower", "co-borrower", "guarantor", "lender", "witness")
_UPLOAD = "upload"


@router.get("", response_class=HTMLResponse)
def get_form(request: Request, here: Here, staff: SignedIn) -> Response:
    """Show the empty form."""
    return _form(request, here, staff, {})


@router.post("", response_class=HTMLResponse, dependencies=[SameOrigin])
async def post_form(request: Request, here: Here, staff: SignedIn) -> Response:
    """Put the contract on record; what is refused comes back as it was filled in, with the reason."""
    async with request.form() as form:
        filled = {name: value for name, value in form.items() if isinstance(value, str)}
        document = await _document(form) if filled.get("template") == _UPLOAD else None
    try:
        new = await run_sync(_new, here, staff, filled, document, limiter=_AT_ONCE)
        written = await run_sync(creating.create, here.stores, staff.act, new, _limits(here), limiter=_AT_ONCE)
    except (LedgerError, SigningError) as error:
        return await run_sync(_form, request, here, staff, filled, error)
    return see_other(request, f"/staff/agreements/{written.resource_id}", note="done")


def _new(here: Installation, staff: Staff, filled: dict[str, str], document: bytes | None) -> creating.NewAgreement:
    send, application = filled.get("send") == "yes", filled.get("application", "").strip() or None
    keys = keys_of_staff(here, staff)
    if document is not None:
        signers = signers_of(filled, keys, printed=False)
        return creating.NewAgreement(
            document=document, terms=terms_of(filled), signers=signers, application=application, send=send
        )
    template = filled.get("template", "")
    draft = draft_of({**filled, "product": template}, keys)
    order = typesetting.Order(
        template=template, draft=draft, application=application, send=send, valid_days=DEFAULT_DAYS
    )
    made = typesetting.typeset(here.stores, staff.act, order, here.typesetter)
    if isinstance(made, Written):  # pragma: no cover  # only where a request carries an Idempotency-Key
        raise TypeError("a form carries no Idempotency-Key")
    return made


def _limits(here: Installation) -> Limits:
    return Limits(max_bytes=here.settings.upload_bytes, max_pages=here.settings.upload_pages)


async def _document(form: FormData) -> bytes:
    file = form.get("document")
    return await file.read() if isinstance(file, UploadFile) else b""


def _form(
    request: Request, here: Installation, staff: Staff, filled: dict[str, str], error: KnownError | None = None
) -> HTMLResponse:
    language = language_for(request)
    templates = [(one.name, one.title.get(language, one.name)) for one in list_templates(staff.act, here.typesetter)]
    values: dict[str, object] = {
        "templates": [*templates, (_UPLOAD, words_in(language)("staff.upload-way"))],
        "methods": [method.value for method in Method],
        "roles": ROLES,
        "pens": (INVITED, OWN, ORGANISATION),
        "places": range(1, PARTIES + 1),
        "filled": filled,
    }
    if error is not None:
        values["fault"] = shown_sentence(refusal(request, error))
    return staff_page(request, here, staff, "new", values)
