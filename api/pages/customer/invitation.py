"""The invitation's page: who asks, and what will happen. Looking at it opens nothing; a press begins, in this browser only."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.pages.customer.cookies import base_of, keep, token_in
from api.pages.customer.faults import end_of, told_here
from api.pages.customer.screens import Screen
from api.pages.customer.sending import Sending
from api.pages.customer.showing import end, show
from api.pages.customer.shown import Case
from api.pages.origin import SameOrigin
from api.pages.rendering import see_other
from api.wiring.installation import Installation
from ledger.core.log.permissions import VISITOR
from ledger.errors import LedgerError
from ledger.messages.door import Handing
from ledger.services.agreements.ask_for_link import ask_for_link
from ledger.services.agreements.browser import session_of
from ledger.services.agreements.open_invitation import Opened, open_invitation
from ledger.services.agreements.send_code import send_code
from ledger.services.agreements.signer_place import greet

router = APIRouter(include_in_schema=False)

LinkToken = Annotated[str, Path(max_length=80)]


@router.get("/sign/{token}", response_class=HTMLResponse)
def get_invitation(request: Request, here: Here, token: LinkToken) -> Response:
    """Show who asks; nothing is opened and nothing is noted."""
    try:
        greeting = greet(here.stores, token)
    except LedgerError as error:
        return _refused(request, here, error)
    held = session_of(here.stores, token_in(request, greeting.signer_id), here.now())
    values = {"case": Case(lender=greeting.lender), "resumes": held is not None}
    return show(request, here, Screen("open", values), base=base_of(greeting.signer_id))


@router.post("/sign/{token}", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_invitation(request: Request, here: Here, senders: Sending, token: LinkToken) -> Response:
    """Open the link in this browser and send it a code."""
    try:
        greeting = greet(here.stores, token)
        present = token_in(request, greeting.signer_id)
        opened = open_invitation(here.stores, here.act(VISITOR), token, present=present)
    except LedgerError as error:
        return _refused(request, here, error)
    fault = None if opened.session_token == present else _send_first(here, senders, opened)
    answer = see_other(request, base_of(opened.signer_id), **({"fault": fault} if fault else {}))
    keep(answer, here, opened)
    return answer


@router.post("/sign/{token}/renewals", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_renewal(request: Request, here: Here, token: LinkToken) -> Response:
    """Send another link to the address on record, whoever asks."""
    try:
        ask_for_link(here.stores, here.act(VISITOR), token)
    except LedgerError as error:
        return _refused(request, here, error)
    return end(request, here, "link-sent")


def _send_first(here: Installation, senders: Handing, opened: Opened) -> str | None:
    """Send the first code; return the stable code of what went wrong, for the page to tell."""
    try:
        send_code(here.stores, here.act(VISITOR), opened.session_token, senders)
    except LedgerError as error:
        if not told_here(error.code):
            raise
        return error.code
    return None


def _refused(request: Request, here: Installation, error: LedgerError) -> Response:
    kind = end_of(error.code) or ("ended" if error.code == "agreement.ended" else None)
    if kind is None:
        raise error
    token = request.path_params["token"] if kind in {"link-used", "link-expired"} else ""
    return end(request, here, kind, code=error.code, token=token)
