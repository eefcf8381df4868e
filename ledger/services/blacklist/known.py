"""What the registry's database says of epochs, members and versions, as the rules want it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.consortium import Seen, parse_seen, who_may_check
from ledger.core.blacklist.epochs import SignedEpoch, parse_signed_epoch
from ledger.core.blacklist.signed import read_json
from ledger.core.blacklist.versions import SignedVersion, parse_version
from ledger.errors import NotFound
from ledger.services.context import Stores
from ledger.storage.blacklist import EpochRow, epoch_by_id, members
from ledger.storage.consortium import newest_seen
from ledger.storage.database import Connection
from ledger.storage.token_tree import VersionRow, newest_versions
from signing.algorithms import PublicKey
from signing.canonical import decode


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


@dataclass(frozen=True)
class OwnDatabase:
    """The surroundings of an evaluator that runs beside the registry: co-located, and labelled so.

    With `at`, members are those who may check at that moment by the word of the consortium's contract too.
    """

    stores: Stores
    epoch_id: bytes
    at: datetime | None = None

    def members(self) -> Mapping[str, Member]:
        return self.stores.database.read(self._members)

    def _members(self, tx: Connection) -> Mapping[str, Member]:
        own = {
            row.institution_id: Member(
                row.institution_id, PublicKey.from_json(decode(row.public_key.encode())), row.quota
            )
            for row in members(tx)
        }
        return own if self.at is None else who_may_check(own, seen_members(tx), self.at)

    def versions(self) -> tuple[SignedVersion, ...]:
        rows = self.stores.database.read(lambda tx: newest_versions(tx, self.epoch_id))
        return tuple(signed_version(row) for row in rows)
