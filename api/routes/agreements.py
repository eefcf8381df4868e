"""Agreements: upload, list, read, sign (DESIGN section 9). Each route parses, calls one service and shapes the answer."""

import base64
import binascii
from typing import Annotated, Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, Token, once_of
from api.routes.answers import Waiter, answer_written
from api.routes.signing import HandedIn, Signings
from api.schemas.agreements import AgreementAnswer, agreement_answer, new_agreement
from api.schemas.agreements import NewSignature as SignatureBody
from api.schemas.keys import KeyId
from api.schemas.strict_json import read_json
from api.schemas.strict_request import Id, StrictJson, strict_form
from ledger.errors import InvalidInput
from ledger.services.agreements import create as creating
from ledger.services.agreements.find import Search, find
from ledger.services.agreements.issue_statement import issue_statement
from ledger.services.agreements.read import read
from ledger.services.agreements.read_document import read_document
from ledger.services.agreements.read_sealed_copy import read_sealed_copy
from ledger.services.agreements.signing import NewSignature
from signing.algorithms import Suite
from signing.envelope import Signature
from signing.pdf.inspect import Limits
from signing.typed_data import typed_data_json

router = APIRouter(prefix="/v1/agreements", tags=["agreements"])

# Inspecting a document may take a core and a gigabyte for its time: so many at once, and the others wait their turn.
INSPECTIONS = CapacityLimiter(2)


def upload_limits(here: Here) -> Limits:
    """Return what a document may take, by the settings."""
    return Limits(max_bytes=here.settings.upload_bytes, max_pages=here.settings.upload_pages)


@router.post(
    "", status_code=201, response_class=JSONResponse, dependencies=[Depends(strict_form("document", "agreement"))]
)
async def create_agreement(
    request: Request,
    here: Here,
    caller: Caller,
    waiter: Waiter,
    document: UploadFile,
    agreement: Annotated[str, Form(max_length=100_000)],
) -> Response:
    """Put a loan contract on record.

    Multipart: `document`, the unsigned PDF; `agreement`, JSON text of {"terms": {…}, "signers": [{"role","name","key"}]}, and
    where it is to be sent at once "send": true (with "valid_days"); "application", by id or number, is what has to be approved
    before that, where the institution has a policy in force. A signer without a key has a "person" to invite.
    Answers 201 with the receipt, or 202 when no checkpoint covered the entry in time.
    """
    data = await document.read()
    new = new_agreement(read_json(agreement, "agreement"), data)
    act = here.act(caller, once_of(request, data, agreement.encode()))
    written = await run_sync(creating.create, here.stores, act, new, upload_limits(here), limiter=INSPECTIONS)
    return await answer_written(here, waiter, act, written, location=f"/v1/agreements/{written.resource_id}")


@router.get("")
def list_agreements(
    here: Here,
    act: Reading,
    search: Annotated[Literal["number", "document", "name"] | None, Query(description="find by this, exactly")] = None,
    value: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, object]:
    """List agreements of your institution, newest first."""
    page = find(here.stores, act, Search(kind=search, value=value, before=cursor, limit=limit))
    items = [
        {"id": found.id, "number": found.number, "state": found.state, "created_at": found.created_at} for found in page
    ]
    more = page[-1].id if len(page) == limit and search is None else None
    return {"items": items, "next": more}


@router.get("/{agreement_id}")
def read_agreement(here: Here, act: Reading, agreement_id: Id) -> AgreementAnswer:
    """Read one agreement; names and terms only for roles that reach personal data."""
    return agreement_answer(read(here.stores, act, agreement_id))


@router.get("/{agreement_id}/document", response_class=Response)
def download_document(here: Here, act: Reading, agreement_id: Id) -> Response:
    """Return the exact bytes that were uploaded; the reading is recorded in the access log."""
    document = read_document(here.stores, act, agreement_id)
    headers = {"Content-Disposition": f'attachment; filename="{agreement_id}.pdf"', "Cache-Control": "no-store"}
    return Response(document, media_type="application/pdf", headers=headers)


@router.get("/{agreement_id}/sealed", response_class=Response)
def download_sealed(
    here: Here,
    act: Reading,
    agreement_id: Id,
    version: Annotated[int | None, Query(ge=1, le=10_000, description="else the newest")] = None,
) -> Response:
    """Return the sealed file; 409 while there is none. The reading is recorded in the access log."""
    copy = read_sealed_copy(here.stores, act, agreement_id, version)
    name = f"{agreement_id}.sealed-{copy.version.version}.pdf"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Tally-Contract-Bytes": str(copy.version.contract_bytes),
    }
    return Response(copy.data, media_type="application/pdf", headers=headers)


@router.get("/{agreement_id}/statements/{signer_id}")
def fresh_statement(
    here: Here,
    act: Reading,
    agreement_id: Id,
    signer_id: Id,
    key: Annotated[
        KeyId | None, Query(description="with this enrolled key, where the party has no key of its own")
    ] = None,
) -> dict[str, object]:
    """Return what a signer is to sign: the exact bytes, their SHA-256, and for a wallet the typed data."""
    statement = issue_statement(here.stores, act, agreement_id, signer_id, chain_id=here.chain_id, key_id=key or "")
    answer: dict[str, object] = {
        "statement": base64.b64encode(statement.to_bytes()).decode(),
        "sha256": statement.digest.hex(),
        "key_id": statement.key_id,
        "expires_at": statement.expires_at,
    }
    if statement.key_id.startswith(f"{Suite.EIP712}:"):
        answer["typed_data"] = typed_data_json(*statement.typed_data())
    return answer


@router.post("/{agreement_id}/signatures", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def add_signature(
    request: Request,
    here: Here,
    token: Token,
    signings: Signings,
    waiter: Waiter,
    agreement_id: Id,
    body: SignatureBody,
) -> Response:
    """Record one party's signature over its statement. Answers 201 with the receipt, or 202."""
    value = body.signature
    new = NewSignature(
        statement=_decoded(body.statement),
        signature=Signature(Suite(value.suite), value.key_id, bytes.fromhex(value.value)),
        chain_id=here.chain_id,
        origins=frozenset({here.public_url}),
    )
    once = once_of(request, new.statement, value.model_dump_json().encode())
    done = await signings.ask(HandedIn(token, once, agreement_id, new))
    return await answer_written(here, waiter, done.act, done.written, location=f"/v1/agreements/{agreement_id}")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(
            "statement.malformed", "expected the statement in base64, as it was given", field="statement"
        ) from error
