"""What a chain node says about the blocks that a receipt rests on, for `tally verify` without --offline.

Promises: a node counts only after it answered for the very chain (id and first block) that the trust policy names; a node that is
away or on another chain changes no answer, and the note says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from api.commands.service_address import running_service
from api.settings import Settings
from ledger.chain.client import ChainClient
from ledger.chain.remote import connect
from ledger.core.evidence.package import Package
from ledger.core.evidence.trust import TrustedChain, TrustPolicy
from ledger.core.evidence.verify_file import NOTHING_CONFIRMED, ConfirmedHeader
from ledger.errors import InvalidInput, LedgerError
from ledger.services.evidence.verify_upload import confirm_headers

_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Asked:
    """What was confirmed, and one line that says who was asked."""

    confirmed: Mapping[int, ConfirmedHeader]
    note: str


def ask_chain(policy: TrustPolicy, package: Package, rpc: str | None) -> Asked:
    """Ask the node at `rpc`, or the service that runs on this data folder; raise InvalidInput for an --rpc that cannot be asked."""
    if policy.chain is None:
        return Asked(NOTHING_CONFIRMED, "The chain was not asked: your trust policy names none.")
    url = rpc or own_rpc()
    if url is None:
        message = (
            "The chain was not asked: no --rpc, and no service runs here. What your trust policy pins still counts."
        )
        return Asked(NOTHING_CONFIRMED, message)
    client = connect(url, timeout_seconds=_TIMEOUT_SECONDS, confirmations=policy.chain.finality or None)
    try:
        _require_chain(client, policy.chain)
    except LedgerError as error:
        if rpc is not None:
            raise
        return Asked(NOTHING_CONFIRMED, f"The chain was not asked: {error.message} [{error.code}]")
    confirmed = confirm_headers(client, package)
    return Asked(
        confirmed,
        f"The chain was asked: {len(confirmed)} block(s) confirmed by {'--rpc' if rpc else 'the service that runs here'}.",
    )


def _require_chain(client: ChainClient, chain: TrustedChain) -> None:
    found = client.chain_id()
    if found != chain.chain_id:
        raise InvalidInput(
            "verify.wrong-chain",
            f"expected a node of chain {chain.chain_id}, as your trust policy names it; got {found}",
        )
    if client.genesis_hash() != chain.genesis:
        raise InvalidInput(
            "verify.wrong-chain", f"this node's chain {found} began with another block than your trust policy says"
        )


def own_rpc() -> str | None:
    """Return where the chain of the service that runs on this data folder answers; None where none runs."""
    url = running_service(Settings())
    return None if url is None else f"{url}/rpc"
