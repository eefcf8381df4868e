"""Where the versions of a list stand on the chain: read from rows, so every process tells the same."""

from dataclasses import dataclass

from ledger.core.blacklist.consortium import ListChain
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage.chain_setup import chain_of_installation
from ledger.storage.consortium import consortium_of_installation, newest_on_chain
from ledger.storage.database import Connection
from signing.canonical import Json


@dataclass(frozen=True, kw_only=True)
class OnChain:
    """The contract of this list, and the newest version that is on record there in a final block; 0 while none is.

    `cadence` is what members sign when they open an epoch there.
    """

    chain_id: int
    registry: bytes
    consortium: bytes
    final: int
    cadence: int

    def to_json(self) -> dict[str, Json]:
        return {
            "chain_id": self.chain_id,
            "registry": f"0x{self.registry.hex()}",
            "consortium": f"0x{self.consortium.hex()}",
            "final": self.final,
            "cadence": self.cadence,
        }


def read_on_chain(stores: Stores, act: Act, epoch_id: bytes, cadence_seconds: int) -> OnChain | None:
    """Return what is known; None where this list has no contract. Raises NotAllowed."""
    require(act.principal, Action.BLACKLIST_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: _read(tx, epoch_id, cadence_seconds))


def list_chain(tx: Connection) -> ListChain | None:
    """Return where this registry's versions are on record, as its policy states it."""
    chain, row = chain_of_installation(tx), consortium_of_installation(tx)
    return None if chain is None or row is None else ListChain(chain.chain_id, chain.genesis_hash, row.registry)


def _read(tx: Connection, epoch_id: bytes, cadence_seconds: int) -> OnChain | None:
    chain, row = chain_of_installation(tx), consortium_of_installation(tx)
    if chain is None or row is None:
        return None
    return OnChain(
        chain_id=chain.chain_id,
        registry=row.registry,
        consortium=row.consortium,
        final=newest_on_chain(tx, epoch_id),
        cadence=cadence_seconds,
    )
