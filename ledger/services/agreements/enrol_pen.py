"""A party enrols the pen for its own signature, after the steps that say who it is (DESIGN section 5)."""

from dataclasses import dataclass

from ledger.core.agreements.ceremony import Step, take_step
from ledger.core.agreements.parties import Signer
from ledger.core.log.keys import Owner, OwnerKind, ProofGrade, Proofing, Purpose
from ledger.core.log.permissions import Action
from ledger.core.log.revocation import Ground
from ledger.errors import Conflict, NotAllowed
from ledger.services.agreements.acting import Doing, record_key, role_of
from ledger.services.agreements.pens import check_pen_allowed, found_by, own_keys
from ledger.services.agreements.show_key import record_shown_key
from ledger.services.agreements.standing import ceremony_of, open_person, require_self
from ledger.services.agreements.view import AgreementView, load_agreement, open_signers
from ledger.services.challenges import issue_challenge, use_challenge
from ledger.services.context import Act, Stores, Written
from ledger.services.enrolling import (
    Device,
    NewKey,
    NewRevocation,
    Recorder,
    customer_of,
    record_enrolment,
    record_key_of,
    record_revocation,
)
from ledger.services.log.institution_key import InstitutionKey
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import RecordKey
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow, key_by_id
from ledger.storage.log import subject_head
from signing.algorithms import PublicKey

_PURPOSE = "enrol-pen"


@dataclass(frozen=True, kw_only=True)
class PenOffer:
    """What the page needs: a challenge for a new passkey, and the keys that this person has enrolled already."""

    challenge: bytes
    name: str
    own: tuple[EnrolledKeyRow, ...]


@dataclass(frozen=True, kw_only=True)
class NewPen:
    """A key that the person's own device just made; a passkey comes with its device and the challenge it answered."""

    key: PublicKey
    device: Device | None = None
    challenge: bytes | None = None
    certificate: bytes | None = None
    replaces: str | None = None
    proved_at: str | None = (
        None  # when the person in this browser was proved beyond the code: asked where a key is replaced
    )


def offer_pen(stores: Stores, act: Act, agreement_id: str, signer_id: str) -> PenOffer:
    """Return what enrolling needs; raise NotFound, NotAllowed, Conflict as `enrol_pen`."""
    place = _stand(stores, act, agreement_id, signer_id)
    challenge = stores.database.write(lambda tx: issue_challenge(tx, act, _PURPOSE, f"{agreement_id}/{signer_id}"))
    return PenOffer(challenge=challenge, name=place.signer.name, own=place.own)


def enrol_pen(stores: Stores, act: Act, place: tuple[str, str], new: NewPen, key: InstitutionKey) -> Written:
    """Queue `key.enrolled` for a party (`place`: agreement, signer) and store the key; its id is the resource.

    A wallet that an earlier contract enrolled is shown instead: `agreement.key-shown` is queued.

    Raises NotFound, NotAllowed("signer.pen" | "signer.not-yourself" | "key.not-proofed"), Conflict("passkey.challenge-used" |
    "signer.step-missing" | "agreement.not-open" | "signature.exists" | "key.enrolled" | "key.other-owner").
    """
    if earlier := find_earlier(stores, act):
        return earlier
    stand = _stand(stores, act, *place)
    check_pen_allowed(stand.signer, new.key.suite)
    if new.replaces is not None:
        _check_proofed_again(stand, new)
    plan = _plan(stores, act, stand, new, key)
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _check_proofed_again(stand: "_Stand", new: NewPen) -> None:
    """Raise NotAllowed("key.not-proofed") unless the person was proofed by papers, in this browser, since they had the lost key."""
    had_since = next((row.enrolled_at for row in stand.own if row.key_id == new.replaces), "")
    if stand.proofing.grade is ProofGrade.CODE_ONLY or new.proved_at is None or new.proved_at <= had_since:
        raise NotAllowed("key.not-proofed", "a lost key is replaced only after the identity was proofed again")


