"""Where an agreement and its parties stand, read from rows; what the services of the ceremony look at before they decide.

Promises: the same machine (`core.agreements.ceremony`) decides here and in the audit. Leaves to others: writing.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.core.agreements.authority import Scope, check_authority, parse_scope
from ledger.core.agreements.ceremony import Ceremony, Seat, Step, check_may_sign
from ledger.core.agreements.people import Person, check_age, person_of_value
from ledger.core.agreements.terms import parse_terms
from ledger.core.log.permissions import Principal
from ledger.errors import NotAllowed, NotFound, Unavailable
from ledger.services.agreements.view import AgreementView
from ledger.services.context import Act
from ledger.services.opening import unseal_opening
from ledger.storage import agreements as agreement_rows
from ledger.storage.ceremony import SeatRow, authorities_of
from ledger.storage.database import Connection
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import Json


def ceremony_of(view: AgreementView) -> Ceremony:
    """Return the ceremony that the rows describe; a signer without a seat (of an old agreement) needs no steps."""
    signed = {signature.signer_id for signature in view.signatures}
    expires_at = datetime.fromisoformat(view.sent.expires_at) if view.sent else None
    seats = tuple(_seat(row, signed) for row in view.seats) or tuple(
        Seat(signer_id=row.signer_id, is_signed=row.signer_id in signed) for row in view.signers
    )
    return Ceremony(state=view.state, seats=seats, expires_at=expires_at)


def _seat(row: SeatRow, signed: set[str]) -> Seat:
    entries = (row.viewed_entry, row.identified_entry, row.consented_entry, row.read_entry)
    return Seat(
        signer_id=row.signer_id,
        order=row.signing_order,
        needs=frozenset(Step(word) for word in row.needs.split()),
        done=frozenset(step for step, entry in zip(Step, entries, strict=True) if entry is not None),
        is_signed=row.signer_id in signed,
        is_replaced=row.replaced_entry is not None,
    )


def check_clock(view: AgreementView, now: datetime) -> None:
    """Raise Unavailable("clock.behind") when this machine's time is before the agreement was sent: one of two clocks is wrong."""
    if view.sent is not None and now < datetime.fromisoformat(view.sent.sent_at):
        raise Unavailable(
            "clock.behind",
            "the clock of this machine is behind the record, or another's was ahead; the operator corrects the clocks",
        )


def require_self(principal: Principal, signer_id: str) -> None:
    """Raise NotAllowed("signer.not-yourself") when a signer acts for another one."""
    if principal.kind == "signer" and principal.id != signer_id:
        raise NotAllowed("signer.not-yourself", "this page belongs to another party; open your own link")


def require_may_sign(tx: Connection, key: bytes, view: AgreementView, signer_id: str, act: Act) -> None:
    """Raise unless this signer may sign now: order, steps, deadline, authority, age. `key` opens the agreement's record.

    Raises what `ceremony.check_may_sign`, `check_authority` and `check_age` raise, NotAllowed("signer.not-yourself"),
    Unavailable("clock.behind").
    """
    require_self(act.principal, signer_id)
    check_clock(view, act.now)
    check_may_sign(ceremony_of(view), signer_id, act.now)
    person = open_person(tx, key, view, signer_id)
    if person is None:
        return
    check_age(person, act.now)
    terms = parse_terms(_opened(key, view, "terms"))
    scope = open_scope(tx, key, view.row.id, signer_id) if person.acts_for else None
    check_authority(scope, person, terms.product, terms.amount, act.now)


def open_person(tx: Connection, key: bytes, view: AgreementView, signer_id: str) -> Person | None:
    """Return what is recorded about this person alone, None where nothing is; raise NotFound("agreement.erased")."""
    seat = next((seat for seat in view.seats if seat.signer_id == signer_id), None)
    if seat is None or seat.person_field is None:
        return None
    fields = fields_of_entry(tx, seat.seated_entry)
    found = next((row for row in fields if row.field == seat.person_field), None)
    if found is None:
        raise erased()
    return person_of_value(unseal_opening(key, found).value)[1]


def open_scope(tx: Connection, key: bytes, agreement_id: str, signer_id: str) -> Scope | None:
    """Return the scope of the newest power of attorney attached for this signer."""
    attached = authorities_of(tx, agreement_id, signer_id)
    if not attached:
        return None
    rows = fields_of_entry(tx, attached[-1].entry_id)
    found = next((row for row in rows if row.field == "scope"), None)
    if found is None:
        raise erased()
    return parse_scope(unseal_opening(key, found).value)


def local_deadline(view: AgreementView, person: Person) -> str:
    """Return until when the agreement takes signatures, as the person's own clock shows it; empty before it was sent."""
    if view.sent is None:
        return ""
    moment = datetime.fromisoformat(view.sent.expires_at).astimezone(ZoneInfo(person.zone))
    return moment.strftime("%Y-%m-%d %H:%M")


def _opened(key: bytes, view: AgreementView, field: str) -> Json:
    found = next((row for row in view.created_fields if row.field == field), None)
    if found is None:
        raise erased()
    return unseal_opening(key, found).value


def open_field(key: bytes, view: AgreementView, field: str) -> Json:
    """Return a committed value of the agreement's creation, None where it has none by this name (or it was erased)."""
    found = next((row for row in view.created_fields if row.field == field), None)
    return None if found is None else unseal_opening(key, found).value


def erased() -> NotFound:
    return NotFound("agreement.erased", "the particulars of this agreement were erased; its proofs still hold")


def signer_row(view: AgreementView, signer_id: str) -> agreement_rows.SignerRow:
    """Return an active signer's row; raise NotFound("signer.unknown"), Conflict("signer.replaced")."""
    ceremony_of(view).seat(signer_id)
    return next(row for row in view.signers if row.signer_id == signer_id)
