"""What the pens' script asks in JSON: options for a new passkey, the key itself, the statement to sign, the signature.

Promises: nothing here trusts the browser: challenge, origin, statement and signature are checked by the services. Refusals are
problem+json with `words` for the reader beside the code.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Here
from api.errors import KnownError, problem, status_of
from api.pages.customer.cookies import Session
from api.pages.customer.pen_words import pen_words
from api.pages.members import bytes_in, hex_in, object_in
from api.pages.origin import SameOrigin
from api.pages.rendering import language_for
from api.schemas.strict_request import StrictJson
from api.wiring.installation import Installation
from ledger.core.agreements.parties import Pen
from ledger.core.log.keys import pen_of
from ledger.errors import LedgerError
from ledger.services.agreements.browser import SignerSession
from ledger.services.agreements.enrol_pen import NewPen, enrol_pen, offer_pen
from ledger.services.agreements.issue_statement import issue_statement
from ledger.services.agreements.sign import sign
from ledger.services.agreements.signer_place import signer_place
from ledger.services.agreements.signing import NewSignature
from ledger.services.enrolling import Device
from signing.algorithms import Suite
from signing.envelope import Signature
from signing.errors import SigningError
from signing.one_time import read_request
from signing.p256 import lowered
from signing.registration import creation_options, decoded, encoded, read_registration
from signing.statement import Statement, parse_statement
from signing.typed_data import typed_data_json
from signing.wallet import possession, read_wallet
from signing.webauthn import Assertion

router = APIRouter(prefix="/sign/at/{signer_id}", include_in_schema=False, dependencies=[SameOrigin, StrictJson])

Json = Annotated[dict[str, Any], Body()]  # read member by member below; anything else is left unread
_HANDLE_BYTES = 16


@router.post("/key/options")
def post_key_options(request: Request, here: Here, session: Session) -> Response:
    """Return what a browser needs to make a passkey for this signer."""

    def work() -> dict[str, object]:
        act, row = here.act(session.principal), session.row
        offer = offer_pen(here.stores, act, row.agreement_id, row.signer_id)
        known = [key.credential_id for key in offer.own if key.credential_id]
        user = (act.random(_HANDLE_BYTES), offer.name)
        options = creation_options(
            here.signing_party, challenge=offer.challenge, user=user, known=known, discoverable=False
        )
        return {"publicKey": options}

    return answered(request, work)


@router.post("/key")
def post_key(request: Request, here: Here, session: Session, body: Json) -> Response:
    """Enrol the key that the browser has made."""

    def work() -> dict[str, object]:
        place = (session.row.agreement_id, session.row.signer_id)
        new = _new_pen(here, session, body)
        key = here.institution_key(session.institution_id)
        written = enrol_pen(here.stores, here.act(session.principal), place, new, key)
        return {"key_id": written.resource_id}

    return answered(request, work)


@router.post("/key/wallet")
def post_wallet_options(request: Request, here: Here, session: Session) -> Response:
    """Return what a wallet signs to show that it holds its account."""

    def work() -> dict[str, object]:
        act, row = here.act(session.principal), session.row
        challenge = offer_pen(here.stores, act, row.agreement_id, row.signer_id).challenge
        shown = possession(row.agreement_id, row.signer_id, challenge, here.chain_id)
        return {"challenge": challenge.hex(), "typed_data": typed_data_json(*shown)}

    return answered(request, work)


def _new_pen(here: Installation, session: SignerSession, body: Mapping[str, Any]) -> NewPen:
    kind = body.get("kind")
    if kind == Pen.ONE_TIME_KEY:
        return _once(here, body)
    if kind == Pen.WALLET:
        return _wallet(here, session, body)
    replaces = str(body["replaces"]) if body.get("replaces") else None
    return replace(_passkey(here, body), replaces=replaces, proved_at=session.row.proved_at)


def _wallet(here: Installation, session: SignerSession, body: Mapping[str, Any]) -> NewPen:
    challenge, account = hex_in(body, "challenge", 32), hex_in(body, "account", 20)
    shown = possession(session.row.agreement_id, session.row.signer_id, challenge, here.chain_id)
    return NewPen(key=read_wallet(shown, account, hex_in(body, "value")), challenge=challenge)


def _passkey(here: Installation, body: Mapping[str, Any]) -> NewPen:
    made = read_registration(object_in(body, "credential"), here.signing_party)
    device = Device(
        credential_id=made.credential_id,
        is_backup_eligible=made.is_backup_eligible,
        is_backed_up=made.is_backed_up,
        facts=made.to_json(),
    )
    return NewPen(key=made.key, device=device, challenge=made.challenge)


def _once(here: Installation, body: Mapping[str, Any]) -> NewPen:
    """Have the browser's one-time key certified; only its request ever came to us."""
    request = decoded(body.get("request"))
    return NewPen(key=read_request(request), certificate=here.seals.certify_once(request))


