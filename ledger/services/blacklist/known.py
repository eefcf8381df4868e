"""What the registry's database says of epochs, members and versions, as the rules want it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.consortium import Seen, parse_seen, who_may
from ledger.core.blacklist.epochs import SignedEpoch, parse_signed_epoch
from ledger.core.blacklist.signed import Record, Signed, read_json
from ledger.core.blacklist.versions import SignedVersion, parse_version
from ledger.errors import NotAllowed, NotFound
from ledger.services.context import Act, Stores
from ledger.storage.blacklist import EpochRow, epoch_by_id, members
from ledger.storage.consortium import newest_seen
from ledger.storage.database import Connection
from ledger.storage.token_tree import VersionRow, newest_versions
from signing.algorithms import PublicKey
from signing.canonical import decode


class OfInstitution(Record, Protocol):
    """A record that says whose it is."""

    @property
    def institution(self) -> str: ...


R = TypeVar("R", bound=OfInstitution)


def known_epoch(tx: Connection, epoch_id: bytes) -> EpochRow:
    """Return the epoch's row; raise NotFound("epoch.unknown")."""
    row = epoch_by_id(tx, epoch_id)
    if row is None:
        raise NotFound("epoch.unknown", "this registry has no such epoch: GET /v1/blacklist/epochs lists them")
    return row


def signed_epoch(row: EpochRow) -> SignedEpoch:
    return parse_signed_epoch(read_json(row.record, "epoch.malformed"))


def signed_version(row: VersionRow) -> SignedVersion:
    return parse_version(read_json(row.record, "version.malformed"))


def seen_members(tx: Connection) -> Seen | None:
    """Return who belongs to the consortium by the contract's word, as it was seen last; None where there is no contract."""
    row = newest_seen(tx)
    return None if row is None else parse_seen(decode(row.record.encode()))


def check_own_signature(stores: Stores, act: Act, signed: Signed[R], role: str) -> Member:
    """Return the member that signed: the caller's own institution, which must have this role in the consortium now.

    Raises NotAllowed("listing.not-a-member"), VerificationFailed("blacklist.signature").
    """
    own = act.principal.institution_id
    member = OwnDatabase(stores, b"", act.now, role).members().get(own)
    if member is None or signed.record.institution != own:
        raise NotAllowed(
            "listing.not-a-member", f"expected a record of your own institution, which must be a {role} now"
        )
    signed.check(member.key)
    return member


@dataclass(frozen=True)
class OwnDatabase:
    """The surroundings of an evaluator that runs beside the registry: co-located, and labelled so.

    With `at`, members are those who have the role at that moment by the word of the consortium's contract too.
    """

    stores: Stores
    epoch_id: bytes
    at: datetime | None = None
    role: str = "checker"

    def members(self) -> Mapping[str, Member]:
        return self.stores.database.read(self._members)

    def _members(self, tx: Connection) -> Mapping[str, Member]:
        own = {
            row.institution_id: Member(
                row.institution_id, PublicKey.from_json(decode(row.public_key.encode())), row.quota
            )
            for row in members(tx)
        }
        return own if self.at is None else who_may(self.role, own, seen_members(tx), self.at)

    def versions(self) -> tuple[SignedVersion, ...]:
        rows = self.stores.database.read(lambda tx: newest_versions(tx, self.epoch_id))
        return tuple(signed_version(row) for row in rows)
