"""The page on which staff check an applicant; and the one thing it cannot do by itself: have the institution's key sign the request.

Promises: what comes here is blinded elements and commitments, from which nothing about a subject follows; no route here takes an
identifier. Leaves the check itself to the browser (static/check.js).
"""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import JsonValue, StringConstraints

from api.auth import Caller, Here
from api.pages.origin import SameOrigin
from api.pages.staff.frame import SignedIn, staff_page
from api.schemas.directory import StrictBody
from api.schemas.strict_request import StrictJson
from api.wiring.co_located import partner_signer
from ledger.core.blacklist.cleaning import REASONS
from ledger.core.blacklist.identifiers import SOFT, Kind
from ledger.core.blacklist.listings import SHOWN, Reason
from ledger.services.blacklist.sign_request import sign_request

router = APIRouter(include_in_schema=False)

KINDS = (Kind.IDENTITY, Kind.PHONE, Kind.CREDIT_CODE, Kind.PASSPORT, Kind.CARD)

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RequestBody(StrictBody):
    """What the page blinded, as docs/formats/check-request.md has it."""

    epoch: Digest
    version: int
    root: Digest
    reason: Annotated[str, StringConstraints(max_length=40)]
    items: list[dict[str, JsonValue]]


@router.get("/blacklist/check", response_class=HTMLResponse)
def get_check(request: Request, here: Here, staff: SignedIn) -> Response:
    """Show the page."""
    values: dict[str, object] = {
        "kinds": [(str(kind), kind in SOFT) for kind in KINDS],
        "faults": list(REASONS),
        "reasons": [str(reason) for reason in Reason],
        "states": sorted(str(state) for state in SHOWN),
    }
    return staff_page(request, here, staff, "blacklist_check", values)


@router.post("/staff/blacklist/requests", dependencies=[SameOrigin, StrictJson])
def post_request(here: Here, caller: Caller, body: RequestBody) -> Response:
    """Return the request with the time, a nonce, and the signature of the caller's institution."""
    act = here.act(caller)
    signed = sign_request(act, body.model_dump(), partner_signer(here, caller.institution_id))
    return Response(signed.to_bytes(), media_type="application/json", headers={"Cache-Control": "no-store"})
