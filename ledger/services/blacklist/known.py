"""What the registry's database says of epochs, members and versions, as the rules want it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.epochs import SignedEpoch, parse_signed_epoch
from ledger.core.blacklist.signed import read_json
from ledger.core.blacklist.versions import SignedVersion, parse_version
from ledger.errors import NotFound
from ledger.services.context import Stores
from ledger.storage.blacklist import EpochRow, epoch_by_id, members
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


@dataclass(frozen=True)
class OwnDatabase:
    """The surroundings of an evaluator that runs beside the registry: co-located, and labelled so."""

    stores: Stores
    epoch_id: bytes

    def members(self) -> Mapping[str, Member]:
        rows = self.stores.database.read(members)
        return {
            row.institution_id: Member(
                row.institution_id, PublicKey.from_json(decode(row.public_key.encode())), row.quota
            )
            for row in rows
        }

    def versions(self) -> tuple[SignedVersion, ...]:
        rows = self.stores.database.read(lambda tx: newest_versions(tx, self.epoch_id))
        return tuple(signed_version(row) for row in rows)
