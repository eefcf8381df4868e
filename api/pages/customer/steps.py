"""The steps of signing, each a form that works without script: code, consent, reading, declining.

Promises: one address shows the step of this moment; a form answers with the way back there, so that reloading sends nothing twice.
Leaves every decision to the services; the pens to `pens`.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.pages.customer.cookies import Session, Token, base_of, token_in
from api.pages.customer.faults import end_of, fault_words, moved_on, told_here
from api.pages.customer.in_app import browser_of
from api.pages.customer.screens import REASONS, Reader, Screen, case_of, declining, identity, reading, screen_of, seen
from api.pages.customer.sending import Sending
from api.pages.customer.showing import end, show
from api.pages.customer.shown import Case, progress
from api.pages.origin import SameOrigin
from api.pages.rendering import language_for, see_other
from api.pages.words import words_in
from api.schemas.strict_request import Id
from api.wiring.installation import Installation
from ledger.core.agreements.identity import Paper
from ledger.core.agreements.invitation import HAND_OVER_LIFE
from ledger.core.agreements.one_time_code import CODE_LIFE, DIGITS
from ledger.core.agreements.reading import Reading
from ledger.core.agreements.states import State
from ledger.core.log.permissions import VISITOR
from ledger.errors import Conflict, InvalidInput, LedgerError
from ledger.messages.door import Channel
from ledger.services.agreements.browser import SignerSession, session_of
from ledger.services.agreements.confirm_code import confirm_code
from ledger.services.agreements.consent import consent
from ledger.services.agreements.decline import decline
from ledger.services.agreements.hand_over import hand_over
from ledger.services.agreements.own_proof import is_proved
from ledger.services.agreements.read import read
from ledger.services.agreements.read_document import read_document
from ledger.services.agreements.record_reading import record_reading
from ledger.services.agreements.send_code import send_code
from ledger.services.agreements.signer_place import SignerPlace, doorstep, signer_place
from ledger.services.agreements.submit_identity import Papers, submit_identity

router = APIRouter(prefix="/sign/at/{signer_id}", include_in_schema=False)

Fault = Annotated[str | None, Query(max_length=60)]
_MOST_SECONDS_TEXT = 4000  # 500 pages of up to five digits and a blank, and room to spare


@router.get("", response_class=HTMLResponse)
def get_place(
    request: Request, here: Here, signer_id: Id, fault: Fault = None, note: Literal["sent"] | None = None
) -> Response:
    """Show the step of this moment."""
    token = token_in(request, signer_id)
    session = session_of(here.stores, token, here.now())
    if token is None or session is None or session.row.signer_id != signer_id:
        return end(request, here, "session")
    if not session.is_confirmed:
        return _code_page(request, here, token, fault, note)
    return _place_page(request, here, session, fault)


@router.post("/code", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_code(
    request: Request, here: Here, signer_id: Id, token: Token, code: Annotated[str, Form(max_length=64)]
) -> Response:
    """Confirm this browser."""
    plain = "".join(unicodedata.normalize("NFKC", code).split())  # a Chinese keyboard may give full-width digits
    return _after(request, signer_id, lambda: confirm_code(here.stores, here.act(VISITOR), token, plain))


@router.post("/code/resend", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_resend(
    request: Request,
    here: Here,
    signer_id: Id,
    token: Token,
    senders: Sending,
    by: Annotated[Channel | None, Form()] = None,
) -> Response:
    """Send another code, by another way where one is named; the one before no longer counts."""
    act = here.act(VISITOR)
    return _after(request, signer_id, lambda: send_code(here.stores, act, token, senders, by), note="sent")


@router.post("/identity", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_identity(
    request: Request,
    here: Here,
    signer_id: Id,
    session: Session,
    token: Token,
    photo: Annotated[list[UploadFile], File(max_length=10)],
    kind: Annotated[Paper, Form()],
) -> Response:
    """Hand in identity papers for the lender's staff to check; handed in twice, they wait once."""

    def work() -> None:
        papers = Papers(paper=kind, files=tuple(one.file.read() for one in photo))
        act = here.act(session.principal)
        try:
            submit_identity(here.stores, act, session.row.agreement_id, token, papers)
        except Conflict as error:
            if error.code != "identity.waiting":
                raise

    return _after(request, signer_id, work)