@router.post("/statement")
def post_statement(request: Request, here: Here, session: Session, body: Json) -> Response:
    """Return the statement that this signer is to sign now with one of their pens, and what that needs beside it."""
    return answered(request, lambda: _issued(here, session, str(body.get("pen", ""))))


@router.post("/signature")
def post_signature(request: Request, here: Here, session: Session, body: Json) -> Response:
    """Record the signature."""

    def work() -> dict[str, object]:
        written = sign(here.stores, here.act(session.principal), session.row.agreement_id, signed_in(here, body))
        return {"entry": written.entry_id}

    return answered(request, work)


def _issued(here: Installation, session: SignerSession, pen: str) -> dict[str, object]:
    act, row = here.act(session.principal), session.row
    place = signer_place(here.stores, act, session)
    key_id = next((key.key_id for key in place.keys if pen_of(Suite(key.suite)).value == pen), "")
    statement = issue_statement(
        here.stores, act, row.agreement_id, row.signer_id, chain_id=here.chain_id, key_id=key_id
    )
    ids = [key.credential_id for key in place.keys if key.key_id == statement.key_id and key.credential_id]
    return issued_json(here, statement, ids)


def issued_json(here: Installation, statement: Statement, credential_ids: Sequence[bytes]) -> dict[str, object]:
    """Return a statement as the pens' script takes it; `credential_ids` are of the passkey that is to sign."""
    issued: dict[str, object] = {
        "statement": base64.b64encode(statement.to_bytes()).decode(),
        "sha256": statement.digest.hex(),
        "key_id": statement.key_id,
        "suite": _suite(statement).value,
    }
    if _suite(statement) is Suite.EIP712:
        issued["typed_data"] = typed_data_json(*statement.typed_data())
    if _suite(statement) is Suite.WEBAUTHN:
        issued["rp_id"] = here.signing_party.id
        issued["credential_ids"] = [encoded(one) for one in credential_ids]
    return issued


def signed_in(here: Installation, body: Mapping[str, Any]) -> NewSignature:
    """Return what the pens' script sends as a signature; raise InvalidInput, InvalidEncoding, VerificationFailed."""
    data = bytes_in(body, "statement")
    return NewSignature(
        statement=data,
        signature=_signature(parse_statement(data), body),
        chain_id=here.chain_id,
        origins=frozenset(here.signing_party.origins),
    )


def _signature(statement: Statement, body: Mapping[str, Any]) -> Signature:
    """Return the signature in its one form, from what the pen gave."""
    suite = _suite(statement)
    if suite is Suite.WEBAUTHN:
        return Signature(suite, statement.key_id, assertion_of(object_in(body, "credential")).pack())
    value = hex_in(body, "value")
    return Signature(suite, statement.key_id, lowered(value) if suite is Suite.P256 else value)


def assertion_of(credential: Mapping[str, Any]) -> Assertion:
    """Return the assertion of a browser's answer; raise InvalidInput, InvalidEncoding, VerificationFailed."""
    told = object_in(credential, "response")
    parts = [decoded(told.get(name)) for name in ("authenticatorData", "clientDataJSON", "signature")]
    return Assertion.of_browser(*parts)


def _suite(statement: Statement) -> Suite:
    return Suite(statement.key_id.partition(":")[0])


def _words(request: Request, error: KnownError) -> str | None:
    return pen_words(error.code, language_for(request))


def answered(
    request: Request,
    work: Callable[[], dict[str, object]],
    words: Callable[[Request, KnownError], str | None] = _words,
) -> Response:
    """Return what `work` returns as JSON, or its refusal with words for the reader."""
    try:
        return JSONResponse(work(), headers={"Cache-Control": "no-store"})
    except (LedgerError, SigningError) as error:
        status, title = status_of(error)
        said = words(request, error)
        return problem(status, error.code, error.message, title=title, extra={"words": said} if said else None)
