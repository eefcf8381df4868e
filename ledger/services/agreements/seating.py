"""The rows of a party: who signs with which key, in which place, after which steps."""

from ledger.core.agreements.parties import Signer
from ledger.core.agreements.people import Person, needs_of, person_field
from ledger.storage.agreements import SignerRow
from ledger.storage.ceremony import SeatRow

REPLACED_FIELD = "person"  # holds the particulars of a person who came in another's place


def signer_row_of(agreement_id: str, place: int, signer: Signer) -> SignerRow:
    """Return the row of a signer; key columns are empty where the key is enrolled in the ceremony."""
    if signer.key is None:
        return SignerRow(agreement_id, signer.id, place, signer.role, "", "", b"")
    return SignerRow(agreement_id, signer.id, place, signer.role, signer.key.key_id, signer.key.suite, signer.key.raw)


def seat_row_of(agreement_id: str, entry_id: str, signer: Signer, person: Person | None, place: int) -> SeatRow:
    """Return the seat that an entry makes. Whose key is named at creation signs by program and goes through no pages."""
    return SeatRow(
        agreement_id=agreement_id,
        signer_id=signer.id,
        seated_entry=entry_id,
        signing_order=signer.order,
        needs=needs_of(signer, person),
        person_field=None if person is None else person_field(place),
    )
