"""Send a proposal, a vote or an enactment to the consortium, through the sender's lane: stored first, sent, sent again."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.chain import consortium
from ledger.chain.client import ChainClient
from ledger.chain.transactions import DigestSigner
from ledger.errors import Unavailable
from ledger.services.context import Stores
from ledger.services.log.anchor_lane import take_lane
from ledger.services.log.anchor_parties import Turn
from ledger.services.log.setup_lane import Setup, settle
from ledger.storage.consortium import consortium_of_installation


@dataclass(frozen=True)
class Deed:
    """What is done, once: its name, and its call data, which are asked for when nothing was sent yet."""

    name: str  # propose:…, vote:…, enact:…
    data: Callable[[], bytes]


def act_in_consortium(stores: Stores, client: ChainClient, sender: DigestSigner, turn: Turn, deed: Deed) -> bool:
    """Say whether it is done in a final block: call again while it is not.

    Raises Reverted with the contract's own error, Unavailable("consortium.none").
    """
    row = stores.database.read(consortium_of_installation)
    if row is None:
        raise Unavailable(
            "consortium.none",
            "this installation has no consortium on chain: `tally up` founds one, or see `tally chain deploy --help`",
        )
    lane = take_lane(stores, client, sender, turn)
    if lane is None:
        return False
    setup = Setup(f"blacklist:{deed.name}", None, row.consortium, deed.data)
    try:
        return consortium.naming_reverts(lambda: settle(lane, setup)) is not None
    finally:
        lane.release()
