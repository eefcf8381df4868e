"""What a lister remembers of its own listings, so that it can list them again under the key of the next epoch: the subjects' names.

Promises: each line is sealed under a key of the lister's own; nothing of it goes to the registry. Leaves to others: where file and key are,
which are to be renewed (renewing).
"""

import base64
import binascii
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.core.blacklist.identifiers import Identifier
from ledger.core.blacklist.listings import Listing
from ledger.errors import InvalidInput
from signing.canonical import Json, decode, encode

NONCE_BYTES: Final = 12
_BOUND: Final = b"tally/own-listing/v1"


@dataclass(frozen=True, kw_only=True)
class OwnListing:
    """One listing of one's own: under which epoch, of whom, as it was stated; `renews` is the listing of an earlier epoch."""

    id: str
    epoch: str
    kind: str
    identifier: str
    reason: str
    standard: str
    severity: str
    evidence: str
    contact: str
    note: str
    expires_at: str
    renews: str | None = None

    def __repr__(self) -> str:
        return f"<OwnListing {self.id}>"


def own_listing(
    listing: Listing, subject: Identifier, *, contact: str, note: str, renews: str | None = None
) -> OwnListing:
    """Return what is to be remembered of a listing."""
    return OwnListing(
        id=listing.id,
        epoch=listing.epoch.hex(),
        kind=str(subject.kind),
        identifier=subject.value,
        reason=listing.reason,
        standard=str(listing.standard),
        severity=str(listing.severity),
        evidence=listing.evidence.hex(),
        contact=contact,
        note=note,
        expires_at=listing.expires_at,
        renews=renews,
    )


@dataclass(frozen=True)
class OwnListings:
    """The file of one's own listings; `random` gives the nonces."""

    path: Path
    key: bytes
    random: Callable[[int], bytes]

    def all(self) -> list[OwnListing]:
        """Return what is remembered; raise InvalidInput("own-listings.altered") for a line that does not open."""
        if not self.path.is_file():
            return []
        return [self._opened(number, line) for number, line in enumerate(self.path.read_bytes().splitlines(), start=1)]

    def add(self, own: OwnListing) -> None:
        """Remember one more."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(self._sealed(own))
            file.flush()
            os.fsync(file.fileno())

    def keep(self, wanted: Iterable[OwnListing]) -> None:
        """Remember these and no others."""
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(self._sealed(own) for own in wanted)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)

    def _sealed(self, own: OwnListing) -> bytes:
        nonce = self.random(NONCE_BYTES)
        return base64.b64encode(nonce + AESGCM(self.key).encrypt(nonce, encode(asdict(own)), _BOUND)) + b"\n"

    def _opened(self, number: int, line: bytes) -> OwnListing:
        try:
            data = base64.b64decode(line, validate=True)
            value = decode(AESGCM(self.key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _BOUND))
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise InvalidInput(
                "own-listings.altered", f"line {number} of {self.path} does not open under this key, or was altered"
            ) from error
        return _parse(value)


def _parse(value: Json) -> OwnListing:
    names = {field.name for field in fields(OwnListing)}
    if not isinstance(value, dict) or value.keys() != names:
        raise InvalidInput("own-listings.altered", "expected a remembered listing of this version of the program")
    texts = {name: str(value[name]) for name in names - {"renews"}}
    renews = value["renews"]
    return OwnListing(**texts, renews=renews if isinstance(renews, str) else None)