@dataclass(frozen=True, kw_only=True)
class _Stand:
    """Where the party stands: who it is, on whose word, and its keys so far."""

    view: AgreementView
    signer: Signer
    proofing: Proofing
    found_by: tuple[tuple[str, str], ...]
    own: tuple[EnrolledKeyRow, ...]


@dataclass(frozen=True, kw_only=True)
class _Plan:
    stand: _Stand
    new: NewPen
    key: NewKey
    by: Recorder


def _stand(stores: Stores, act: Act, agreement_id: str, signer_id: str) -> _Stand:
    require_self(act.principal, signer_id)
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_SIGN))
    ceremony = ceremony_of(view)
    take_step(
        ceremony, signer_id, Step.CONSENTED
    )  # whoever may consent now has shown who they are, and may enrol a pen
    seat = ceremony.seat(signer_id)
    record_key = stores.record_keys.get(view.document.record_id)
    signer = next(signer for signer in open_signers(record_key, view) if signer.id == signer_id)
    if signer.key is not None:
        raise Conflict("signer.has-key", "this party's key is named in the agreement; it signs with that one")
    person = stores.database.read(lambda tx: open_person(tx, record_key, view, signer_id))
    own = stores.database.read(lambda tx: own_keys(tx, stores, view, signer_id, record_key))
    row = next((row for row in view.seats if row.signer_id == signer_id), None)
    proofed = row.identified_entry if row and Step.IDENTIFIED in seat.done else None
    return _Stand(
        view=view,
        signer=signer,
        proofing=Proofing(provider="lender", grade=ProofGrade.LENDERS_WORD, reference=proofed)
        if proofed
        else Proofing(provider="code", grade=ProofGrade.CODE_ONLY),
        found_by=found_by(agreement_id, signer_id, person if proofed else None),
        own=tuple(own),
    )


def _plan(stores: Stores, act: Act, stand: _Stand, new: NewPen, key: InstitutionKey) -> _Plan:
    known = next((row.owner_id for row in stand.own), None)
    owner = Owner(OwnerKind.CUSTOMER, known) if known else customer_of(stores, act, key.institution_id, stand.found_by)
    enrolled = NewKey(
        key=new.key,
        purpose=Purpose.SIGN,
        owner=owner,
        proofing=stand.proofing,
        found_by=stand.found_by,
        device=new.device,
        certificate=new.certificate,
        replaces=new.replaces,
    )
    record = RecordKey(new.key.key_id, record_key_of(stores, new.key))
    return _Plan(stand=stand, new=new, key=enrolled, by=Recorder(key=key, record=record, role=stand.signer.role))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    new = plan.new
    if new.challenge is not None:
        bound_to = f"{plan.stand.view.row.id}/{plan.stand.signer.id}"
        use_challenge(tx, new.challenge, purpose=_PURPOSE, bound_to=bound_to, now=act.now)
    if new.replaces is not None:
        if all(row.key_id != new.replaces for row in plan.stand.own):
            raise Conflict("key.other-owner", "the key to replace is another person's, or has another purpose")
        record_revocation(tx, stores, act, NewRevocation(key_id=new.replaces, ground=Ground.LOST), plan.by)
    listed = key_by_id(tx, plan.by.key.institution_id, new.key.key_id)
    if listed is None:
        written = record_enrolment(tx, stores, act, plan.key, plan.by).written(new.key.key_id)
    else:
        written = _show(tx, stores, act, plan.stand.view, listed)
    remember_answer(tx, act, written)
    return written


def _show(tx: Connection, stores: Stores, act: Act, seen: AgreementView, listed: EnrolledKeyRow) -> Written:
    key = record_key(stores, seen)
    subject_head(tx, seen.log.id, "agreement", seen.row.id, lock=True)
    view = load_agreement(tx, act.principal, seen.row.id, Action.AGREEMENT_SIGN)
    return record_shown_key(tx, stores, act, Doing(view=view, record=key, role=role_of(act, view)), listed)
