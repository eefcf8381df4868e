"""The auditor's page: a file and its receipt in, ten answers out, with the steps and the command that repeat them.

Promises: the same service as POST /v1/verifications; no file is kept, and none is asked about without its receipt. Leaves
the answers to ledger.services.evidence.verify_upload and their words to ledger.core.evidence.answers_text.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse

from api.auth import Here
from api.errors import KnownError, status_of
from api.pages.printable import shown_sentence
from api.pages.problems import Problem
from api.pages.rendering import language_for, page
from api.pages.report_view import Checked, ReportView
from api.schemas.verification import facts_of, stated_facts, uploaded
from api.wiring.installation import Installation
from ledger.core.evidence.package import Package, read_material
from ledger.core.evidence.sealed_file import find_evidence, looks_sealed
from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.verify_file import FileFacts
from ledger.core.log.permissions import Principal
from ledger.errors import LedgerError, NotAllowed
from ledger.services.evidence.verify_upload import Question, verify_upload
from signing.canonical import MAX_SAFE_INTEGER
from signing.errors import SigningError

router = APIRouter(include_in_schema=False)

_NOBODY = Principal(id="anonymous", institution_id="", roles=frozenset(), kind="program")
_MEBIBYTE = 1024 * 1024
# Browsers hash a file only when it is whole in memory: beyond this the command, which reads in chunks, is the honest answer.
_LOCAL_MEGABYTES = 256


@dataclass(frozen=True, kw_only=True)
class _Handed:
    """What came with the form."""

    file: UploadFile | None
    sha256: str | None
    byte_length: int | None
    receipt: UploadFile | None
    trust: UploadFile | None


@router.get("/verify", response_class=HTMLResponse)
def get_verify(request: Request, here: Here) -> HTMLResponse:
    """Show the form."""
    return _answer(request, here)


@router.post("/verify", response_class=HTMLResponse)
def post_verify(  # a form's parts
    *,
    request: Request,
    here: Here,
    file: Annotated[UploadFile | None, Form()] = None,
    sha256: Annotated[str | None, Form(max_length=64)] = None,
    bytes_: Annotated[int | None, Form(alias="bytes", ge=0, le=MAX_SAFE_INTEGER)] = None,
    receipt: Annotated[UploadFile | None, Form()] = None,
    trust: Annotated[UploadFile | None, Form()] = None,
) -> HTMLResponse:
    """Show the ten answers above the form, or what is wrong with what was handed in."""
    handed = _Handed(
        file=_chosen(file), sha256=sha256, byte_length=bytes_, receipt=_chosen(receipt), trust=_chosen(trust)
    )
    try:
        return _answer(request, here, view=_check(request, here, handed))
    except (LedgerError, SigningError) as error:
        return _answer(request, here, problem=_problem(error))


def _check(request: Request, here: Installation, handed: _Handed) -> ReportView:
    given = uploaded(handed.file.file) if handed.file else stated_facts(handed.sha256, handed.byte_length)
    material = handed.receipt.file.read() if handed.receipt else None
    package = read_material(material) if material is not None else _evidence_inside(given)
    policy = parse_trust(handed.trust.file.read()) if handed.trust else None
    question = Question(file=given, material=material, policy=policy, pages=here.pages)
    report = verify_upload(here.stores, here.client, here.act(_NOBODY), question, here.seal_roots)
    checked = Checked(
        file=facts_of(given),
        file_name=handed.file.filename if handed.file else None,
        receipt_name=(handed.receipt.filename or "") if handed.receipt else "",
        trust_name=handed.trust.filename if handed.trust else None,
        package=package,
    )
    return ReportView(report, checked, language_for(request))


def _evidence_inside(given: FileFacts | bytes) -> Package:
    """Return the evidence that a sealed file carries; raise NotAllowed("verification.needs-receipt") for any other file."""
    found = find_evidence(given) if isinstance(given, bytes) and looks_sealed(given) else None
    if found is None:
        raise NotAllowed(
            "verification.needs-receipt", "expected a receipt or an evidence package beside the file, got none"
        )
    return found.package


def _chosen(upload: UploadFile | None) -> UploadFile | None:
    """Return None for a field left empty: browsers send it as a nameless file of no bytes."""
    return upload if upload is not None and upload.filename else None


def _problem(error: KnownError) -> Problem:
    status, _ = status_of(error)
    return Problem(status, error.code, shown_sentence(error.message))


def _answer(
    request: Request, here: Installation, *, view: ReportView | None = None, problem: Problem | None = None
) -> HTMLResponse:
    return page(
        request,
        "verify.html",
        status=problem.status if problem else 200,
        view=view,
        problem=problem,
        upload_megabytes=here.settings.upload_bytes // _MEBIBYTE,
        local_megabytes=_LOCAL_MEGABYTES,
    )
