"""`BlacklistRegistry`: how to deploy it, open an epoch, put a version on record, and ask for a root.

Promises: call data and answers exactly as contracts/interfaces/IBlacklistRegistry.sol says; what a stored transaction was for is read
from its own bytes. Leaves to others: digests (core.blacklist.consortium), keys, sending.
"""

from collections.abc import Sequence
from typing import cast

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ledger.chain import consortium
from ledger.chain.artifact import Artifact, load
from ledger.chain.client import BlockTag, ChainClient
from ledger.chain.faults import Reverted
from ledger.core.blacklist.consortium import EpochTerms, seconds
from ledger.core.blacklist.versions import Version

PURPOSE = "blacklist"


def artifact() -> Artifact:
    """Return the compiled contract."""
    return load("BlacklistRegistry")


def code_hash() -> bytes:
    """Return the hash of the contract's runtime bytes, which are the same on every chain."""
    return keccak(artifact().runtime_code)


def creation_code(consortium_address: bytes) -> bytes:
    """Return the data of the transaction that deploys the registry of a consortium."""
    return artifact().creation_code + encode(["address"], [f"0x{consortium_address.hex()}"])


def open_epoch_data(terms: EpochTerms, signatures: Sequence[bytes]) -> bytes:
    """Return the call that opens an epoch: signatures by ascending signer."""
    struct = (terms.id, terms.keys, terms.threshold, terms.evaluators, terms.cadence, terms.closes_at)
    return artifact().encode("openEpoch", struct, list(signatures))


def publish_data(version: Version, signatures: Sequence[bytes]) -> bytes:
    """Return the call that puts a version on record: signatures by ascending signer."""
    return artifact().encode(
        "publish", version.epoch, version.number, seconds(version.at), version.root, list(signatures)
    )


def head(client: ChainClient, registry: bytes, epoch: bytes, *, block: BlockTag = "latest") -> tuple[int, int] | None:
    """Ask for number and time of an epoch's newest version on record (0, 0 before the first); None where it is not open there."""
    try:
        found = _view(client, registry, "head", epoch, block=block)
    except Reverted as error:
        if (error.name or "").startswith("BlacklistRegistryUnknownEpoch"):
            return None
        raise
    number, at, _ = cast("tuple[int, int, int]", found)
    return number, at


def cadence(client: ChainClient, registry: bytes, epoch: bytes) -> int:
    """Ask for the least number of seconds between two versions of an epoch that is open there."""
    return cast("tuple[bytes, bytes, int, int, int, int]", _view(client, registry, "epoch", epoch))[4]


def root(client: ChainClient, registry: bytes, epoch: bytes, number: int) -> bytes | None:
    """Ask for the root of a version; None where it is not on record."""
    try:
        return cast("bytes", _view(client, registry, "root", epoch, number))
    except Reverted as error:
        if (error.name or "").startswith(("BlacklistRegistryUnknownVersion", "BlacklistRegistryUnknownEpoch")):
            return None
        raise


def consortium_of(client: ChainClient, registry: bytes) -> bytes:
    """Ask which consortium's members sign here."""
    return bytes.fromhex(cast("str", _view(client, registry, "consortium")).removeprefix("0x"))


def purpose_of(to: bytes | None, data: bytes) -> str | None:
    """Return what a transaction of ours does for the blacklist; None for one that does not."""
    if to is None:
        codes = {"consortium": consortium.artifact(), "registry": artifact()}
        found = next((name for name, each in codes.items() if data.startswith(each.creation_code)), None)
        return None if found is None else f"{PURPOSE}:{found}"
    calls = (
        ("openEpoch", artifact(), "epoch"),
        ("publish", artifact(), "version"),
        ("propose", consortium.artifact(), "propose"),
        ("vote", consortium.artifact(), "vote"),
        ("enact", consortium.artifact(), "enact"),
    )
    selectors = {each.selector_of(function): name for function, each, name in calls}
    name = selectors.get(data[:4])
    return None if name is None else f"{PURPOSE}:{name}"


def _view(
    client: ChainClient, registry: bytes, function: str, *arguments: object, block: BlockTag = "latest"
) -> object:
    data = artifact().encode(function, *arguments)
    try:
        return artifact().decode(function, client.call(registry, data, block=block))[0]
    except Reverted as error:
        raise Reverted(error.data, artifact().error_text(error.data)) from error
