"""The staff's pages of applications: a list that is searched, and the form to enter one or to correct it.

Promises: what cannot be read comes back as it was filled in, each place with its words; a form that is sent twice enters one application.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from api.auth import Here, once_of_form
from api.errors import KnownError
from api.pages.customer.terms_card import Words
from api.pages.origin import SameOrigin
from api.pages.printable import shown_sentence
from api.pages.rendering import language_for, see_other
from api.pages.staff.applying import (
    CHANNELS,
    COLLATERAL,
    FILES,
    IDENTITIES,
    PAPERS,
    PEOPLE,
    ROLES,
    Reading,
    is_hash,
)
from api.pages.staff.decision_shown import named, office
from api.pages.staff.frame import SignedIn, Staff, refusal, staff_page, tell_back
from api.pages.staff.times import when
from api.pages.words import words_in
from api.schemas.strict_request import Id
from api.wiring.installation import Installation
from ledger.core.agreements.currency import written
from ledger.core.agreements.people import DEFAULT_ZONE
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.policy import Policy
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import LedgerError
from ledger.services.agreements import find as contracts
from ledger.services.agreements.read import read as read_contract
from ledger.services.applications.attach import attach
from ledger.services.applications.correct import correct
from ledger.services.applications.create import NewApplication, create
from ledger.services.applications.find import Search, find
from ledger.services.applications.list_policies import list_policies
from ledger.services.applications.policies import read_content
from ledger.services.applications.read import ApplicationRead, read
from signing.canonical import encode

router = APIRouter(prefix="/staff/applications", include_in_schema=False)

_PAGE = 25
_KEPT = ("collateral", "third_party", "checks")  # by a correction; attachments are added to
_NO_AMOUNT = {"amount": "", "currency": "CNY"}


@router.get("", response_class=HTMLResponse)
def get_applications(
    request: Request,
    here: Here,
    staff: SignedIn,
    search: Literal["number", "name", "phone"] = "number",
    value: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """List applications, newest first; a search finds exactly."""
    w = words_in(language_for(request))
    kind, term = (search, value.strip()) if value.strip() else (None, "")
    values: dict[str, object] = {
        "query": {"search": search, "value": value, "cursor": cursor},
        "rows": [],
        "next": None,
    }
    try:
        found = find(here.stores, staff.act, Search(kind=kind, value=term, before=cursor or None, limit=_PAGE + 1))
    except LedgerError as error:
        if kind is None:
            raise
        return staff_page(
            request, here, staff, "applications", {**values, "fault": shown_sentence(refusal(request, error))}
        )
    page = found[:_PAGE]
    values["rows"] = [
        {
            "id": one.row.id,
            "number": one.row.number,
            "state": one.state.state,
            "waits": office(one.state.waiting_for, w) if one.state.waiting_for else "–",
            "due": one.state.due_on or "–",
            "created_at": when(one.row.created_at),
        }
        for one in page
    ]
    values["next"] = page[-1].row.id if len(found) > len(page) and kind is None else None
    return staff_page(request, here, staff, "applications", values)


@router.get("/new", response_class=HTMLResponse)
def get_form(request: Request, here: Here, staff: SignedIn, contract: Id | None = None) -> Response:
    """Show the empty form, or one that begins with what a draft contract says."""
    require(staff.principal, Action.APPLICATION_CREATE, Resource(staff.principal.institution_id, Grade.PERSONAL))
    return _form(request, here, staff, _of_contract(here, staff, contract) if contract else dict(_NO_AMOUNT))


@router.post("/new", response_class=HTMLResponse, dependencies=[SameOrigin])
async def post_form(request: Request, here: Here, staff: SignedIn) -> Response:
    """Enter the application, with its papers."""
    filled, files = await _sent(request)
    return await run_sync(_enter, request, here, staff, filled, files)


@router.get("/{application_id}/correction", response_class=HTMLResponse)
def get_correction(request: Request, here: Here, staff: SignedIn, application_id: Id) -> Response:
    """Show the form with what the application says now."""
    require(staff.principal, Action.APPLICATION_CREATE, Resource(staff.principal.institution_id, Grade.PERSONAL))
    found = read(here.stores, staff.act, application_id)
    return _form(request, here, staff, _of_application(found), number=found.view.row.number)


@router.post("/{application_id}/correction", response_class=HTMLResponse, dependencies=[SameOrigin])
async def post_correction(request: Request, here: Here, staff: SignedIn, application_id: Id) -> Response:
    """Put the new version on record, with the papers that are added."""
    filled, files = await _sent(request)
    return await run_sync(_correct, request, here, staff, application_id, filled, files)


async def _sent(request: Request) -> tuple[dict[str, str], tuple[bytes, ...]]:
    async with request.form() as form:
        filled = {name: value for name, value in form.items() if isinstance(value, str)}
        chosen = [form.get(f"f{place}_file") for place in range(1, FILES + 1)]
        return filled, tuple([await one.read() if isinstance(one, UploadFile) else b"" for one in chosen])


def _enter(
    request: Request, here: Installation, staff: Staff, filled: dict[str, str], files: tuple[bytes, ...]
) -> Response:
    reading = Reading(filled, files, _today(staff))
    content, people = reading.content(terms_named(here, staff, filled.get("terms", ""))), reading.people()
    if reading.faults:
        return _form(request, here, staff, filled, faults=reading.faults)
    once = once_of_form(request, filled.get("once", ""), encode(content), encode(people))
    try:
        made = create(here.stores, here.act(staff.principal, once), NewApplication(content=content, people=people))
    except LedgerError as error:
        return _form(request, here, staff, filled, error=error)
    return _with_papers(request, here, staff, made.resource_id, files)


def _correct(  # a form of one application
    request: Request,
    here: Installation,
    staff: Staff,
    application_id: str,
    filled: dict[str, str],
    files: tuple[bytes, ...],
) -> Response:
    found = read(here.stores, staff.act, application_id)
    before, number = found.content.to_json(), found.view.row.number
    reading = Reading(filled, files, _today(staff))
    new = reading.content(terms_named(here, staff, filled.get("terms", "")))
    if reading.faults:
        return _form(request, here, staff, filled, faults=reading.faults, number=number)
    listed = before["attachments"] if isinstance(before["attachments"], list) else []
    content = {**new, **{name: before[name] for name in _KEPT}}
    content["attachments"] = [*listed, *(one for one in reading.attachments() if one not in listed)]
    once = once_of_form(request, filled.get("once", ""), encode(content))
    try:
        correct(here.stores, here.act(staff.principal, once), application_id, content)
    except LedgerError as error:
        return _form(request, here, staff, filled, error=error, number=number)
    return _with_papers(request, here, staff, application_id, files)


def _with_papers(
    request: Request, here: Installation, staff: Staff, application_id: str, files: tuple[bytes, ...]
) -> Response:
    """Hand in the papers, those that were not handed in before, and lead to the application."""
    place = f"/staff/applications/{application_id}"
    try:
        for data in filter(None, files):
            attach(here.stores, here.act(staff.principal), application_id, data)
    except LedgerError as error:
        if error.code != "attachment.exists":
            return tell_back(request, place, refusal(request, error))
    return see_other(request, place, note="done")


def _form(  # what a form comes back with
    request: Request,
    here: Installation,
    staff: Staff,
    filled: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    error: KnownError | None = None,
    number: str | None = None,
) -> HTMLResponse:
    w = words_in(language_for(request))
    policies = _policies(here, staff)
    values: dict[str, object] = {
        "filled": {"once": staff.act.random(16).hex(), **filled},
        "faults": {name: w(key) for name, key in (faults or {}).items()},
        "number": number,
        "products": _named("product", [one for policy in policies for one in policy.products], w),
        "grades": [(one, one) for one in dict.fromkeys(one for policy in policies for one in policy.grades)],
        "branches": sorted({one for policy in policies for one in policy.branches} - {"*"}),
        "channels": _named("channel", CHANNELS, w),
        "roles": _named("role", ROLES, w),
        "identities": [(kind, w(f"check.kind-{kind}")) for kind in IDENTITIES],
        "papers": _named("attachment", [*_asked(policies), *PAPERS], w),
        "collateral": [("", w("enter.no-collateral")), *_named("collateral", COLLATERAL, w)],
        "people": range(1, 1 if number else PEOPLE + 1),
        "files": range(1, FILES + 1),
    }
    if error is not None:
        values["fault"] = shown_sentence(refusal(request, error))
    elif faults:
        values["fault"] = w("enter.faults")
    return staff_page(request, here, staff, "apply", values)


def _named(group: str, names: list[str] | tuple[str, ...], w: Words) -> list[tuple[str, str]]:
    return [(name, named(group, name, w)) for name in dict.fromkeys(names)]


def _policies(here: Installation, staff: Staff) -> list[Policy]:
    """Return the published policies, whose products, grades and branches the form offers; the shipped one where there is none."""
    rows = [row for row in list_policies(here.stores, staff.act) if row.published_entry]
    return [read_content(row.content) for row in rows] or [DEFAULT_POLICY]


def _asked(policies: list[Policy]) -> list[str]:
    return [kind for policy in policies for path in policy.paths.values() for kind in path.attachments]


def terms_named(here: Installation, staff: Staff, name: str) -> str | None:
    """Return the hash of the terms that a form names: written out, or those of a contract of this number; None where there are none."""
    text = name.strip()
    if is_hash(text) or not text:
        return text or None
    found = contracts.find(here.stores, staff.act, contracts.Search(kind="number", value=text, limit=1))
    return found[0].terms_sha256.hex() if found else None


def _of_contract(here: Installation, staff: Staff, contract: str) -> dict[str, str]:
    """Return what a contract says already; the reading is noted in the access log."""
    found = read_contract(here.stores, staff.act, contract)
    told = {**_NO_AMOUNT, "terms": found.view.row.number}
    if found.particulars is None:
        return told
    terms = found.particulars.terms
    told |= {"amount": written(terms.amount.minor, terms.amount.currency), "currency": terms.amount.currency}
    told |= {"term_months": str(terms.term_months), "product": terms.product}
    people = [one for one in found.particulars.signers if one.role in ROLES][:PEOPLE]
    for place, one in enumerate(people, start=1):
        told |= {f"p{place}_role": str(one.role), f"p{place}_name": one.name}
    return told


def _of_application(found: ApplicationRead) -> dict[str, str]:
    content = found.content
    return {
        "product": content.product,
        "amount": written(content.amount, content.currency),
        "currency": content.currency,
        "term_months": str(content.term_months),
        "grade": content.grade,
        "standard": content.grading_standard,
        "branch": content.branch,
        "channel": content.channel,
        "terms": content.terms_sha256.hex(),
    }


def _today(staff: Staff) -> date:
    return staff.act.now.astimezone(ZoneInfo(DEFAULT_ZONE)).date()
