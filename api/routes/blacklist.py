"""The shared blacklist: epochs, versions and leaves to sync, listings to propose (DESIGN section 7).

No route takes an identifier: subjects are named where they are asked about, and nowhere else.
"""

import base64
import binascii
from dataclasses import asdict
from datetime import UTC, date
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.schemas.blacklist import EndorsementBody, ListingStepBody, NewListingBody, SubjectRequestBody
from api.schemas.strict_request import Id, Number, StrictJson
from api.wiring.co_located import registry_key, registry_public
from api.wiring.installation import Installation
from ledger.core.blacklist.policy import policy_bytes
from ledger.core.blacklist.tree import TOKEN_BYTES
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal
from ledger.errors import InvalidInput, NotFound
from ledger.services.blacklist import propose_listing as proposing
from ledger.services.blacklist import step_listing as stepping
from ledger.services.blacklist.answer_subject import answer_subject
from ledger.services.blacklist.endorse import Endorsement, endorse
from ledger.services.blacklist.known import OwnDatabase, known_epoch, signed_epoch, signed_version
from ledger.services.blacklist.read_list import (
    Published,
    Wanted,
    read_bucket,
    read_changes,
    read_details,
    read_leaves,
    read_versions,
)
from ledger.services.blacklist.read_listers import read_listers
from ledger.services.blacklist.read_listing import read_listing
from ledger.services.blacklist.read_on_chain import list_chain, read_on_chain
from ledger.services.blacklist.report_anomalies import report_anomalies
from ledger.services.blacklist.stepping import Lived
from ledger.storage import blacklist as rows
from signing.canonical import MAX_SAFE_INTEGER, Json

router = APIRouter(prefix="/v1/blacklist", tags=["blacklist"])

OCTETS = "application/octet-stream"
VERSION_HEADER = "Tally-Version"
_REMOVED, _SET = b"\x00", b"\x01"

ListingId = Annotated[Id, Path(description="id of a listing")]
EpochId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="id of an epoch")]


@router.get("/epochs")
def list_epochs(here: Here) -> dict[str, object]:
    """List the epochs of this registry, with what a partner needs to choose one."""
    found = here.stores.database.read(rows.epochs)
    return {"items": [_epoch_line(row) for row in found]}


def _epoch_line(row: rows.EpochRow) -> dict[str, object]:
    epoch = signed_epoch(row).epoch
    return {
        "id": epoch.id.hex(),
        "purpose": str(epoch.plan.purpose),
        "number": epoch.plan.number,
        "threshold": epoch.plan.threshold,
        "evaluators": len(epoch.plan.evaluators),
        "co_located": epoch.is_co_located,
        "opens_at": epoch.plan.opens_at,
        "closes_at": epoch.plan.closes_at,
    }


@router.get("/epochs/{epoch_id}", response_class=Response)
def read_epoch(here: Here, epoch_id: EpochId) -> Response:
    """Return the exact record of an epoch with its evaluators' signatures (docs/formats/blacklist-epoch.md)."""
    row = here.stores.database.read(lambda tx: known_epoch(tx, bytes.fromhex(epoch_id)))
    return Response(row.record, media_type="application/json")


@router.get("/policy", response_class=Response)
def read_policy(here: Here) -> Response:
    """Return the check policy that this registry states about itself; compare its keys before relying on it."""
    epochs = [signed_epoch(row) for row in here.stores.database.read(rows.epochs)]
    if not epochs:
        raise NotFound("epoch.unknown", "no epoch is open at this registry yet")
    members = OwnDatabase(here.stores, b"").members()
    institutions = sorted((name, member.key) for name, member in members.items())
    chain = here.stores.database.read(list_chain)
    data = policy_bytes(epochs, [registry_public(here)], institutions, chain)
    return Response(data, media_type="application/json")


