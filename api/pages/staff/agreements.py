"""The staff's pages of loan contracts: a list that is searched and filtered, and one contract with its timeline and what can be done."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.pages.customer.terms_card import Words, key_terms
from api.pages.origin import SameOrigin
from api.pages.rendering import language_for, see_other
from api.pages.staff.countersigning import ways_to_countersign
from api.pages.staff.drafting import invited
from api.pages.staff.frame import SignedIn, Staff, done_or_told, pages_of, staff_page
from api.pages.staff.shown import actions_of, events_shown, notices_shown, parties_shown
from api.pages.staff.times import when
from api.pages.words import words_in
from api.schemas.strict_request import Id
from api.wiring.installation import Installation
from api.wiring.senders import ways_of
from ledger.core.agreements.states import State
from ledger.errors import NotAllowed
from ledger.services.agreements.find import Search, find
from ledger.services.agreements.list_notices import NoticeLine, list_notices
from ledger.services.agreements.read import SealStatus, read
from ledger.services.agreements.read_document import read_document
from ledger.services.agreements.read_sealed_copy import read_sealed_copy
from ledger.services.agreements.read_timeline import read_timeline
from ledger.services.agreements.remind import remind
from ledger.services.agreements.replace_signer import Replacement, replace_signer
from ledger.services.agreements.send import send
from ledger.services.agreements.submit import submit
from ledger.services.agreements.void import void

router = APIRouter(prefix="/staff", include_in_schema=False)

_PAGE = 25
_ELSEWHERE = (("queue", "/staff/queue"), ("figures", "/staff/figures"))  # for those who read no contracts
Text = Annotated[str, Form(min_length=1, max_length=500)]


@router.get("", response_class=HTMLResponse)
def get_agreements(
    request: Request,
    here: Here,
    staff: SignedIn,
    search: Literal["number", "name", "document"] = "number",
    value: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """List contracts, newest first; a search finds exactly, a state filters what is listed. Who reads none is led to their work."""
    pages = pages_of(staff.principal)
    if "contracts" not in pages:
        return see_other(request, next((way for name, way in _ELSEWHERE if name in pages), "/staff/keys"))
    wanted = State(state) if state in set(State) else None
    kind, term = (search, value.strip()) if value.strip() else (None, "")
    asked = Search(kind=kind, value=term, state=wanted, before=cursor or None, limit=_PAGE + 1)
    found = find(here.stores, staff.act, asked)  # one more than is shown, which says whether there are older ones
    page = found[:_PAGE]
    values: dict[str, object] = {
        "rows": [
            {"id": one.id, "number": one.number, "state": one.state, "created_at": when(one.created_at)} for one in page
        ],
        "query": {"search": search, "value": value, "state": state, "cursor": cursor},
        "states": list(State),
        "next": page[-1].id if len(found) > len(page) else None,
    }
    return staff_page(request, here, staff, "list", values)


@router.get("/agreements/{agreement_id}", response_class=HTMLResponse)
def get_agreement(request: Request, here: Here, staff: SignedIn, agreement_id: Id) -> Response:
    """Show one contract: terms, parties, what happened, messages, and what can be done now."""
    timeline = read_timeline(here.stores, staff.act, agreement_id)
    people = parties_shown(timeline)
    w = words_in(language_for(request))
    values: dict[str, object] = {
        "agreement": {
            "id": agreement_id,
            "number": timeline.view.row.number,
            "state": timeline.view.state.value,
            "is_complete": timeline.view.state is State.COMPLETE,
        },
        "terms": key_terms(timeline.particulars.terms, w) if timeline.particulars else (),
        "people": people,
        "events": events_shown(timeline, w),
        "actions": actions_of(timeline, staff.principal),
        "countersigned_by": tuple(ways_to_countersign(here, staff, timeline)),
        "notices": notices_shown(_notices(here, staff, agreement_id), people),
        "in_folder": not ways_of(here.settings),
        "seal": _seal_words(read(here.stores, staff.act, agreement_id).seal, w),
    }
    return staff_page(request, here, staff, "agreement", values)


@router.get("/agreements/{agreement_id}/document")
def get_document(here: Here, staff: SignedIn, agreement_id: Id) -> Response:
    """Download the contract; the reading is noted in the access log."""
    data = read_document(here.stores, staff.act, agreement_id)
    headers = {"Content-Disposition": f'attachment; filename="{agreement_id}.pdf"', "Cache-Control": "no-store"}
    return Response(data, media_type="application/pdf", headers=headers)


@router.get("/agreements/{agreement_id}/sealed")
def get_sealed(here: Here, staff: SignedIn, agreement_id: Id) -> Response:
    """Download the newest sealed version."""
    copy = read_sealed_copy(here.stores, staff.act, agreement_id)
    headers = {"Content-Disposition": f'attachment; filename="{agreement_id}.pdf"', "Cache-Control": "no-store"}
    return Response(copy.data, media_type="application/pdf", headers=headers)


@router.post("/agreements/{agreement_id}/send", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_send(
    request: Request, here: Here, staff: SignedIn, agreement_id: Id, valid_days: Annotated[int, Form(ge=1, le=180)]
) -> Response:
    """Send a draft to its parties."""
    return done_or_told(
        request, _place(agreement_id), lambda: send(here.stores, staff.act, agreement_id, valid_days=valid_days)
    )


@router.post("/agreements/{agreement_id}/submit", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_submit(request: Request, here: Here, staff: SignedIn, agreement_id: Id, application: Text) -> Response:
    """Name the application that has to be approved first."""
    name = application.strip()
    return done_or_told(request, _place(agreement_id), lambda: submit(here.stores, staff.act, agreement_id, name))


@router.post("/agreements/{agreement_id}/void", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_void(request: Request, here: Here, staff: SignedIn, agreement_id: Id, reason: Text) -> Response:
    """Withdraw a contract."""
    return done_or_told(request, _place(agreement_id), lambda: void(here.stores, staff.act, agreement_id, reason))


@router.post(
    "/agreements/{agreement_id}/signers/{signer_id}/remind", response_class=HTMLResponse, dependencies=[SameOrigin]
)
def post_remind(request: Request, here: Here, staff: SignedIn, agreement_id: Id, signer_id: Id) -> Response:
    """Remind one party."""
    return done_or_told(request, _place(agreement_id), lambda: remind(here.stores, staff.act, agreement_id, signer_id))


@router.post(
    "/agreements/{agreement_id}/signers/{signer_id}/replace", response_class=HTMLResponse, dependencies=[SameOrigin]
)
def post_replace(
    request: Request,
    here: Here,
    staff: SignedIn,
    agreement_id: Id,
    signer_id: Id,
    name: Text,
    email: Text,
    birth_date: Annotated[date, Form()],
    reason: Text,
) -> Response:
    """Put another person in a party's place."""

    def work() -> None:
        timeline = read_timeline(here.stores, staff.act, agreement_id)
        role = next((one.role for one in parties_shown(timeline) if one.id == signer_id), "")
        who = invited(email=email, birth_date=birth_date)
        coming = Replacement(signer={"role": role, "name": name, "person": who}, reason=reason)
        replace_signer(here.stores, staff.act, agreement_id, signer_id, coming)

    return done_or_told(request, _place(agreement_id), work)


def _notices(here: Installation, staff: Staff, agreement_id: str) -> list[NoticeLine]:
    """Return the messages; none for whom they are not."""
    try:
        return list_notices(here.stores, staff.act, agreement_id)
    except NotAllowed:
        return []


def _seal_words(seal: SealStatus, w: Words) -> str | None:
    """Return where the seal stands, in a sentence; None before all have signed."""
    if seal.versions:
        newest = seal.versions[-1]
        renewal = newest.renew_before[:10]
        return w("staff.seal-version", version=newest.version, at=when(newest.sealed_at), renewal=renewal)
    if seal.job is None:
        return None
    if seal.job.last_code is None:
        return w("staff.seal-working")
    return w("staff.seal-waits", code=seal.job.last_code, attempts=seal.job.attempts, next=when(seal.job.next_at))


def _place(agreement_id: str) -> str:
    return f"/staff/agreements/{agreement_id}"
