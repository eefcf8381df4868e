"""The staff's forms that tell an applicant of a returned or countered application: by mail through us, or how it was told otherwise."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.pages.origin import SameOrigin
from api.pages.staff.frame import SignedIn, done_or_told
from api.schemas.strict_request import Id
from ledger.services.applications.send_word import send_word
from ledger.services.applications.tell import Telling, tell

router = APIRouter(prefix="/staff/applications/{application_id}", include_in_schema=False)

_Day = Annotated[date, Form()]


@router.post("/mails", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_mail(request: Request, here: Here, staff: SignedIn, application_id: Id, until: _Day) -> Response:
    """Mail the applicant what is needed or offered, and until when."""
    place = f"/staff/applications/{application_id}"
    return done_or_told(request, place, lambda: send_word(here.stores, staff.act, application_id, until))


@router.post("/tellings", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_telling(
    request: Request,
    here: Here,
    staff: SignedIn,
    application_id: Id,
    until: _Day,
    channel: Annotated[Literal["email", "sms", "post", "in-person"], Form()],
    reference: Annotated[str, Form(min_length=1, max_length=300)],
) -> Response:
    """Record by which other way the applicant was told."""
    place = f"/staff/applications/{application_id}"
    telling = Telling(message_id=reference.strip(), channel=channel, status="sent", until=until)
    return done_or_told(request, place, lambda: tell(here.stores, staff.act, application_id, telling))
