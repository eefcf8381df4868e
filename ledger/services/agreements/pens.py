"""With which key a party signs: the one named at creation, or those enrolled for this person in the registry (DESIGN section 5).

Promises: a key that the lender's registry has as revoked is refused, whoever's it is; an enrolled one counts only for whom it was enrolled, found by this
party's place in this agreement, by the identity that was proofed, or shown by its holder (show_key). Leaves to others: enrolling (enrol_pen), the signature itself.
"""

from ledger.core.agreements.parties import Signer
from ledger.core.agreements.people import Person
from ledger.core.log.keys import Purpose, pen_of
from ledger.errors import Conflict, NotAllowed
from ledger.services.agreements.show_key import shown_keys
from ledger.services.agreements.standing import open_person
from ledger.services.agreements.view import AgreementView
from ledger.services.context import Stores
from ledger.services.enrolling import Finding, keys_found_by
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow, key_by_id
from signing.algorithms import PublicKey, Suite


def found_by(agreement_id: str, signer_id: str, person: Person | None) -> tuple[Finding, ...]:
    """Return under what the keys of a party are found: the place in this agreement, and the identity where it is known."""
    place: Finding = ("signer", f"{agreement_id}/{signer_id}")
    return (place, ("identity", person.id_number)) if person and person.id_number else (place,)


def own_keys(
    tx: Connection, stores: Stores, view: AgreementView, signer_id: str, record_key: bytes
) -> list[EnrolledKeyRow]:
    """Return the active keys enrolled for a party to sign with, the newest first."""
    place, *identity = found_by(view.row.id, signer_id, open_person(tx, record_key, view, signer_id))
    here = keys_found_by(tx, stores, view.row.institution_id, (place,))
    theirs = keys_found_by(tx, stores, view.row.institution_id, tuple(identity))
    # a one-time key was made for one contract: in another it is a key that nobody has any more
    known = (key_by_id(tx, view.row.institution_id, one) for one in shown_keys(tx, stores, view, signer_id, record_key))
    rows = [*here, *(row for row in theirs if row not in here and row.suite != Suite.P256)]
    rows += [row for row in known if row is not None and row not in rows]
    rows.sort(key=lambda row: (row.enrolled_at, row.key_id), reverse=True)
    return [row for row in rows if row.purpose == Purpose.SIGN and row.revoked_entry is None]


def enrolled_pen(
    stores: Stores, view: AgreementView, listed: EnrolledKeyRow, signer_id: str, record_key: bytes
) -> PublicKey | None:
    """Return a key of the registry if this party may sign with it, None where it was enrolled for others or for another purpose.

    Raises Conflict("key.revoked") for a key that was revoked, also one that the agreement itself names.
    """
    require_active(listed)
    own = stores.database.read(lambda tx: own_keys(tx, stores, view, signer_id, record_key))
    return key_of_row(listed) if listed in own else None


def require_active(listed: EnrolledKeyRow) -> None:
    """Raise Conflict("key.revoked") for a key that was revoked."""
    if listed.revoked_entry is not None:
        message = "this key was revoked and signs no more; enrol another and fetch a fresh statement"
        raise Conflict("key.revoked", message)


def key_of_row(row: EnrolledKeyRow) -> PublicKey:
    return PublicKey(Suite(row.suite), row.public_key)


def check_pen_allowed(signer: Signer, suite: Suite) -> None:
    """Raise NotAllowed("signer.pen") where the agreement lists the pens of a party and this is none of them."""
    pen = pen_of(suite)
    if signer.pens and pen.value not in {allowed.value for allowed in signer.pens}:
        raise NotAllowed(
            "signer.pen",
            f"this party signs with {' or '.join(signer.pens)}, got a {pen}; the lender decides which pens may sign",
        )
