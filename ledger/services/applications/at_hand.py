"""What came to an application after it was written: received attachments, third-party data and checks, read from rows and vault."""

from collections.abc import Sequence

from ledger.core.applications.application import parse_blacklist_check, parse_third_party
from ledger.core.applications.evidence import AtHand
from ledger.errors import VerificationFailed
from ledger.services.context import Stores
from ledger.services.opening import open_fields
from ledger.storage.database import Connection
from ledger.storage.evidence import AttachmentRow, EvidenceRow, attachments_of, evidence_of
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import Json

FIELDS = {"verification": "verification", "third-party": "third_party", "check": "check"}  # kind: field of its entry


def at_hand_of(tx: Connection, stores: Stores, application_id: str, keys: dict[str, bytes] | None = None) -> AtHand:
    """Return what an application has beside its content; raise VerificationFailed("application.altered")."""
    keys = {} if keys is None else keys
    told = [(row.kind, said(tx, stores, row, keys)) for row in evidence_of(tx, application_id)]
    return gathered(attachments_of(tx, application_id), told)


def gathered(attachments: Sequence[AttachmentRow], told: Sequence[tuple[str, Json]]) -> AtHand:
    """Return what rows and what they say amount to."""
    return AtHand(
        received=frozenset(row.sha256 for row in attachments),
        third_party=tuple(parse_third_party(value) for kind, value in told if kind == "third-party"),
        checks=tuple(parse_blacklist_check(value) for kind, value in told if kind == "check"),
    )


def said(tx: Connection, stores: Stores, row: EvidenceRow, keys: dict[str, bytes] | None = None) -> Json:
    """Return what a row of evidence says; its receipt, where it has one, stays closed."""
    name = FIELDS.get(row.kind, "")
    opened = open_fields(stores, fields_of_entry(tx, row.entry_id), {name}, keys)
    if name not in opened:
        raise VerificationFailed(
            "application.altered",
            "evidence of this application cannot be opened; the operator should run `tally audit`",
        )
    return opened[name].value
