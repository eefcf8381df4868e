"""Which page a signer sees now, and what is on it: decided from where the signer stands, each time anew.

Promises: pure; reloading, going back or a second tab always shows the present state. Leaves reading it to signer_place.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from api.pages.customer.cookies import base_of
from api.pages.customer.shown import (
    Case,
    ContractShown,
    FileShown,
    PersonShown,
    consent_lines,
    progress,
)
from api.pages.customer.terms_card import Words, key_terms
from ledger.core.agreements.ceremony import Step
from ledger.core.agreements.consent import CONSENT_TEXT
from ledger.core.agreements.identity import MAX_FILE_BYTES, Paper, Result
from ledger.core.agreements.parties import Pen
from ledger.core.agreements.states import State
from ledger.core.log.keys import pen_of
from ledger.services.agreements.signer_place import SignerPlace
from ledger.storage.seals import VersionRow
from signing.algorithms import Suite

PAPERS = tuple(paper.value for paper in Paper)
REASONS = ("terms", "details", "not-me", "changed-mind", "other")
FACTS = (
    "agreement",
    "document_sha256",
    "document_bytes",
    "terms_sha256",
    "consent_sha256",
    "signer",
    "role",
    "key_id",
    "head",
    "checkpoint",
    "chain_id",
    "log",
    "nonce",
    "expires_at",
)
PENS = (Pen.PASSKEY, Pen.WALLET, Pen.ONE_TIME_KEY)
_UNASKED = (Pen.PASSKEY, Pen.WALLET)  # the weaker one is there where the lender lists it
_CODE_IN_TEXT = "consent/"
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Screen:
    """A template under sign/, and its values."""

    name: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Whose browser this is: words, whether the person was proved beyond the code, and the sealed version if there is one."""

    w: Words
    is_proved: bool
    proved_at: str | None = None
    version: VersionRow | None = None
    seal_waits_for: str | None = None
    is_demonstration: bool = True


def screen_of(place: SignerPlace, reader: Reader) -> Screen:
    """Return the page of this moment."""
    state = place.view.state
    if state in _ENDED:
        return _ended(place)
    if place.seat.is_signed:
        return _after(place, reader)
    missing = place.seat.missing
    if missing:
        return _BEFORE[missing[0]](place, reader)
    if not place.is_turn:
        return Screen("waiting", {**_waiting(place, "sign"), "signed_at": None})
    return signing(place, reader)


_ENDED = {State.DECLINED: "declined", State.EXPIRED: "expired", State.VOIDED: "voided"}


def _ended(place: SignerPlace) -> Screen:
    kind = _ENDED[place.view.state]
    if kind == "declined" and place.ended_by_reader:
        kind = "declined-by-you"
    deadline = shown_time(place.view.sent.expires_at, place.zone) if place.view.sent else ""
    return Screen("end", {"case": case_of(place), "kind": kind, "at": deadline})


def _after(place: SignerPlace, reader: Reader) -> Screen:
    state = place.view.state
    if state is State.COMPLETE:
        return done(place, reader) if reader.is_proved else again(place)
    if state in (State.SIGNED, State.SEALING):
        return Screen("sealing", {**_shared(place, "keep"), "waits_for": _reason(reader), "seen": seen(place)})
    return Screen("waiting", {**_waiting(place, "keep"), "signed_at": shown_time(place.signed_at or "", place.zone)})


def _reason(reader: Reader) -> str | None:
    """Return in words what the seal waits for; None where it has not failed."""
    code = reader.seal_waits_for
    if code is None:
        return None
    if code == "seal.no-time-stamp":
        return reader.w("seal.reason-time-stamp")
    return reader.w("seal.reason-certificate") if code == "seal.certificate" else reader.w("seal.reason-other")


def done(place: SignerPlace, reader: Reader) -> Screen:
    """Return the page with the sealed file and what is the reader's own."""
    base, number = base_of(place.signer.id), place.view.row.number
    files = (
        FileShown("sealed", f"{base}/sealed", f"{number}.pdf"),
        FileShown("openings", f"{base}/openings", f"{number}.evidence.json"),
    )
    sealed_at = shown_time(reader.version.sealed_at, place.zone) if reader.version else ""
    values: dict[str, object] = {"files": files, "sealed_at": sealed_at, "is_demonstration": reader.is_demonstration}
    return Screen("done", {**_shared(place, "keep"), **values})


