"""What an officer does with an application for its applicant: hand it in, withdraw it, take a counter-offer.

Promises: what ends or changes it needs a tick that the applicant wants it, and a file that shows so, of which the hash goes on record.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from api.auth import Here, once_of_form
from api.pages.origin import SameOrigin
from api.pages.rendering import language_for
from api.pages.staff.applications import terms_named
from api.pages.staff.frame import SignedIn, done_or_told, tell_back
from api.pages.words import words_in
from api.schemas.strict_request import Id
from ledger.core.applications.states import TABLE, Move, State
from ledger.core.log.permissions import Action, Grade, Principal, Resource, allowed
from ledger.errors import InvalidInput
from ledger.services.applications.accept_counter import Acceptance, accept_counter
from ledger.services.applications.submit import submit
from ledger.services.applications.withdraw import withdraw

router = APIRouter(prefix="/staff/applications/{application_id}", include_in_schema=False)

Text = Annotated[str, Form(max_length=300)]
_MOVES = (Move.SUBMITTED, Move.CORRECTED, Move.ACCEPTED, Move.WITHDRAWN)


def moves_of(principal: Principal, state: str) -> frozenset[str]:
    """Return which of these acts the page offers; the services decide again."""
    own = Resource(principal.institution_id, Grade.PERSONAL)
    if not allowed(principal, Action.APPLICATION_CREATE, own):
        return frozenset()
    return frozenset(move.value for move in _MOVES if move in TABLE.get(State(state), {}))


@router.post("/submission", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_submission(request: Request, here: Here, staff: SignedIn, application_id: Id, once: Text = "") -> Response:
    """Give the application to those who decide."""

    def work() -> None:
        act = here.act(staff.principal, once_of_form(request, once))
        submit(here.stores, act, application_id, here.rules_key(staff.principal.institution_id))

    return done_or_told(request, f"/staff/applications/{application_id}", work)


@router.post("/withdrawal", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_withdrawal(  # the places of the form
    request: Request,
    here: Here,
    staff: SignedIn,
    application_id: Id,
    evidence: Annotated[UploadFile, File()],
    ground: Text = "",
    wanted: Text = "",
    once: Text = "",
) -> Response:
    """End the application, as its applicant wants."""

    def work(shown: bytes) -> None:
        if not ground.strip():
            raise InvalidInput("reason.malformed", "expected why the applicant withdraws", field="ground")
        act = here.act(staff.principal, once_of_form(request, once, ground.encode(), shown))
        withdraw(here.stores, act, application_id, ground=ground.strip(), evidence_sha256=shown)

    return _shown_by(request, application_id, wanted, evidence, work)


@router.post("/acceptance", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_acceptance(  # the places of the form
    request: Request,
    here: Here,
    staff: SignedIn,
    application_id: Id,
    evidence: Annotated[UploadFile, File()],
    terms: Text = "",
    wanted: Text = "",
    once: Text = "",
) -> Response:
    """Take the counter-offer, as the applicant wants, on the terms of a contract."""

    def work(shown: bytes) -> None:
        named = terms_named(here, staff, terms)
        if named is None:
            raise InvalidInput("agreement.unknown", f"there is no contract {terms[:40]!r} here", field="terms")
        act = here.act(staff.principal, once_of_form(request, once, named.encode(), shown))
        taken = Acceptance(terms_sha256=bytes.fromhex(named), evidence_sha256=shown)
        accept_counter(here.stores, act, application_id, taken)

    return _shown_by(request, application_id, wanted, evidence, work)


def _shown_by(
    request: Request, application_id: str, wanted: str, evidence: UploadFile, work: Callable[[bytes], None]
) -> Response:
    """Do it with the hash of the file, if it was ticked and there is one."""
    place, w = f"/staff/applications/{application_id}", words_in(language_for(request))
    data = evidence.file.read()
    if wanted != "yes" or not data:
        told = w("enter.tick-missing" if wanted != "yes" else "enter.evidence-missing")
        return tell_back(request, place, w("staff.fault", detail=told))
    return done_or_told(request, place, lambda: work(sha256(data).digest()))
