"""Bind the installation to one chain and one registry, once; refuse every other from then on (DESIGN sections 4 and 10)."""

from dataclasses import dataclass
from datetime import datetime

from ledger.chain import registry as contract
from ledger.chain.client import ChainClient
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict, Unavailable, VerificationFailed
from ledger.services.context import Stores
from ledger.storage.chain_setup import BindingRow, chain_of_installation, insert_binding
from signing.algorithms import keccak256

__all__ = ["BindingRow", "Deployed", "bind_chain", "known_binding", "require_binding"]


@dataclass(frozen=True)
class Deployed:
    """Where the registry is, and by which transaction it came there, if that was ours."""

    registry: bytes
    transaction: bytes | None = None
    block_number: int | None = None


def bind_chain(stores: Stores, client: ChainClient, deployed: Deployed, now: datetime) -> BindingRow:
    """Record chain and registry once and return them; the same again is welcome.

    Raises VerificationFailed("chain.no-registry" | "chain.wrong-code") unless our contract is there,
    Conflict("chain.already-bound") when the installation belongs to another.
    """
    row = _inspect(client, deployed, now)
    bound = known_binding(stores)
    if bound is None:
        stores.database.write(lambda tx: insert_binding(tx, row))
        return row
    if (bound.chain_id, bound.genesis_hash, bound.registry) != (row.chain_id, row.genesis_hash, row.registry):
        raise Conflict(
            "chain.already-bound",
            f"expected registry 0x{bound.registry.hex()} on chain {bound.chain_id}, to which this installation is bound, "
            f"got 0x{row.registry.hex()} on chain {row.chain_id}: use another data folder for another chain",
        )
    return bound


def known_binding(stores: Stores) -> BindingRow | None:
    """Return the chain and registry of this installation, None before the first start is through."""
    return stores.database.read(chain_of_installation)


def require_binding(client: ChainClient, binding: BindingRow) -> None:
    """Refuse to go on with another chain than the recorded one.

    Raises Unavailable: "chain.wrong-id", "chain.wrong-genesis", "chain.registry-missing".
    """
    try:
        client.require_chain(chain_id=binding.chain_id, genesis=binding.genesis_hash)
    except VerificationFailed as error:
        raise Unavailable(error.code, error.message) from error
    if keccak256(client.code(binding.registry)) != binding.code_hash:
        raise Unavailable(
            "chain.registry-missing",
            f"expected CheckpointRegistry at 0x{binding.registry.hex()} on chain {binding.chain_id}, as recorded at the first "
            "start, found other code or none there: check the RPC URL, or restore the chain's folder",
        )


def _inspect(client: ChainClient, deployed: Deployed, now: datetime) -> BindingRow:
    contract.require_deployed(client, deployed.registry)
    found = keccak256(client.code(deployed.registry))
    if found != contract.code_hash():
        raise VerificationFailed(
            "chain.wrong-code",
            f"expected the code with hash {contract.code_hash().hex()} at 0x{deployed.registry.hex()}, got {found.hex()}: "
            "it is another contract or another version of this one",
        )
    return BindingRow(
        chain_id=client.chain_id(),
        genesis_hash=client.genesis_hash(),
        registry=deployed.registry,
        code_hash=found,
        deployed_transaction=deployed.transaction,
        block_number=deployed.block_number,
        at=format_instant(now),
    )