@router.get("/identity", response_class=HTMLResponse)
def get_identity(request: Request, here: Here, session: Session, fault: Fault = None) -> Response:
    """Show the form for papers, to whoever fetches a copy again."""
    place = _place(here, session)
    return _told(request, here, identity(place, _reader(request, session)), fault, lender=place.lender)


@router.post("/hand-over", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_hand_over(request: Request, here: Here, session: Session, token: Token) -> Response:
    """Show a link for another browser, where this signer goes on."""
    link = f"{here.public_url}/sign/{hand_over(here.stores, here.act(session.principal), token)}"
    place = _place(here, session)
    browser = browser_of(request.headers.get("user-agent", ""), link, language_for(request))
    screen = Screen("hand_over", {"case": case_of(place), "browser": browser, "minutes": HAND_OVER_LIFE.seconds // 60})
    return show(request, here, screen, base=base_of(place.signer.id))


@router.post("/consent", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_consent(
    request: Request,
    here: Here,
    signer_id: Id,
    session: Session,
    token: Token,
    agree: Annotated[str, Form(max_length=8)] = "",
    code: Annotated[str | None, Form(max_length=64)] = None,
) -> Response:
    """Take the consent, proved by the code inside the PDF."""

    def work() -> None:
        if agree != "yes":
            raise InvalidInput("consent.tick", "the box was not ticked: tick it to agree, or decline", field="agree")
        consent(here.stores, here.act(session.principal), session.row.agreement_id, token, code)

    return _after(request, signer_id, work)


@router.get("/read", response_class=HTMLResponse)
def get_read(request: Request, here: Here, session: Session, fault: Fault = None) -> Response:
    """Show the contract again, to whoever may see it."""
    place = _place(here, session)
    screen = reading(place, _reader(request, session))
    return _told(request, here, screen, fault, lender=place.lender)


@router.post("/read", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_read(
    request: Request,
    here: Here,
    signer_id: Id,
    session: Session,
    sha256: Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")],
    page_seconds: Annotated[str, Form(max_length=_MOST_SECONDS_TEXT)] = "",
) -> Response:
    """Record that the contract was shown to its end; asked again later it changes nothing."""
    times = tuple(int(part) for part in page_seconds.split() if part.isdecimal())
    shown = Reading(document_sha256=bytes.fromhex(sha256), page_seconds=times)
    act = here.act(session.principal)
    return _after(request, signer_id, lambda: record_reading(here.stores, act, session.row.agreement_id, shown))


@router.get("/decline", response_class=HTMLResponse)
def get_decline(request: Request, here: Here, session: Session, fault: Fault = None) -> Response:
    """Show the form to decline."""
    place = _place(here, session)
    return _told(request, here, declining(place), fault, lender=place.lender)


@router.post("/decline", response_class=HTMLResponse, dependencies=[SameOrigin])
def post_decline(
    request: Request,
    here: Here,
    signer_id: Id,
    session: Session,
    reason: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=500)] = "",
    sure: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Decline, once confirmed."""

    def work() -> None:
        if reason not in REASONS:
            raise InvalidInput("reason.malformed", "expected one of the reasons of the form", field="reason")
        if sure != "yes":
            raise InvalidInput("decline.sure", "the box was not ticked: tick it to confirm, or go back", field="sure")
        told = f"{reason}: {note.strip()}" if note.strip() else reason
        decline(here.stores, here.act(session.principal), session.row.agreement_id, told)

    return _after(request, signer_id, work, back="/decline")


@router.get("/document")
def get_document(here: Here, session: Session, download: bool = False) -> Response:  # noqa: FBT001, FBT002  # a query
    """Return the contract's bytes; the reading is noted in the access log."""
    data = read_document(here.stores, here.act(session.principal), session.row.agreement_id)
    kind = "attachment" if download else "inline"
    name = f'{kind}; filename="{session.row.agreement_id}.pdf"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(data, media_type="application/pdf", headers=headers)


@router.get("/code/state")
def get_code_state(here: Here, token: Token) -> Response:
    """Say whether the code is still on its way; once its fate is known, htmx loads the page anew."""
    is_sending = doorstep(here.stores, here.act(VISITOR), token).is_sending
    return Response(
        status_code=204, headers={"Cache-Control": "no-store"} | ({} if is_sending else {"HX-Refresh": "true"})
    )


@router.get("/state")
def get_state(
    here: Here, session: Session, seen_before: Annotated[str, Query(alias="seen", max_length=80)] = ""
) -> Response:
    """Say whether a waiting page still holds; where not, htmx loads it anew."""
    changed = seen(_place(here, session)) != seen_before
    return Response(
        status_code=204, headers={"Cache-Control": "no-store"} | ({"HX-Refresh": "true"} if changed else {})
    )


def _place(here: Installation, session: SignerSession) -> SignerPlace:
    return signer_place(here.stores, here.act(session.principal), session)


def _reader(request: Request, session: SignerSession) -> Reader:
    return Reader(w=words_in(language_for(request)), is_proved=session.is_proved, proved_at=session.row.proved_at)


def _finished(here: Installation, session: SignerSession, place: SignerPlace, reader: Reader) -> Reader:
    """Return the reader with what the last page shows."""
    seal = read(here.stores, here.act(session.principal), session.row.agreement_id).seal
    return replace(
        reader,
        is_proved=is_proved(session, place.view),
        version=seal.versions[-1] if seal.versions else None,
        seal_waits_for=seal.job.last_code if seal.job else None,
        is_demonstration=here.seals.is_local,
    )


def _place_page(request: Request, here: Installation, session: SignerSession, fault: str | None) -> Response:
    place, reader = _place(here, session), _reader(request, session)
    if place.view.state in (State.SEALING, State.COMPLETE):
        reader = _finished(here, session, place, reader)
    return _told(request, here, screen_of(place, reader), fault, lender=place.lender)


def _code_page(request: Request, here: Installation, token: str, fault: str | None, note: str | None) -> Response:
    step = doorstep(here.stores, here.act(VISITOR), token)
    w = words_in(language_for(request))
    shown = fault or ("message.not-sent" if step.delivery_failed else None)
    contact, *_ = *step.addresses.values(), ""
    others = [(way.value, to) for way, to in step.addresses.items() if here.code_senders.offers(way) and to != contact]
    values = {
        "case": Case(lender=step.lender),
        "progress": progress("confirm"),
        "contact": contact,
        "others": others,
        "was_lost": step.delivery_failed,
        "digits": DIGITS,
        "minutes": int(CODE_LIFE.total_seconds()) // 60,
        "resend_seconds": step.wait_seconds,
        "locked": fault in {"code.locked", "code.no-channel"},
        "fault": fault_words(shown, w, lender=step.lender, contact=contact, digits=DIGITS),
        "note": w("code.sent") if note and not step.delivery_failed else None,
        "is_sending": step.is_sending,
    }
    return show(request, here, Screen("code", values), base=base_of(step.signer_id))


def _told(request: Request, here: Installation, screen: Screen, fault: str | None, *, lender: str) -> Response:
    """Show a screen with the words of a fault, if the address names one."""
    w = words_in(language_for(request))
    words = fault_words(fault, w, lender=lender, contact="", digits=DIGITS)
    values = screen.values | ({"fault": words} if words else {})
    return show(request, here, Screen(screen.name, values), base=base_of(request.path_params["signer_id"]))


def _after(request: Request, signer_id: str, work: Callable[[], object], *, back: str = "", note: str = "") -> Response:
    """Do what a form asks, and return the way to the step of this moment, with the code of what the page should tell."""
    try:
        work()
    except LedgerError as error:
        if moved_on(error.code):
            return see_other(request, base_of(signer_id))
        if not told_here(error.code) and end_of(error.code) is None:
            raise
        return see_other(request, base_of(signer_id) + back, fault=error.code)
    return see_other(request, base_of(signer_id), **({"note": note} if note else {}))
