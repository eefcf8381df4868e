"""Take a member's signature under a version of the list, or under an epoch: the registry's contract wants those of more than half.

Promises: only what this registry itself would publish can be endorsed, only by a member in good standing by the contract's word; the
same again is welcome. Leaves to others: whether the member looked at its own copy first (its command does), sending.
"""

from dataclasses import dataclass

from ledger.core.blacklist.consortium import Place, epoch_digest, epoch_terms, version_digest
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput, NotAllowed, NotFound
from ledger.services.blacklist.known import known_epoch, seen_members, signed_epoch, signed_version
from ledger.services.context import Act, Stores
from ledger.storage.chain_setup import chain_of_installation
from ledger.storage.consortium import EndorsementRow, consortium_of_installation, insert_endorsement
from ledger.storage.database import Connection
from ledger.storage.token_tree import version_numbered
from signing.algorithms import recover_address
from signing.errors import SigningError


@dataclass(frozen=True)
class Endorsement:
    """A member's signature; `version` is None for the epoch itself."""

    epoch: bytes
    version: int | None
    signature: bytes


def endorse(stores: Stores, act: Act, new: Endorsement, cadence_seconds: int) -> bool:
    """Store the signature; False where this member signed before.

    Raises NotAllowed ("permission.denied", "endorsement.not-a-member"), InvalidInput("endorsement.malformed"), NotFound
    ("endorsement.no-consortium", "epoch.unknown", "version.unknown").
    """
    require(act.principal, Action.BLACKLIST_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    digest, signers = stores.database.read(lambda tx: _expected(tx, act, new, cadence_seconds))
    try:
        signer = recover_address(digest, new.signature)
    except SigningError as error:
        raise InvalidInput("endorsement.malformed", error.message, field="signature") from error
    if signer not in signers:
        raise NotAllowed(
            "endorsement.not-a-member",
            "this is no member's signature under what this registry has: another version, another key, or a term that is over",
        )
    row = EndorsementRow(digest, signer, new.signature, format_instant(act.now))
    return stores.database.write(lambda tx: insert_endorsement(tx, row))


def _expected(tx: Connection, act: Act, new: Endorsement, cadence_seconds: int) -> tuple[bytes, set[bytes]]:
    """Return the digest that is to be signed, and the keys whose signatures count."""
    chain, row, seen = chain_of_installation(tx), consortium_of_installation(tx), seen_members(tx)
    if chain is None or row is None or seen is None:
        raise NotFound(
            "endorsement.no-consortium", "this registry has no consortium on chain: nothing is signed together here"
        )
    place = Place(chain.chain_id, row.registry)
    epoch = signed_epoch(known_epoch(tx, new.epoch)).epoch
    signers = {member.signer for member in seen.members.values() if member.is_standing(act.now)}
    if new.version is None:
        return epoch_digest(place, epoch_terms(epoch, cadence_seconds)), signers
    found = version_numbered(tx, new.epoch, new.version)
    if found is None:
        raise NotFound("version.unknown", f"this list has no version {new.version}")
    return version_digest(place, signed_version(found).record), signers
