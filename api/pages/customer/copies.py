"""The sealed file and a party's own openings; and who one is, shown once more with the passkey, where a code alone is not enough."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from api.auth import Here
from api.pages.customer.cookies import Session
from api.pages.customer.pens import answered, assertion_of
from api.pages.members import object_in
from api.pages.origin import SameOrigin
from api.schemas.strict_request import StrictJson
from ledger.services.agreements.deliver import deliver
from ledger.services.agreements.prove_self import ask_presence, prove_self
from ledger.services.agreements.read import read
from ledger.services.evidence.fetch_copy import fetch_openings, fetch_sealed
from signing.registration import decoded, encoded

router = APIRouter(prefix="/sign/at/{signer_id}", include_in_schema=False)

Json = Annotated[dict[str, Any], Body()]
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
EVIDENCE_MEDIA_TYPE = "application/vnd.tally.evidence+json"


@router.get("/sealed")
def get_sealed(here: Here, session: Session) -> Response:
    """Return the sealed contract; that this party received it is an entry."""
    copy = fetch_sealed(here.stores, here.act(session.principal), session)
    deliver(here.stores, here.act(session.principal), session.row.agreement_id, version=copy.version.version)
    return _file(copy.data, "application/pdf", f"{_name(here, session)}.pdf")


@router.get("/openings")
def get_openings(here: Here, session: Session) -> Response:
    """Return the evidence with what this party may open."""
    package = fetch_openings(here.stores, here.act(session.principal), session)
    return _file(package.to_bytes(), EVIDENCE_MEDIA_TYPE, f"{_name(here, session)}.evidence.json")


@router.post("/again/challenge", dependencies=[SameOrigin, StrictJson])
def post_challenge(request: Request, here: Here, session: Session) -> Response:
    """Return a nonce for the passkey; the page makes the challenge of it."""

    def work() -> dict[str, object]:
        presence = ask_presence(here.stores, here.act(session.principal), session)
        ids = [encoded(one) for one in presence.credential_ids]
        return {"nonce": encoded(presence.nonce), "rp_id": here.signing_party.id, "credential_ids": ids}

    return answered(request, work)


@router.post("/again/passkey", dependencies=[SameOrigin, StrictJson])
def post_passkey(request: Request, here: Here, session: Session, body: Json) -> Response:
    """Take the passkey's answer."""

    def work() -> dict[str, object]:
        credential = object_in(body, "credential")
        answer = (decoded(body.get("nonce")), decoded(credential.get("rawId")), assertion_of(credential))
        prove_self(here.stores, here.act(session.principal), session, answer, here.signing_party)
        return {}

    return answered(request, work)


def _name(here: Here, session: Session) -> str:
    """Return the contract's number as the name of a file, else its id."""
    number = read(here.stores, here.act(session.principal), session.row.agreement_id).view.row.number
    return number if _PLAIN.fullmatch(number) else session.row.agreement_id


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=media_type, headers=headers)
