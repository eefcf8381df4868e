"""The key registry of one's own institution: enrol, list and revoke public keys (DESIGN section 5)."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.keys import KeyId, NewEnrolment, NewKeyRevocation, key_line
from api.schemas.strict_request import Id, StrictJson
from ledger.core.log.keys import Owner, OwnerKind, Proofing
from ledger.core.log.permissions import Action, Grade, Resource, allowed
from ledger.errors import InvalidInput
from ledger.services.context import Act, Stores
from ledger.services.enrolling import Finding, NewKey, NewRevocation, customer_of
from ledger.services.log.enrol_key import enrol_key
from ledger.services.log.list_keys import list_keys
from ledger.services.log.revoke_key import revoke_key
from signing.algorithms import PublicKey

router = APIRouter(prefix="/v1/keys", tags=["keys"], dependencies=[StrictJson])


@router.get("")
def get_keys(
    here: Here,
    act: Reading,
    owner: Annotated[Id | None, Query(description="only the keys of this owner")] = None,
    cursor: Annotated[KeyId | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> dict[str, object]:
    """List the enrolled keys of your institution, revoked ones too."""
    page = list_keys(here.stores, act, owner_id=owner, after=cursor or "", limit=limit)
    return {"items": [key_line(row) for row in page], "next": page[-1].key_id if len(page) == limit else None}


@router.post("", status_code=201, response_class=JSONResponse)
async def post_key(request: Request, here: Here, caller: Caller, waiter: Waiter, body: NewEnrolment) -> Response:
    """Enrol a public key of a customer or of the institution, and say who proofed the identity."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    key = await run_sync(here.institution_key, caller.institution_id)
    new = await run_sync(_new_key, here.stores, act, body)
    written = await run_sync(enrol_key, here.stores, act, new, key)
    return await answer_written(here, waiter, act, written, location=f"/v1/keys?owner={new.owner.id}")


@router.post("/{key_id}/revocations", status_code=201, response_class=JSONResponse)
async def post_key_revocation(  # a request's parts
    request: Request, here: Here, caller: Caller, waiter: Waiter, key_id: KeyId, body: NewKeyRevocation
) -> Response:
    """Revoke a key with its ground: orderly, lost, or compromised since a stated time."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    key = await run_sync(here.institution_key, caller.institution_id)
    if body.since is not None and body.since.tzinfo is None:
        raise InvalidInput("key.since", "expected a UTC time, such as 2026-11-23T15:04:05Z", field="since")
    new = NewRevocation(key_id=key_id, ground=body.ground, since=body.since)
    written = await run_sync(revoke_key, here.stores, act, new, key)
    if not allowed(caller, Action.KEY_READ, Resource(caller.institution_id, Grade.PERSONAL)):  # their own key
        return JSONResponse({"id": written.resource_id, "entry": written.entry_id, "location": "/v1/keys"}, 201)
    return await answer_written(here, waiter, act, written, location="/v1/keys")


def _new_key(stores: Stores, act: Act, body: NewEnrolment) -> NewKey:
    found_by: tuple[Finding, ...] = (("identity", body.identity),) if body.identity else ()
    return NewKey(
        key=PublicKey.from_json({"suite": body.key.suite, "raw": body.key.raw}),
        purpose=body.purpose,
        owner=_owner(stores, act, body, found_by),
        proofing=Proofing(
            provider=body.proofing.provider, grade=body.proofing.grade, reference=body.proofing.reference
        ),
        found_by=found_by,
        replaces=body.replaces,
    )


def _owner(stores: Stores, act: Act, body: NewEnrolment, found_by: tuple[Finding, ...]) -> Owner:
    if body.owner.id is not None:
        return Owner(body.owner.kind, body.owner.id)
    if body.owner.kind is OwnerKind.ORGANISATION:
        return Owner(body.owner.kind, act.principal.institution_id)
    if body.owner.kind is OwnerKind.PERSON:
        raise InvalidInput("key.no-owner", "expected the id of the person whose key it is", field="owner")
    return customer_of(stores, act, act.principal.institution_id, found_by)
