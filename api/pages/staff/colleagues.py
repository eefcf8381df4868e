"""The administrator's page of colleagues: who works here, adding somebody, and the code that lets them make a passkey.

Promises: a code is shown in the answer to the form that made it, and nowhere again. Leaves who may to the services.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.errors import KnownError
from api.pages.origin import SameOrigin
from api.pages.printable import shown_sentence
from api.pages.staff.frame import SignedIn, Staff, done_or_told, refusal, staff_page
from api.schemas.strict_request import Id
from api.wiring.installation import Installation
from ledger.core.log.mail_address import can_be_mailed
from ledger.core.log.permissions import Role
from ledger.errors import InvalidInput, LedgerError
from ledger.services.log.add_person import NewPerson, add_person
from ledger.services.log.change_address import AddressChange, change_address
from ledger.services.log.list_people import list_people
from ledger.services.log.set_up_access import invite
from signing.errors import SigningError

router = APIRouter(prefix="/staff/people", include_in_schema=False)

_MOST = 200


@router.get("", response_class=HTMLResponse)
def get_people(request: Request, here: Here, staff: SignedIn) -> Response:
    """List the colleagues."""
    return _page(request, here, staff, {})


@router.post("", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_person(
    request: Request,
    here: Here,
    staff: SignedIn,
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[list[Role], Form(max_length=8)] = [],  # noqa: B006  # the form's default, never changed
    email: Annotated[str, Form(max_length=254)] = "",
) -> Response:
    """Add a colleague, and show the code that lets them in."""
    try:
        if not role:
            raise InvalidInput("person.roles", "choose at least one role for this person", field="role")
        if email.strip() and not can_be_mailed(email.strip()):
            raise InvalidInput("person.email", "expected an e-mail address such as lin@example.com", field="email")
        key = here.institution_key(staff.principal.institution_id)
        new = NewPerson(name.strip(), tuple(dict.fromkeys(role)))
        person_id = add_person(here.stores, staff.act, new, key).resource_id
        if email.strip():
            set_address(here, staff, person_id, email)
        code = invite(here.stores, staff.act, person_id)
    except (LedgerError, SigningError) as error:
        return _page(request, here, staff, {}, error)
    return _page(request, here, staff, {"code": code, "invited": person_id})


@router.post("/{person_id}/codes", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_code(request: Request, here: Here, staff: SignedIn, person_id: Id) -> Response:
    """Show another code for somebody who lost theirs, or whose device is gone."""
    try:
        code = invite(here.stores, staff.act, person_id)
    except (LedgerError, SigningError) as error:
        return _page(request, here, staff, {}, error)
    return _page(request, here, staff, {"code": code, "invited": person_id})


@router.post("/{person_id}/address", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_address(
    request: Request, here: Here, staff: SignedIn, person_id: Id, email: Annotated[str, Form(max_length=254)] = ""
) -> Response:
    """Say where a colleague is reached by mail; an empty field: nowhere."""
    return done_or_told(request, "/staff/people", lambda: set_address(here, staff, person_id, email))


def set_address(here: Installation, staff: Staff, person_id: str, email: str) -> None:
    """Record an address as a form has it."""
    key = here.institution_key(staff.principal.institution_id)
    change_address(here.stores, staff.act, AddressChange(person_id, email.strip() or None), key)


def _page(
    request: Request, here: Installation, staff: Staff, told: dict[str, str], error: KnownError | None = None
) -> HTMLResponse:
    people = list_people(here.stores, staff.act, limit=_MOST)
    values: dict[str, object] = {
        "people": people,
        "roles": tuple(Role),
        "code": told.get("code", ""),
        "invited": next((one.name for one in people if one.id == told.get("invited")), ""),
        "set_up": f"{here.public_url}/staff/set-up",
    }
    if error is not None:
        values["fault"] = shown_sentence(refusal(request, error))
    return staff_page(request, here, staff, "people", values)
