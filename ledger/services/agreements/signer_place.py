"""Read where one signer stands in the ceremony: all that their pages show, in one snapshot (DESIGN section 5).

Promises: before the code was confirmed nothing but who asks, and to which address a code goes, masked. Leaves to others: which
page that is (api/pages), and every step.
"""

from dataclasses import dataclass

from ledger.core.agreements.ceremony import Ceremony, Seat
from ledger.core.agreements.identity import Result
from ledger.core.agreements.invitation import token_hash
from ledger.core.agreements.notice_text import masked
from ledger.core.agreements.one_time_code import Delivery, wait_before_next
from ledger.core.agreements.parties import Signer
from ledger.core.agreements.people import DEFAULT_ZONE, Person
from ledger.core.agreements.terms import Terms
from ledger.core.log.permissions import Action
from ledger.errors import NotFound
from ledger.messages.door import Channel
from ledger.services.agreements.acting import record_key
from ledger.services.agreements.browser import INVITATION, SignerSession, require_session, signer_principal
from ledger.services.agreements.codes import codes_sent
from ledger.services.agreements.pens import own_keys
from ledger.services.agreements.standing import ceremony_of, open_field, open_person
from ledger.services.agreements.view import AgreementView, load_agreement, open_particulars
from ledger.services.context import Act, Stores
from ledger.services.institution_name import name_of
from ledger.services.opening import unseal_opening
from ledger.storage.agreements import agreement_by_id
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow
from ledger.storage.identity import SubmissionRow, submissions_of
from ledger.storage.sessions import codes_of_signer, invitation_by_hash
from ledger.storage.vault_fields import fields_of_entry
from signing.algorithms import Suite


@dataclass(frozen=True, kw_only=True)
class Greeting:
    """Who asks, for whoever holds a link: enough to know the sender, nothing about the contract."""

    lender: str
    signer_id: str


@dataclass(frozen=True, kw_only=True)
class Doorstep:
    """What a browser may know before its code was confirmed."""

    lender: str
    signer_id: str
    addresses: dict[Channel, str]  # masked, by the way that leads there; the one of the newest code first
    delivery_failed: bool
    is_sending: bool  # handed over, nothing was heard of it yet, and it is not too late for that
    wait_seconds: int


@dataclass(frozen=True, kw_only=True)
class SignerPlace:
    """Where a signer stands."""

    lender: str
    view: AgreementView
    ceremony: Ceremony
    seat: Seat
    signer: Signer
    signers: tuple[Signer, ...]
    terms: Terms
    person: Person | None
    has_reading_code: bool
    ended_by_reader: bool
    submission: SubmissionRow | None  # the newest papers
    keys: tuple[EnrolledKeyRow, ...]  # enrolled for this person to sign with, active, the newest first

    @property
    def address(self) -> str:
        """How the signer is reached, masked."""
        reach = (self.person.email or self.person.phone) if self.person else None
        return masked(reach) if reach else ""

    @property
    def zone(self) -> str:
        return self.person.zone if self.person else DEFAULT_ZONE

    @property
    def signed_at(self) -> str | None:
        mine = (row.signed_at for row in self.view.signatures if row.signer_id == self.signer.id)
        return next(mine, None)

    @property
    def has_passkey(self) -> bool:
        """Whether this person has a passkey to sign with, made here or for an earlier contract."""
        return any(key.suite == Suite.WEBAUTHN for key in self.keys)

    @property
    def has_wallet(self) -> bool:
        """Whether a wallet of this person is named in the agreement, or was enrolled."""
        named = self.signer.key is not None and self.signer.key.suite is Suite.EIP712
        return named or any(key.suite == Suite.EIP712 for key in self.keys)

    def lost_key(self, proved_at: str | None) -> tuple[str, str]:
        """Return the id of the newest passkey, and how far its owner is who lost it: `told`, `waiting` for a check, `proofed`."""
        newest = next((key for key in self.keys if key.suite == Suite.WEBAUTHN), None)
        papers = self.submission
        if newest is None:
            return "", "told"
        if papers is not None and papers.decided_entry is None:
            return newest.key_id, "waiting"
        accepted = papers is not None and papers.result == Result.ACCEPTED
        return newest.key_id, "proofed" if accepted and (proved_at or "") > newest.enrolled_at else "told"

    @property
    def is_turn(self) -> bool:
        return self.signer.id in self.ceremony.turn


