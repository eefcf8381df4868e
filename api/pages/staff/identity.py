"""The staff's pages for checking identity papers: what waits, one person's papers beside the record, and the decision."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.pages.origin import SameOrigin
from api.pages.staff.frame import SignedIn, done_or_told, staff_page
from api.pages.staff.times import when
from api.schemas.strict_request import Id
from ledger.errors import NotFound
from ledger.services.agreements.decide_identity import Decision, decide_identity
from ledger.services.agreements.list_identity import list_identity
from ledger.services.agreements.read import read
from ledger.services.agreements.read_identity import IdentityPapers, read_identity

router = APIRouter(prefix="/staff/identity", include_in_schema=False)


@router.get("", response_class=HTMLResponse)
def get_waiting(request: Request, here: Here, staff: SignedIn) -> Response:
    """List the papers that wait."""
    rows = [
        {"id": row.id, "paper": row.paper, "at": when(row.submitted_at)}
        for row in list_identity(here.stores, staff.act)
    ]
    return staff_page(request, here, staff, "identity_list", {"rows": rows})


@router.get("/{submission_id}", response_class=HTMLResponse)
def get_papers(request: Request, here: Here, staff: SignedIn, submission_id: Id) -> Response:
    """Show papers beside what is on record; the reading is noted in the access log."""
    papers = read_identity(here.stores, staff.act, submission_id)
    known = read(here.stores, staff.act, papers.row.agreement_id).particulars
    names = {one.id: one.name for one in known.signers} if known else {}
    person = papers.person
    values: dict[str, object] = {
        "name": names.get(papers.row.signer_id, "–"),
        "birth_date": person.birth_date.isoformat() if person else "–",
        "id_number": person.id_number if person else None,
        "paper": papers.row.paper,
        "files": _files(papers),
    }
    return staff_page(request, here, staff, "identity", values)


@router.get("/{submission_id}/files/{number}")
def get_file(here: Here, staff: SignedIn, submission_id: Id, number: int) -> Response:
    """Return one picture or PDF."""
    files = read_identity(here.stores, staff.act, submission_id).files
    if not 0 <= number < len(files):
        raise NotFound("identity.unknown", "there are no such papers in your institution; list those that wait")
    file = files[number]
    return Response(file.data, media_type=file.media_type, headers={"Cache-Control": "no-store"})


@router.post("/{submission_id}", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_decision(
    request: Request,
    here: Here,
    staff: SignedIn,
    submission_id: Id,
    decision: Annotated[Literal["accepted", "refused"], Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Accept or refuse; the institution signs the result."""

    def work() -> None:
        key = here.institution_key(staff.principal.institution_id)
        told = Decision(accepted=decision == "accepted", reason=reason or None)
        decide_identity(here.stores, staff.act, submission_id, told, key)

    return done_or_told(request, "/staff/identity", work)


def _files(papers: IdentityPapers) -> list[dict[str, object]]:
    base = f"/staff/identity/{papers.row.id}/files"
    return [
        {"address": f"{base}/{number}", "is_image": file.media_type.startswith("image/")}
        for number, file in enumerate(papers.files)
    ]
