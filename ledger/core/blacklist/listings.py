"""A listing: what one institution states of a subject, under its own signature (docs/formats/listing.md).

Promises: fraud only, with evidence named by its hash and an end within five years; overdue debt is refused. The statement names a
token, never a subject. Leaves to others: its life after it was proposed, whether the evidence is good, the sealed details.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from ledger.core.blacklist.details import SEALED_BYTES
from ledger.core.blacklist.signed import Signed, parse_signed
from ledger.core.blacklist.tree import Token
from ledger.core.log.fields import Fields
from ledger.core.log.instants import instant, instant_text
from ledger.errors import InvalidInput
from signing.canonical import Json
from signing.envelope import tagged_hash

KIND: Final = "blacklist-listing"
FRESH: Final = timedelta(days=1)  # a listing is sent within a day of its signature
MOST: Final = timedelta(days=5 * 365 + 1)  # five years: the law's limit for adverse data on a person
_CODE = "listing.malformed"
_FIELDS = frozenset(
    {
        "tag",
        "id",
        "institution",
        "epoch",
        "token",
        "reason",
        "standard",
        "severity",
        "evidence",
        "details",
        "at",
        "expires_at",
    }
)


class Reason(StrEnum):
    """Why somebody is listed; the last is no accusation: it warns that others use this person's papers."""

    FORGED_IDENTITY = "forged-identity"
    FORGED_MATERIAL = "forged-material"
    DIVERTED_FUNDS = "diverted-funds"
    IMPERSONATION = "impersonation"
    ORGANISED_FRAUD = "organised-fraud"
    VICTIM = "victim-of-impersonation"


class Standard(StrEnum):
    """How far the lister's proof goes."""

    ADMITTED = "admitted"
    DOCUMENTED = "documented"
    COURT = "court-or-police"


class Severity(StrEnum):
    LOW = "low"
    HIGH = "high"


class ListingState(StrEnum):
    """Where a listing stands; those in SHOWN are in the token tree."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    SUSPENDED = "suspended"
    OVERTURNED = "overturned"
    EXPIRED = "expired"
    REVOKED = "revoked"


SHOWN: Final = frozenset({ListingState.PROPOSED, ListingState.CONFIRMED, ListingState.DISPUTED})
_DEBT: Final = frozenset({"overdue", "overdue-debt", "default", "late-payment", "arrears"})


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A lister's statement; `details` is the SHA-256 of the sealed details, `evidence` of the file that the lister keeps."""

    id: str
    institution: str
    epoch: bytes
    token: Token
    reason: str
    standard: Standard
    severity: Severity
    evidence: bytes
    details: bytes
    at: str
    expires_at: str

    kind: Final = KIND

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{KIND}/v1",
            "id": self.id,
            "institution": self.institution,
            "epoch": self.epoch.hex(),
            "token": self.token.hex(),
            "reason": self.reason,
            "standard": str(self.standard),
            "severity": str(self.severity),
            "evidence": self.evidence.hex(),
            "details": self.details.hex(),
            "at": self.at,
            "expires_at": self.expires_at,
        }


SignedListing = Signed[Listing]


def parse_signed_listing(value: Json) -> SignedListing:
    """Return the signed listing of its JSON form; raise InvalidInput("listing.malformed")."""
    return parse_signed(value, _parse, _CODE)


def check_listing(listing: Listing, sealed: bytes, now: datetime) -> None:
    """Pass for a listing that may be proposed now.

    Raises InvalidInput: listing.overdue-debt, listing.reason, listing.expiry, listing.stale, listing.details.
    """
    parse_reason(listing.reason)
    begins, ends = instant(listing.at), instant(listing.expires_at)
    if not begins < ends <= begins + MOST or ends <= now:
        raise InvalidInput("listing.expiry", "expected an end within five years of the listing, and still to come")
    if abs(begins - now) > FRESH:
        raise InvalidInput("listing.stale", "expected a listing signed within a day: set the clock, and sign anew")
    if len(sealed) != SEALED_BYTES or sha256(sealed).digest() != listing.details:
        raise InvalidInput("listing.details", "the sealed details are not those that the listing was signed over")


def parse_reason(text: str) -> Reason:
    """Return the reason of its code; raise InvalidInput: listing.overdue-debt, listing.reason."""
    if text in _DEBT:
        raise InvalidInput(
            "listing.overdue-debt", "overdue debt is no fraud: it belongs to the credit register, never into this list"
        )
    if text not in set(Reason):
        raise InvalidInput("listing.reason", f"expected one of {', '.join(Reason)}")
    return Reason(text)


def leaf_value(shown: Iterable[tuple[str, str, bytes]]) -> bytes:
    """Return the value of a token's leaf from its shown listings: id, state and sealed details of each."""
    return tagged_hash("token-leaf", *(sha256(sealed).digest() + state.encode() for _, state, sealed in sorted(shown)))


def leaf_value_of(shown: Iterable[tuple[Listing, str]]) -> bytes:
    """Return the same value from the listings themselves, each with the state under which it is shown."""
    ordered = sorted(shown, key=lambda one: one[0].id)
    return tagged_hash("token-leaf", *(listing.details + state.encode() for listing, state in ordered))


def _parse(value: Json) -> Listing:
    fields = Fields(value, _FIELDS, where="listing", code=_CODE)
    if fields.text("tag") != f"tally/{KIND}/v1":
        raise InvalidInput(_CODE, f'expected the tag "tally/{KIND}/v1"')
    return Listing(
        id=fields.text("id"),
        institution=fields.text("institution"),
        epoch=fields.octets("epoch", 32),
        token=Token(fields.octets("token", 32)),
        reason=fields.text("reason"),
        standard=fields.one_of("standard", Standard),
        severity=fields.one_of("severity", Severity),
        evidence=fields.octets("evidence", 32),
        details=fields.octets("details", 32),
        at=fields.parsed("at", instant_text),
        expires_at=fields.parsed("expires_at", instant_text),
    )
