"""The staff's form that names the committee of an application: choose members and chair, read them over, confirm.

Promises: nothing is recorded before it was confirmed on a page of its own. Leaves who may, and which people may sit, to the services.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.pages.origin import SameOrigin
from api.pages.rendering import language_for
from api.pages.staff.decision_shown import seating_shown
from api.pages.staff.frame import SignedIn, done_or_told, staff_page, tell_back
from api.pages.words import words_in
from api.schemas.strict_request import Id
from ledger.core.applications.committee import Sitting
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.seating import seating

router = APIRouter(prefix="/staff/applications/{application_id}", include_in_schema=False)

_Members = Annotated[list[Id], Form(max_length=40)]


@router.post("/committee", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_committee(  # the places of the form
    request: Request,
    here: Here,
    staff: SignedIn,
    application_id: Id,
    member: _Members = [],  # noqa: B006  # the form's default, never changed
    chair: Annotated[str, Form(max_length=40)] = "",
    confirmed: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Show the choice for confirmation; once confirmed, name the committee."""
    place, w = f"/staff/applications/{application_id}", words_in(language_for(request))
    members = tuple(dict.fromkeys(member))
    if confirmed:
        sitting = Sitting(members=members, chair=chair)
        return done_or_told(request, place, lambda: name_sitting(here.stores, staff.act, application_id, sitting))
    found = seating(here.stores, staff.act, application_id)
    if found is None:
        return tell_back(request, place, w("staff.fault", detail=w("desk.seat-gone")))
    chosen = [one for one in found.candidates if one.id in members]
    if len(chosen) != found.step.size or len(chosen) != len(members) or chair not in members:
        told = w("desk.seat-choose", size=found.step.size, chosen=len(members))
        return tell_back(request, place, w("staff.fault", detail=told))
    shown = {"id": application_id, "chair": chair, "members": [(one.id, one.name) for one in chosen]}
    return staff_page(request, here, staff, "committee", {"named": shown, "seat": seating_shown(found, w)})