def again(place: SignerPlace) -> Screen:
    """Return the page that asks to show who one is once more; papers that wait are waited for."""
    if place.submission is not None and place.submission.decided_entry is None:
        return Screen("identity_waiting", {**_shared(place, "keep"), "seen": seen(place)})
    return Screen("again", {"case": case_of(place), "has_key": place.has_passkey})


def identity(place: SignerPlace, reader: Reader) -> Screen:
    """Return the form for papers, or the page that waits for their check."""
    papers = place.submission
    if papers is not None and papers.decided_entry is None:
        return Screen("identity_waiting", {**_shared(place, "confirm"), "seen": seen(place)})
    refused = papers is not None and papers.result == Result.REFUSED
    fault = reader.w("identity.refused", lender=place.lender) if refused else None
    return Screen(
        "identity",
        {**_shared(place, "confirm"), "kinds": PAPERS, "fault": fault, "megabytes": MAX_FILE_BYTES // _MEBIBYTE},
    )


def consenting(place: SignerPlace, _reader: Reader) -> Screen:
    values: dict[str, object] = {"consent_lines": consent_lines(CONSENT_TEXT), "consent_version": _consent_version()}
    return Screen("consent", {**_shared(place, "agree"), **values, "has_code": place.has_reading_code})


def reading(place: SignerPlace, reader: Reader) -> Screen:
    return Screen("read", {**_shared(place, "read"), "terms": key_terms(place.terms, reader.w)})


def signing(place: SignerPlace, reader: Reader) -> Screen:
    lost_key, lost_state = place.lost_key(reader.proved_at)
    newest = next((pen_of(Suite(key.suite)).value for key in place.keys), "")
    values: dict[str, object] = {
        "pens": _pens(place),
        "has_key": place.has_passkey,
        "has_wallet": place.has_wallet,
        "ready": newest or Pen.WALLET.value,
        "lost": {"key": lost_key, "state": lost_state},
        "facts": FACTS,
        "signer": place.signer.id,
    }
    return Screen("sign", {**_shared(place, "sign"), **values, "terms": key_terms(place.terms, reader.w)[:5]})


def _pens(place: SignerPlace) -> tuple[str, ...]:
    """Return the pens that the page offers: that of the key which the agreement names, else those that the lender allows."""
    key = place.signer.key
    allowed = place.signer.pens or _UNASKED
    if key is not None:
        allowed = (Pen(pen_of(key.suite).value),)
    return tuple(pen.value for pen in PENS if pen in allowed)


def declining(place: SignerPlace) -> Screen:
    return Screen("decline", {**_shared(place, "sign"), "reasons": REASONS, "progress": None, "can_decline": False})


_BEFORE: dict[Step, Callable[[SignerPlace, Reader], Screen]] = {
    Step.VIEWED: consenting,
    Step.IDENTIFIED: identity,
    Step.CONSENTED: consenting,
    Step.READ: reading,
}


def case_of(place: SignerPlace) -> Case:
    return Case(lender=place.lender, number=place.view.row.number, name=place.signer.name, role=place.signer.role.value)


def _shared(place: SignerPlace, step: str) -> dict[str, object]:
    return {
        "case": case_of(place),
        "progress": progress(step),
        "document": contract_of(place),
        "contact": place.address,
        "can_decline": not place.seat.is_signed,
    }


def contract_of(place: SignerPlace) -> ContractShown:
    document = place.view.document
    return ContractShown(
        address=f"{base_of(place.signer.id)}/document",
        sha256=document.sha256.hex(),
        byte_length=document.byte_length,
        pages=document.pages,
        lender=place.lender,
        agreement=place.view.row.id,
        terms_sha256=place.view.row.terms_sha256.hex(),
    )


def _waiting(place: SignerPlace, step: str) -> dict[str, object]:
    signed = {row.signer_id for row in place.view.signatures}
    people = tuple(
        PersonShown(one.name, one.role.value, signed=one.id in signed, is_reader=one.id == place.signer.id)
        for one in place.signers
    )
    return {**_shared(place, step), "people": people, "seen": seen(place)}


def seen(place: SignerPlace) -> str:
    """Return what changes whenever the page would look different: a waiting page asks whether it still holds."""
    papers = place.submission.decided_entry if place.submission else None
    return f"{place.view.state}-{len(place.view.signatures)}-{place.is_turn:d}-{papers is not None:d}"


def shown_time(instant: str, zone: str) -> str:
    """Return a recorded time as the reader's clock shows it."""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _consent_version() -> str:
    return CONSENT_TEXT.split("\n", 1)[0].partition(_CODE_IN_TEXT)[2]
