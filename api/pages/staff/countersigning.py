"""The lender's officer countersigns on the staff's pages: with their own passkey, or with the organisation's key.

Promises: a passkey signs in the browser, where the page hashes the contract once more (sign.js); the organisation's key signs here,
after the officer said that they read the contract. Leaves order, steps and signatures to the services.
"""

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Body, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.pages.customer.pens import answered, issued_json, signed_in
from api.pages.customer.screens import FACTS
from api.pages.customer.shown import ContractShown
from api.pages.customer.terms_card import key_terms
from api.pages.origin import SameOrigin
from api.pages.rendering import language_for
from api.pages.staff.drafting import ORGANISATION, OWN
from api.pages.staff.frame import SignedIn, Staff, done_or_told, staff_page
from api.pages.staff.shown import parties_shown
from api.pages.words import words_in
from api.schemas.strict_request import Id, StrictJson
from api.wiring.installation import Installation
from ledger.core.agreements.parties import SignerRole
from ledger.core.log.keys import Purpose
from ledger.core.log.permissions import Role
from ledger.errors import InvalidInput, NotFound
from ledger.services.agreements.issue_statement import issue_statement
from ledger.services.agreements.pens import key_of_row
from ledger.services.agreements.read_timeline import Timeline, read_timeline
from ledger.services.agreements.sign import sign
from ledger.services.agreements.signing import NewSignature
from ledger.services.log.list_keys import list_keys
from ledger.storage.enrolled_keys import EnrolledKeyRow
from signing.algorithms import PublicKey
from signing.envelope import Signature

router = APIRouter(prefix="/staff/agreements/{agreement_id}/signers/{signer_id}", include_in_schema=False)

Json = Annotated[dict[str, Any], Body()]


@router.get("/countersign", response_class=HTMLResponse)
def get_countersign(request: Request, here: Here, staff: SignedIn, agreement_id: Id, signer_id: Id) -> Response:
    """Show what is to be signed, and the key to do it with."""
    timeline = read_timeline(here.stores, staff.act, agreement_id)
    way = ways_to_countersign(here, staff, timeline).get(signer_id)
    if way is None:
        raise NotFound("signer.unknown", "no party waits here to be signed for by you; go back to the contract")
    w = words_in(language_for(request))
    values: dict[str, object] = {
        "agreement": {"id": agreement_id, "number": timeline.view.row.number},
        "terms": key_terms(timeline.particulars.terms, w) if timeline.particulars else (),
        "person": next(one for one in parties_shown(timeline) if one.id == signer_id),
        "document": _contract(timeline),
        "facts": FACTS,
        "way": way,
    }
    return staff_page(request, here, staff, "countersign", values)


@router.post("/countersign", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_countersign(
    request: Request,
    here: Here,
    staff: SignedIn,
    agreement_id: Id,
    signer_id: Id,
    read: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Sign with the organisation's key."""

    def work() -> None:
        if read != "yes":
            raise InvalidInput("countersign.tick", "tick that you have read the contract, then sign", field="read")
        signer = here.institution_key(staff.principal.institution_id).signer
        statement = issue_statement(here.stores, staff.act, agreement_id, signer_id, chain_id=here.chain_id)
        signature = Signature(signer.public.suite, statement.key_id, signer.sign(statement.to_bytes()))
        new = NewSignature(statement=statement.to_bytes(), signature=signature, chain_id=here.chain_id)
        sign(here.stores, staff.act, agreement_id, new)

    return done_or_told(request, f"/staff/agreements/{agreement_id}", work)


@router.post("/statement", dependencies=[SameOrigin, StrictJson])
def post_statement(request: Request, here: Here, staff: SignedIn, agreement_id: Id, signer_id: Id) -> Response:
    """Return the statement that the officer's passkey is to sign."""

    def work() -> dict[str, object]:
        statement = issue_statement(here.stores, staff.act, agreement_id, signer_id, chain_id=here.chain_id)
        own = [key for key in _own_keys(here, staff) if key.key_id == statement.key_id]
        return issued_json(here, statement, [key.credential_id for key in own if key.credential_id])

    return answered(request, work)


@router.post("/signature", dependencies=[SameOrigin, StrictJson])
def post_signature(
    request: Request, here: Here, staff: SignedIn, agreement_id: Id, signer_id: Id, body: Json
) -> Response:
    """Record the officer's signature."""

    def work() -> dict[str, object]:
        written = sign(here.stores, staff.act, agreement_id, signed_in(here, body))
        return {"entry": written.entry_id, "signer": signer_id}

    return answered(request, work)


def ways_to_countersign(here: Installation, staff: Staff, timeline: Timeline) -> dict[str, str]:
    """Return for each party of the lender whose turn it is, and whom this officer can sign for, with which key."""
    if Role.OFFICER not in staff.principal.roles:
        return {}
    keys = {key.key_id: way for way, key in keys_of_staff(here, staff).items()}
    waiting = _waiting(timeline)
    return {
        row.signer_id: keys[row.key_id]
        for row in timeline.view.signers
        if row.role == SignerRole.LENDER and row.signer_id in waiting and row.key_id in keys
    }


def keys_of_staff(here: Installation, staff: Staff) -> dict[str, PublicKey]:
    """Return the keys with which somebody signs for the lender: their own passkey if they made one, the organisation's."""
    keys = {ORGANISATION: here.institution_key(staff.principal.institution_id).signer.public}
    if own := _own_keys(here, staff):
        keys[OWN] = key_of_row(own[0])
    return keys


def _own_keys(here: Installation, staff: Staff) -> list[EnrolledKeyRow]:
    """Return the active signing keys of whoever is signed in, the newest first."""
    rows = list_keys(here.stores, staff.act, owner_id=staff.principal.id)
    active = [row for row in rows if row.purpose == Purpose.SIGN and row.revoked_entry is None]
    return sorted(active, key=lambda row: row.enrolled_at, reverse=True)


def _waiting(timeline: Timeline) -> Collection[str]:
    signed = {row.signer_id for row in timeline.view.signatures}
    return timeline.ceremony.turn - signed


def _contract(timeline: Timeline) -> ContractShown:
    row, document = timeline.view.row, timeline.view.document
    return ContractShown(
        address=f"/staff/agreements/{row.id}/document",
        sha256=document.sha256.hex(),
        byte_length=document.byte_length,
        pages=document.pages,
        lender="",
        agreement=row.id,
        terms_sha256=row.terms_sha256.hex(),
    )
