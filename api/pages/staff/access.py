"""How staff get in: sign in with a passkey, make the first one with a set-up code, sign out; and the keys that they sign with.

Promises: the browser's answers are checked by the services; a session's token goes into the cookie and nowhere else.
Leaves to others: what staff do once they are in.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.auth import Caller, Here
from api.pages.members import object_in
from api.pages.origin import SameOrigin
from api.pages.rendering import page, see_other
from api.pages.staff.colleagues import set_address
from api.pages.staff.frame import SIGN_IN, SignedIn, done_or_told, staff_page
from api.pages.staff.times import when
from api.schemas.strict_request import Id, StrictJson
from api.staff_session import end_session, keep_session
from api.wiring.installation import Installation
from ledger.core.log.permissions import VISITOR
from ledger.errors import InvalidInput
from ledger.services.enrolling import Device
from ledger.services.log.addresses import address_of
from ledger.services.log.enrol_own_key import ask_own_key, enrol_own_key
from ledger.services.log.list_keys import list_keys
from ledger.services.log.set_up_access import (
    NewAccess,
    ask_access,
    institution_of_code,
    invite,
    set_up_access,
)
from ledger.services.log.sign_in import Answer, ask_sign_in, sign_in
from ledger.services.staff_sessions import OpenedSession
from signing.registration import Registered, creation_options, decoded, read_registration, request_options
from signing.webauthn import Assertion

router = APIRouter(include_in_schema=False)
_POSTED = [SameOrigin, StrictJson]

Json = Annotated[dict[str, Any], Body()]  # read member by member below; anything else is left unread
_HANDLE_BYTES = 16
_MOST_TEXT = 200
_CODE = "passkey.malformed-answer"


@router.get("/staff/sign-in")
def sign_in_page(request: Request) -> HTMLResponse:
    """Show the page on which staff sign in."""
    return page(request, "staff/sign_in.html", staff=None)


@router.post("/staff/sign-in/options", dependencies=_POSTED)
def post_sign_in_options(here: Here) -> Response:
    """Return what a browser needs to let somebody sign in with a passkey that it holds."""
    challenge = ask_sign_in(here.stores, here.act(VISITOR))
    return _json({"publicKey": request_options(here.login_party, challenge=challenge, allowed=())})


@router.post("/staff/sign-in", dependencies=_POSTED)
def post_sign_in(here: Here, body: Json) -> Response:
    """Open the session of the person whose passkey answered."""
    credential = object_in(body, "credential", _CODE)
    told = object_in(credential, "response", _CODE)
    parts = [decoded(told.get(name)) for name in ("authenticatorData", "clientDataJSON", "signature")]
    assertion = Assertion.of_browser(*parts)
    answer = Answer(decoded(credential.get("rawId")), assertion)
    return _opened(here, sign_in(here.stores, here.act(VISITOR), answer, here.login_party))


@router.post("/staff/sign-out", dependencies=[SameOrigin])
def post_sign_out(request: Request, here: Here) -> RedirectResponse:
    """End the session of this browser."""
    response = see_other(request, SIGN_IN)
    end_session(request, response, here)
    return response


@router.get("/staff/set-up")
def set_up_page(request: Request) -> HTMLResponse:
    """Show the page on which somebody with a code makes their first passkey."""
    return page(request, "staff/set_up.html", staff=None)


@router.post("/staff/set-up/options", dependencies=_POSTED)
def post_set_up_options(here: Here, body: Json) -> Response:
    """Return what a browser needs to make the passkey that a code allows."""
    act = here.act(VISITOR)
    challenge, _ = ask_access(here.stores, act, _text(body, "code"))
    name = _text(body, "name", least=0) or here.settings.institution_name
    user = (act.random(_HANDLE_BYTES), name)
    options = creation_options(here.login_party, challenge=challenge, user=user, known=(), discoverable=True)
    return _json({"publicKey": options})


@router.post("/staff/set-up", dependencies=_POSTED)
def post_set_up(here: Here, body: Json) -> Response:
    """Enrol the passkey, use the code, open the session; the first one makes the administrator."""
    made, code = read_registration(object_in(body, "credential", _CODE), here.login_party), _text(body, "code")
    new = NewAccess(
        key=made.key,
        device=_device(made),
        challenge=made.challenge,
        name=_text(body, "name", least=0) or None,
    )
    key = here.institution_key(institution_of_code(here.stores, code))
    return _opened(here, set_up_access(here.stores, here.act(VISITOR), code, new, key))


@router.post("/staff/people/{person_id}/invitations", dependencies=_POSTED)
def post_invitation(here: Here, caller: Caller, person_id: Id) -> Response:
    """Return a code with which a person makes a passkey to sign in; it is shown once."""
    code = invite(here.stores, here.act(caller), person_id)
    return _json({"code": code, "link": f"{here.public_url}/staff/set-up"}, 201)


@router.get("/staff/keys")
def keys_page(request: Request, here: Here, staff: SignedIn) -> HTMLResponse:
    """Show one's own keys, and make the one to sign with."""
    own = list_keys(here.stores, staff.act, owner_id=staff.principal.id)
    email = address_of(here.stores, staff.principal.id)
    return staff_page(request, here, staff, "keys", {"keys": own, "email": email or "", "when": when})


@router.post("/staff/keys/address", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_own_address(
    request: Request, here: Here, staff: SignedIn, email: Annotated[str, Form(max_length=254)] = ""
) -> Response:
    """Say where one is reached by mail; an empty field: nowhere."""
    return done_or_told(request, "/staff/keys", lambda: set_address(here, staff, staff.principal.id, email))


@router.post("/staff/keys/options", dependencies=_POSTED)
def post_key_options(here: Here, caller: Caller) -> Response:
    """Return what a browser needs to make a passkey for signing: another one than that which signs in."""
    act = here.act(caller)
    challenge, known = ask_own_key(here.stores, act)
    user = (act.random(_HANDLE_BYTES), f"{here.settings.institution_name} · signing")
    options = creation_options(here.signing_party, challenge=challenge, user=user, known=known, discoverable=False)
    return _json({"publicKey": options})


@router.post("/staff/keys", dependencies=_POSTED)
def post_key(here: Here, caller: Caller, body: Json) -> Response:
    """Enrol one's own signing key."""
    made = read_registration(object_in(body, "credential", _CODE), here.signing_party)
    key = here.institution_key(caller.institution_id)
    written = enrol_own_key(here.stores, here.act(caller), (made.key, _device(made), made.challenge), key)
    return _json({"key_id": written.resource_id, "entry": written.entry_id}, 201)


def _device(made: Registered) -> Device:
    return Device(
        credential_id=made.credential_id,
        is_backup_eligible=made.is_backup_eligible,
        is_backed_up=made.is_backed_up,
        facts=made.to_json(),
    )


def _opened(here: Installation, opened: OpenedSession) -> Response:
    response = _json({"person": opened.person_id})
    keep_session(response, here, opened)
    return response


def _json(body: dict[str, object], status: int = 200) -> JSONResponse:
    return JSONResponse(body, status, {"Cache-Control": "no-store"})


def _text(body: Mapping[str, Any], name: str, *, least: int = 1) -> str:
    found = body.get(name, "")
    if not isinstance(found, str) or not least <= len(found) <= _MOST_TEXT:
        raise InvalidInput(_CODE, f"expected {name} as text; load the page again", field=name)
    return found
