"""Deploy CheckpointRegistry from the sender's account, once: at the first start of an embedded chain, or by `tally chain deploy`."""

from ledger.chain import registry
from ledger.chain.client import ChainClient
from ledger.chain.transactions import DigestSigner
from ledger.errors import Unavailable
from ledger.services.context import Stores
from ledger.services.log.anchor_lane import take_lane
from ledger.services.log.anchor_parties import Turn
from ledger.services.log.bind_chain import Deployed, known_binding
from ledger.services.log.setup_lane import Setup, settle

_SETUP = Setup("deploy", None, None, registry.creation_code)


def deploy_registry(stores: Stores, client: ChainClient, sender: DigestSigner, turn: Turn) -> Deployed | None:
    """Return where the registry is, to be given to `bind_chain`; None while its block is not final: call again.

    An installation that is bound gets its registry back and sends nothing.
    """
    bound = known_binding(stores)
    if bound is not None:
        return Deployed(bound.registry, bound.deployed_transaction, bound.block_number)
    lane = take_lane(stores, client, sender, turn)
    if lane is None:
        return None
    try:
        receipt = settle(lane, _SETUP)
    finally:
        lane.release()
    if receipt is None:
        return None
    if receipt.contract is None:
        raise Unavailable("chain.bad-answer", "expected the address of the deployed contract in its receipt, got none")
    return Deployed(receipt.contract, receipt.transaction, receipt.block_number)