@router.get("/epochs/{epoch_id}/versions")
def list_versions(here: Here, act: Reading, epoch_id: EpochId) -> dict[str, object]:
    """Return the newest two signed versions of the list, the newest first, and how far they are on record on the chain."""
    found = read_versions(here.stores, act, bytes.fromhex(epoch_id))
    chain = read_on_chain(here.stores, act, bytes.fromhex(epoch_id), here.settings.blacklist_seconds)
    return {"items": [signed_version(row).to_json() for row in found], "chain": chain and chain.to_json()}


@router.get("/epochs/{epoch_id}/leaves", response_class=Response)
def get_leaves(
    here: Here,
    act: Reading,
    epoch_id: EpochId,
    after: Annotated[
        str, Query(pattern=r"^([0-9a-f]{64})?$", description="token after which an earlier page ended")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=16_384)] = 16_384,
) -> Response:
    """Return leaves in the order of their tokens, 64 bytes each: token, value. `Tally-Version` says of which version."""
    page = read_leaves(here.stores, act, bytes.fromhex(epoch_id), after=bytes.fromhex(after), limit=limit)
    data = b"".join(leaf.token + leaf.value for leaf in page.leaves)
    return Response(data, media_type=OCTETS, headers={VERSION_HEADER: str(page.version)})


@router.get("/epochs/{epoch_id}/changes", response_class=Response)
def get_changes(here: Here, act: Reading, epoch_id: EpochId, since: Number = 0) -> Response:
    """Return the last change of every token since a version, 65 bytes each: token, 1 for set or 0 for removed, value or zeros."""
    delta = read_changes(here.stores, act, bytes.fromhex(epoch_id), since=since)
    data = b"".join(
        token + (_REMOVED + bytes(TOKEN_BYTES) if value is None else _SET + value)
        for token, value in sorted(delta.changes.items())
    )
    return Response(data, media_type=OCTETS, headers={VERSION_HEADER: str(delta.version.number)})


@router.get("/epochs/{epoch_id}/buckets/{prefix}")
def get_bucket(
    here: Here,
    act: Reading,
    epoch_id: EpochId,
    prefix: Annotated[str, Path(max_length=32)],
    version: Annotated[
        int | None, Query(ge=1, le=MAX_SAFE_INTEGER, description="of this version; the newest without")
    ] = None,
) -> dict[str, object]:
    """Return the leaves below a prefix of bits, the hashes beside the path, and listings: it tells this registry the prefix."""
    bucket = read_bucket(here.stores, act, bytes.fromhex(epoch_id), prefix, version)
    return {
        "version": signed_version(bucket.version).to_json(),
        "siblings": [sibling.hex() for sibling in bucket.siblings],
        "leaves": [{"token": leaf.token.hex(), "value": leaf.value.hex()} for leaf in bucket.leaves],
        "listings": [_listing_line(found) for found in bucket.listings],
    }


def _listing_line(found: Published) -> dict[str, object]:
    return {
        "id": found.row.id,
        "token": found.row.token.hex(),
        "institution": found.row.institution_id,
        "state": found.state,
        "sealed": base64.b64encode(found.row.sealed).decode(),
    }