def greet(stores: Stores, token: str) -> Greeting:
    """Return who sent a link; raise NotFound("link.unknown")."""
    digest = token_hash(INVITATION, token)

    def look(tx: Connection) -> Greeting:
        row = invitation_by_hash(tx, digest)
        agreement = agreement_by_id(tx, row.agreement_id) if row else None
        if row is None or agreement is None:
            raise NotFound("link.unknown", "this link is not complete; open it from the message, or ask for a new one")
        return Greeting(lender=name_of(tx, agreement.institution_id), signer_id=row.signer_id)

    return stores.database.read(look)


def doorstep(stores: Stores, act: Act, session_token: str) -> Doorstep:
    """Return what a browser shows that has still to confirm its code; raise NotAllowed("session.ended")."""
    session, view = stores.database.read(lambda tx: _arrive(tx, act, session_token))
    key, signer_id = record_key(stores, view).key, session.row.signer_id

    def look(tx: Connection) -> Doorstep:
        person = open_person(tx, key, view, signer_id)
        codes = codes_of_signer(tx, view.row.id, signer_id)
        own = [code for code in codes if code.session_id == session.row.id]
        wait = wait_before_next(codes_sent(codes), act.now)
        fate = codes_sent(own)[-1].fate(act.now) if own else None
        return Doorstep(
            lender=name_of(tx, view.row.institution_id),
            signer_id=signer_id,
            addresses=_addresses(person, own[-1].channel if own else None),
            delivery_failed=fate is Delivery.FAILED,
            is_sending=fate is Delivery.SENDING,
            wait_seconds=max(0, int(wait.total_seconds())),
        )

    return stores.database.read(look)


def signer_place(stores: Stores, act: Act, session: SignerSession) -> SignerPlace:
    """Return where the signer of a confirmed session stands; raise NotFound, NotAllowed, Conflict("signer.replaced")."""
    agreement_id, signer_id = session.row.agreement_id, session.row.signer_id
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_READ))
    particulars, key = open_particulars(stores, view), record_key(stores, view).key
    ceremony = ceremony_of(view)

    def look(tx: Connection) -> SignerPlace:
        papers = submissions_of(tx, agreement_id, signer_id)
        return SignerPlace(
            lender=name_of(tx, view.row.institution_id),
            view=view,
            ceremony=ceremony,
            seat=ceremony.seat(signer_id),
            signer=next(one for one in particulars.signers if one.id == signer_id),
            signers=particulars.signers,
            terms=particulars.terms,
            person=open_person(tx, key, view, signer_id),
            has_reading_code=open_field(key, view, "reading_code") is not None,
            ended_by_reader=_ended_by(tx, key, view) == signer_id,
            submission=papers[-1] if papers else None,
            keys=tuple(own_keys(tx, stores, view, signer_id, key)),
        )

    return stores.database.read(look)


def _arrive(tx: Connection, act: Act, session_token: str) -> tuple[SignerSession, AgreementView]:
    session = require_session(tx, session_token, act.now)
    row = session.row
    asking = signer_principal(row.agreement_id, row.signer_id, session.institution_id)
    return session, load_agreement(tx, asking, row.agreement_id, Action.CEREMONY_STEP)


def _addresses(person: Person | None, newest: str | None) -> dict[Channel, str]:
    known = {Channel.SMS: person.phone if person else None, Channel.EMAIL: person.email if person else None}
    found = {channel: masked(address) for channel, address in known.items() if address is not None}
    return dict(sorted(found.items(), key=lambda item: item[0] != newest))


def _ended_by(tx: Connection, key: bytes, view: AgreementView) -> object:
    """Return whom the newest entry names as the one who acted, where it names one."""
    named = next((row for row in fields_of_entry(tx, view.changed_entry) if row.field == "signer"), None)
    return unseal_opening(key, named).value if named else None
