"""The staff's pages of decisions: what waits, one application with all that would be signed, and the decision itself.

Promises: the page shows every opened field before a key is asked for; the browser hashes the very bytes it shows (decide.js), and a
passkey for signing, never the one that signs in, signs that hash. Leaves who may decide, and every check, to the services.
"""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.errors import KnownError
from api.pages.customer.pen_words import pen_words
from api.pages.customer.pens import answered, assertion_of
from api.pages.members import bytes_in, object_in
from api.pages.origin import SameOrigin
from api.pages.rendering import language_for
from api.pages.staff.deciding import read_wanted
from api.pages.staff.decision_shown import application_shown, review_shown, rows_shown, seating_shown, telling_shown
from api.pages.staff.for_applicant import moves_of
from api.pages.staff.frame import SignedIn, Staff, refusal_words, staff_page
from api.pages.words import words_in
from api.schemas.strict_request import Id, StrictJson
from api.wiring.installation import Installation
from ledger.core.log.keys import Purpose
from ledger.errors import NotFound
from ledger.services.applications.decide import NewDecision, decide
from ledger.services.applications.issue_decision import issue_decision
from ledger.services.applications.queue import queue
from ledger.services.applications.read import read
from ledger.services.applications.read_attachment import read_attachment
from ledger.services.applications.review import review
from ledger.services.applications.seating import seating
from ledger.services.applications.told_lately import told_lately
from ledger.services.log.list_keys import list_keys
from ledger.storage.enrolled_keys import EnrolledKeyRow
from signing.algorithms import Suite
from signing.decision import parse_decision
from signing.envelope import Signature
from signing.registration import encoded

router = APIRouter(prefix="/staff", include_in_schema=False)

Json = Annotated[dict[str, Any], Body()]  # read member by member below


@router.get("/queue", response_class=HTMLResponse)
def get_queue(request: Request, here: Here, staff: SignedIn) -> Response:
    """Show what waits for whoever is signed in, due first."""
    waiting = queue(here.stores, staff.act)
    rows = rows_shown(waiting, words_in(language_for(request)))
    return staff_page(request, here, staff, "queue", {"rows": rows})


@router.get("/applications/{application_id}", response_class=HTMLResponse)
def get_application(request: Request, here: Here, staff: SignedIn, application_id: Id) -> Response:
    """Show one application in full, what others decided, and the form to decide."""
    w = words_in(language_for(request))
    found = read(here.stores, staff.act, application_id)
    reviewed = review(here.stores, staff.act, application_id)
    told = told_lately(here.stores, staff.act, application_id)
    seat = seating(here.stores, staff.act, application_id)
    values: dict[str, object] = {
        "application": application_shown(found, w),
        "review": review_shown(found, reviewed, w),
        "has_key": _key_of(here, staff) is not None,
        "telling": None if told is None else telling_shown(told, w),
        "seat": None if seat is None else seating_shown(seat, w),
        "moves": moves_of(staff.principal, found.view.state.state),
        "once": staff.act.random(16).hex(),
    }
    return staff_page(request, here, staff, "application", values)


@router.get("/applications/{application_id}/attachments/{attachment_id}")
def get_attachment(here: Here, staff: SignedIn, application_id: Id, attachment_id: Id) -> Response:
    """Download an attachment; the reading is noted in the access log."""
    row, data = read_attachment(here.stores, staff.act, application_id, attachment_id)
    headers = {"Content-Disposition": f'attachment; filename="{row.id}"', "Cache-Control": "no-store"}
    return Response(data, media_type=row.media_type, headers=headers)


@router.post("/applications/{application_id}/statement", dependencies=[SameOrigin, StrictJson])
def post_statement(request: Request, here: Here, staff: SignedIn, application_id: Id, body: Json) -> Response:
    """Return the statement that the decider's passkey is to sign."""

    def work() -> dict[str, object]:
        key = _needed_key(here, staff)
        wanted = read_wanted(body, key.key_id)
        statement = issue_decision(here.stores, staff.act, application_id, wanted, chain_id=here.chain_id)
        return {
            "statement": base64.b64encode(statement.to_bytes()).decode(),
            "sha256": statement.digest.hex(),
            "key_id": statement.key_id,
            "rp_id": here.signing_party.id,
            "credential_ids": [encoded(key.credential_id or b"")],
        }

    return answered(request, work, _words)


@router.post("/applications/{application_id}/decision", dependencies=[SameOrigin, StrictJson])
def post_decision(request: Request, here: Here, staff: SignedIn, application_id: Id, body: Json) -> Response:
    """Take the signed decision."""

    def work() -> dict[str, object]:
        data, credential = bytes_in(body, "statement"), object_in(body, "credential")
        signature = Signature(Suite.WEBAUTHN, parse_decision(data).key_id, assertion_of(credential).pack())
        origins = frozenset(here.signing_party.origins)
        new = NewDecision(statement=data, signature=signature, chain_id=here.chain_id, origins=origins)
        return {"entry": decide(here.stores, staff.act, application_id, new).entry_id}

    return answered(request, work, _words)


def _key_of(here: Installation, staff: Staff) -> EnrolledKeyRow | None:
    """Return the newest passkey with which whoever is signed in signs."""
    rows = list_keys(here.stores, staff.act, owner_id=staff.principal.id)
    own = [row for row in rows if row.purpose == Purpose.SIGN and row.suite == Suite.WEBAUTHN and not row.revoked_entry]
    return max(own, key=lambda row: row.enrolled_at, default=None)


def _needed_key(here: Installation, staff: Staff) -> EnrolledKeyRow:
    key = _key_of(here, staff)
    if key is None:
        raise NotFound("key.unknown", "you have no passkey for signing yet; make one under “My keys”")
    return key


def _words(request: Request, error: KnownError) -> str | None:
    """Return what a refused decision is told with: the desk's words, else those of passkeys."""
    return refusal_words(request, error) or pen_words(error.code, language_for(request))
