"""Found the consortium on the chain and deploy its registry from the sender's account, once, and bind the installation to both."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.chain import blacklist_registry, consortium
from ledger.chain.client import ChainClient
from ledger.chain.transactions import DigestSigner
from ledger.core.blacklist.consortium import ChainMember
from ledger.core.log.directory import format_instant
from ledger.errors import Unavailable
from ledger.services.context import Stores
from ledger.services.log.anchor_lane import Lane, take_lane
from ledger.services.log.anchor_parties import Turn
from ledger.services.log.setup_lane import Setup, settle
from ledger.storage.consortium import ConsortiumRow, bind_consortium, consortium_of_installation


@dataclass(frozen=True)
class Founding:
    """The consortium's name and first members."""

    name: str
    founders: Sequence[ChainMember]


def deploy_consortium(
    stores: Stores, client: ChainClient, sender: DigestSigner, turn: Turn, founding: Founding
) -> ConsortiumRow | None:
    """Return where both contracts are; None while their blocks are not final: call again. A bound installation sends nothing.

    Raises Reverted for founders that the contract refuses, Conflict("consortium.already-bound").
    """
    bound = stores.database.read(consortium_of_installation)
    if bound is not None:
        return bound
    lane = take_lane(stores, client, sender, turn)
    if lane is None:
        return None
    try:
        row = _deploy(lane, founding)
    finally:
        lane.release()
    if row is not None:
        stores.database.write(lambda tx: bind_consortium(tx, row))
    return row


def _deploy(lane: Lane, founding: Founding) -> ConsortiumRow | None:
    code = consortium.creation_code(founding.name, founding.founders)
    found = _address(lane, Setup("blacklist:consortium", None, None, lambda: code))
    if found is None:
        return None
    registry = _address(lane, Setup("blacklist:registry", None, None, lambda: blacklist_registry.creation_code(found)))
    return None if registry is None else ConsortiumRow(found, registry, format_instant(lane.turn.now))


def _address(lane: Lane, setup: Setup) -> bytes | None:
    receipt = consortium.naming_reverts(lambda: settle(lane, setup))
    if receipt is None:
        return None
    if receipt.contract is None:
        raise Unavailable("chain.bad-answer", "expected the address of the deployed contract in its receipt, got none")
    return receipt.contract
