"""Deploy SignatureVerifier from the sender's account, once: it has no state, so whoever finds it elsewhere may use that one."""

from ledger.chain import verifier
from ledger.chain.client import ChainClient
from ledger.chain.transactions import DigestSigner
from ledger.errors import Unavailable
from ledger.services.context import Stores
from ledger.services.log.anchor_lane import take_lane
from ledger.services.log.anchor_parties import Turn
from ledger.services.log.setup_lane import Setup, settle

_SETUP = Setup("verifier", None, None, verifier.creation_code)


def deploy_verifier(stores: Stores, client: ChainClient, sender: DigestSigner, turn: Turn) -> bytes | None:
    """Return the contract's address; None while its block is not final: call again. Once deployed, nothing more is sent."""
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
    return receipt.contract
