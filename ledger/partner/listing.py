"""List a subject: name it as a check does, seal the details, sign the statement, propose it to the registry."""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from ledger.core.blacklist.details import NONCE_BYTES, seal_details
from ledger.core.blacklist.listings import Listing, Severity, SignedListing, Standard, check_listing, parse_reason
from ledger.core.blacklist.signed import Signed, signed_bytes
from ledger.core.blacklist.tokens import Name
from ledger.core.log.directory import format_instant
from ledger.partner.checking import Desk, Subject, name_subjects
from signing.canonical import Json
from signing.envelope import Signature


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a lister says of a subject; `evidence` is the SHA-256 of the file that it keeps, `contact` whom to ask."""

    reason: str
    standard: Standard
    severity: Severity
    evidence: bytes
    contact: str
    note: str = ""
    years: int = 2
    expires_at: str | None = None  # an end that was stated before; else so many years from now


@dataclass(frozen=True)
class Prepared:
    """A signed listing with its sealed details, ready to be sent."""

    signed: SignedListing
    sealed: bytes = field(repr=False)

    def to_json(self) -> dict[str, Json]:
        return {"listing": self.signed.to_json(), "sealed": base64.b64encode(self.sealed).decode()}


def prepare_listing(desk: Desk, subject: Subject, statement: Statement, listing_id: str) -> Prepared:
    """Return the listing of a subject.

    Raises InvalidInput: listing.overdue-debt, listing.reason, listing.expiry, details.too-long; what a check raises.
    """
    parse_reason(statement.reason)  # before anybody is asked about the subject
    (name,) = name_subjects(desk, [subject], "listing")
    now = desk.partner.now()
    sealed = _sealed(desk, name, statement, listing_id)
    listing = Listing(
        id=listing_id,
        institution=desk.partner.institution,
        epoch=desk.epoch.id,
        token=name.token,
        reason=statement.reason,
        standard=statement.standard,
        severity=statement.severity,
        evidence=statement.evidence,
        details=sha256(sealed).digest(),
        at=format_instant(now),
        expires_at=statement.expires_at or format_instant(now + timedelta(days=365 * statement.years)),
    )
    check_listing(listing, sealed, now)
    public = desk.partner.signer.public
    value = desk.partner.signer.sign(signed_bytes(listing))
    return Prepared(Signed(listing, Signature(public.suite, public.key_id, value)), sealed)


def _sealed(desk: Desk, name: Name, statement: Statement, listing_id: str) -> bytes:
    details: dict[str, Json] = {
        "reason": statement.reason,
        "standard": str(statement.standard),
        "severity": str(statement.severity),
        "evidence": statement.evidence.hex(),
        "lister": desk.partner.institution,
        "contact": statement.contact,
        "note": statement.note,
    }
    return seal_details(name.details_key, name.token, listing_id, details, desk.partner.random(NONCE_BYTES))
