"""Whether a version of the blacklist is on record on the chain that a check policy names: answer 6 of a check, for `tally verify`.

Promises: a node counts only for the very chain, and our contract's code, that the policy names; a node that is away leaves the answer
"not checked"; another root is a "no".
"""

from api.commands.verify_check import NOT_CHECKED, OnRecord
from api.commands.verify_online import own_rpc
from ledger.chain import blacklist_registry
from ledger.chain.client import ChainClient
from ledger.chain.remote import connect
from ledger.core.blacklist.consortium import ListChain
from ledger.core.blacklist.versions import Version
from ledger.errors import LedgerError
from signing.algorithms import keccak256

_TIMEOUT_SECONDS = 10.0


def version_on_record(chain: ListChain, version: Version, rpc: str | None) -> OnRecord:
    """Ask the node at `rpc`, or the service that runs on this data folder; raise what the node at `rpc` raises."""
    url = rpc or own_rpc()
    if url is None:
        return OnRecord(NOT_CHECKED, "nobody was asked: name a node that you trust with --rpc")
    try:
        return _ask(connect(url, timeout_seconds=_TIMEOUT_SECONDS), chain, version)
    except LedgerError as error:
        if rpc is not None:
            raise
        return OnRecord(NOT_CHECKED, f"the chain was not asked: {error.message} [{error.code}]")


def _ask(client: ChainClient, chain: ListChain, version: Version) -> OnRecord:
    client.require_chain(chain_id=chain.chain_id, genesis=chain.genesis)
    place = f"BlacklistRegistry 0x{chain.registry.hex()} on chain {chain.chain_id}"
    if keccak256(client.code(chain.registry)) != blacklist_registry.code_hash():
        return OnRecord("no", f"there is no contract of ours at {place}")
    found = blacklist_registry.root(client, chain.registry, version.epoch, version.number)
    if found is None:
        return OnRecord(NOT_CHECKED, f"version {version.number} is not on record at {place}: not yet, or passed over")
    if found != version.root:
        return OnRecord("no", f"{place} has another root for version {version.number}: two lists were signed")
    return OnRecord("yes", f"{place} has this root for version {version.number}, says the node")
