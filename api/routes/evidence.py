"""Receipts, evidence packages, verifications, and the installation's own trust policy."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import Response

from api.auth import AnyCaller, Here, Reading
from api.routes.answers import receipt_response
from api.schemas.strict_request import Id, strict_form
from api.schemas.verification import stated_facts, uploaded
from ledger.core.evidence.sealed_file import looks_sealed
from ledger.core.evidence.trust import parse_trust
from ledger.core.log.permissions import Principal
from ledger.errors import NotAllowed
from ledger.services.evidence.export_trust import export_trust
from ledger.services.evidence.issue_evidence import issue_evidence
from ledger.services.evidence.issue_receipt import issue_receipt
from ledger.services.evidence.verify_upload import Question, verify_upload
from signing.canonical import MAX_SAFE_INTEGER

router = APIRouter(tags=["evidence"])

EVIDENCE_MEDIA_TYPE = "application/vnd.tally.evidence+json"
NOBODY = Principal(id="anonymous", institution_id="", roles=frozenset(), kind="program")


@router.get("/v1/entries/{entry_id}/receipt", response_class=Response)
def get_receipt(here: Here, act: Reading, entry_id: Id) -> Response:
    """Return the receipt of one entry as exact canonical JSON; 503 with Retry-After while it waits for its checkpoint."""
    return receipt_response(issue_receipt(here.stores, act, entry_id))


@router.get("/v1/agreements/{agreement_id}/evidence", response_class=Response)
def get_evidence(here: Here, act: Reading, agreement_id: Id) -> Response:
    """Return the evidence package of an agreement: the receipts of all its entries."""
    package = issue_evidence(here.stores, act, agreement_id)
    headers = {"Content-Disposition": f'attachment; filename="{agreement_id}.evidence.json"'}
    return Response(package.to_bytes(), media_type=EVIDENCE_MEDIA_TYPE, headers=headers)


@router.get("/v1/trust", response_class=Response)
def get_trust(here: Here) -> Response:
    """Return the trust policy that this installation states about itself."""
    trust = export_trust(here.stores, finality=0, pages=here.pages, seals=here.seal_roots())
    return Response(trust.to_bytes(), media_type="application/json")


_FORM = Depends(strict_form("file", "sha256", "bytes", "receipt", "trust"))


@router.post("/v1/verifications", dependencies=[_FORM])
def post_verification(
    here: Here,
    caller: AnyCaller,
    file: Annotated[UploadFile | None, Form()] = None,
    sha256: Annotated[str | None, Form(max_length=64, description="instead of the file, with `bytes`")] = None,
    bytes_: Annotated[int | None, Form(alias="bytes", ge=1, le=MAX_SAFE_INTEGER)] = None,
    receipt: Annotated[UploadFile | None, Form()] = None,
    trust: Annotated[
        UploadFile | None, Form(description="your own trust policy; without it, this installation's")
    ] = None,
) -> dict[str, object]:
    """Answer for a file and a receipt (or evidence package).

    A sealed file carries evidence of its own; without either, only for callers who may look documents up.
    """
    given = uploaded(file.file) if file else stated_facts(sha256, bytes_)
    if receipt is None and caller is None and not (isinstance(given, bytes) and looks_sealed(given)):
        raise NotAllowed(
            "verification.needs-receipt",
            "send the receipt along, or a sealed file, or an API key that may look documents up",
        )
    question = Question(
        file=given,
        material=receipt.file.read() if receipt else None,
        policy=parse_trust(trust.file.read()) if trust else None,
        pages=here.pages,
    )
    report = verify_upload(here.stores, here.client, here.act(caller or NOBODY), question, here.seal_roots)
    return dict(report.to_json())