@router.get("/epochs/{epoch_id}/details")
def get_details(
    here: Here,
    act: Reading,
    epoch_id: EpochId,
    since: Number = 0,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> dict[str, object]:
    """Return listings whose shown state changed since a version, with sealed details; `state` is empty where it is shown no longer."""
    page = read_details(here.stores, act, bytes.fromhex(epoch_id), Wanted(since, after, limit))
    items = [_listing_line(found) for found in page]
    return {"items": items, "next": page[-1].row.id if len(page) == limit else None}


@router.post("/endorsements", status_code=201, dependencies=[StrictJson])
def post_endorsement(here: Here, caller: Caller, body: EndorsementBody) -> dict[str, object]:
    """Take a member's signature under a version or an epoch, as the contract wants it; the same again is welcome."""
    new = Endorsement(bytes.fromhex(body.epoch), body.version, bytes.fromhex(body.signature))
    return {"is_new": endorse(here.stores, here.act(caller), new, here.settings.blacklist_seconds)}


@router.post("/listings", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def propose_listing(request: Request, here: Here, caller: Caller, body: NewListingBody) -> Response:
    """Propose a listing signed by your institution; the next version shows it.

    Answers 201 with the id of the entry in the registry's own log, whose receipts are the registry's.
    """
    new = proposing.NewListing(body.listing, decoded(body.sealed))
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    written = await run_sync(proposing.propose_listing, here.stores, act, new)
    return JSONResponse({"id": written.resource_id, "entry": written.entry_id}, 201)


@router.get("/anomalies")
def list_anomalies(
    here: Here, act: Reading, day: Annotated[date | None, Query(description="a day in UTC; today without")] = None
) -> dict[str, object]:
    """Return patterns of enumeration in a day's requests to the evaluators here: bursts, sudden rates, reused consents."""
    day = day or act.now.astimezone(UTC).date()
    return {"day": day.isoformat(), "items": [asdict(found) for found in report_anomalies(here.stores, act, day)]}


@router.get("/listers")
def list_listers(here: Here, act: Reading) -> dict[str, object]:
    """List the members with how their disputed listings ended, and what that leaves of their daily quota of listings."""
    return {"items": [asdict(found) for found in read_listers(here.stores, act)]}


@router.get("/listings/{listing_id}")
def get_listing(here: Here, act: Reading, listing_id: ListingId) -> dict[str, object]:
    """Return where a listing stands, its steps, and the head that the next step must name; what is said of the subject stays sealed."""
    return listing_line(read_listing(here.stores, act, listing_id))


def listing_line(found: Lived) -> dict[str, object]:
    """Return a listing's life as the API shows it."""
    life = found.life
    steps = [
        {"entry": row.entry_id, "at": row.at, "step": step.step, "word": step.word, "institution": step.institution}
        for row, step in found.steps
    ]
    return {
        "id": found.row.id,
        "epoch": found.row.epoch_id.hex(),
        "token": found.row.token.hex(),
        "institution": found.row.institution_id,
        "state": str(life.state),
        "head": found.head.hex(),
        "steps": steps,
        "notified": life.notified,
        "suspends_at": format_instant(life.suspends_at) if life.suspends_at else None,
        "expires_at": life.listing.expires_at,
    }


@router.post("/listings/{listing_id}/steps", status_code=201, response_class=JSONResponse, dependencies=[StrictJson])
async def step_listing(
    request: Request, here: Here, caller: Caller, listing_id: ListingId, body: ListingStepBody
) -> Response:
    """Take a step with a listing, signed by your institution: confirm, dispute, resolve, revoke, notice (docs/formats/listing-step.md)."""
    act = here.act(caller, once_of(request, body.model_dump_json().encode()))
    written = await run_sync(stepping.step_listing, here.stores, act, listing_id, body.step)
    return JSONResponse({"id": written.resource_id, "entry": written.entry_id}, 201)


@router.post("/subject-requests", response_class=Response, dependencies=[StrictJson])
async def ask_for_subject(here: Here, caller: Caller, body: SubjectRequestBody) -> Response:
    """Return the registry's signed answer about what is held on a subject whose identity you checked (docs/formats/subject-access.md).

    No Idempotency-Key: the request is signed, and its nonce makes it count once.
    """
    return Response(await run_sync(_answered, here, caller, body.request), media_type="application/json")


def _answered(here: Installation, caller: Principal, request: dict[str, Json]) -> bytes:
    return answer_subject(here.stores, here.act(caller), request, lambda: registry_key(here)).to_bytes()


def decoded(text: str) -> bytes:
    """Return the bytes of base64; raise InvalidInput("listing.details")."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("listing.details", "expected the sealed details in base64", field="sealed") from error
