"""What a member signs for the contract: the version that its own copy has, and the epoch of its own policy.

Promises: a version is signed only from a copy whose root was computed here. Leaves to others: sending, the key.
"""

from collections.abc import Callable

from ledger.core.blacklist.consortium import ListChain, Place, epoch_digest, epoch_terms, version_digest
from ledger.core.blacklist.epochs import Epoch
from ledger.partner.snapshot import Snapshot
from signing.canonical import Json

Sign = Callable[[bytes], bytes]


def endorse_epoch(chain: ListChain, epoch: Epoch, cadence_seconds: int, sign: Sign) -> dict[str, Json]:
    """Return the endorsement of an epoch, as the registry takes it."""
    digest = epoch_digest(Place(chain.chain_id, chain.registry), epoch_terms(epoch, cadence_seconds))
    return {"epoch": epoch.id.hex(), "version": None, "signature": sign(digest).hex()}


def endorse_version(chain: ListChain, snapshot: Snapshot, sign: Sign) -> dict[str, Json]:
    """Return the endorsement of the version that an own copy has; raise VerificationFailed("sync.root-differs")."""
    snapshot.check_root()
    version = snapshot.version.record
    digest = version_digest(Place(chain.chain_id, chain.registry), version)
    return {"epoch": version.epoch.hex(), "version": version.number, "signature": sign(digest).hex()}
