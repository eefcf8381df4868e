"""Bind this installation to a consortium that others founded: its registry's address says which."""

from datetime import datetime

from ledger.chain import blacklist_registry, consortium
from ledger.chain.client import ChainClient
from ledger.core.log.directory import format_instant
from ledger.errors import VerificationFailed
from ledger.services.context import Stores
from ledger.storage.consortium import ConsortiumRow, bind_consortium
from signing.algorithms import keccak256


def join_consortium(stores: Stores, client: ChainClient, registry: bytes, now: datetime) -> ConsortiumRow:
    """Record both contracts, once; raise VerificationFailed("chain.wrong-code"), Conflict("consortium.already-bound")."""
    _require_registry(client, registry)
    found = blacklist_registry.consortium_of(client, registry)
    consortium.require_consortium(client, found)
    row = ConsortiumRow(found, registry, format_instant(now))
    stores.database.write(lambda tx: bind_consortium(tx, row))
    return row


def _require_registry(client: ChainClient, address: bytes) -> None:
    expected, found = blacklist_registry.code_hash(), keccak256(client.code(address))
    if found != expected:
        raise VerificationFailed(
            "chain.wrong-code",
            f"expected BlacklistRegistry with code hash {expected.hex()} at 0x{address.hex()}, got {found.hex()}: it is another "
            "contract, another version of this one, or none",
        )
