"""`CheckpointRegistry`: what to send to it, how to read it, what its refusals mean.

Promises: call data and storage slots exactly as contracts/interfaces/ICheckpointRegistry.sol says; a revert is named.
Leaves to others: log ids, signatures and proofs (core), nonces, fees and keys (`transactions`), when to publish (services).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ledger.chain.artifact import Artifact, load
from ledger.chain.client import BlockTag, ChainClient
from ledger.chain.faults import Reverted
from ledger.core.log.evm_checkpoint import LogTerms
from ledger.errors import InvalidInput, VerificationFailed

Result = TypeVar("Result")
EQUIVOCATED: Final = 1  # flag bit 0: two roots at one size were proved
SUCCEEDED: Final = 2  # flag bit 1: the log has a successor, this head is the last
_PART: Final = 2**64 - 1
_HEADS_SLOT: Final = 0  # of the mapping from log id to head; a test compares it with the artifact's storage layout
_WORD: Final = 32


@dataclass(frozen=True, kw_only=True)
class Head:
    """The stored checkpoint of a log; size 0 before the first one, generation 0 where there is no such log."""

    size: int
    time: int
    flags: int
    generation: int
    root: bytes

    @property
    def equivocated(self) -> bool:
        """Two roots at one size were proved, for good."""
        return bool(self.flags & EQUIVOCATED)

    @property
    def succeeded(self) -> bool:
        """The log goes on elsewhere."""
        return bool(self.flags & SUCCEEDED)


def artifact() -> Artifact:
    """Return the compiled contract."""
    return load("CheckpointRegistry")


def creation_code() -> bytes:
    """Return the data of the transaction that deploys the contract."""
    return artifact().creation_code


def code_hash() -> bytes:
    """Return the hash of the contract's runtime bytes, which are the same on every chain."""
    return keccak(artifact().runtime_code)


def register_data(terms: LogTerms) -> bytes:
    """Return the call that registers a log."""
    return artifact().encode("register", _registration(terms))


def publish_data(
    log_id: bytes, size: int, root: bytes, *, proof: Sequence[bytes], signatures: Sequence[bytes]
) -> bytes:
    """Return the call that publishes a checkpoint: RFC 6962 proof from the stored size, signatures by ascending signer."""
    return artifact().encode("publish", log_id, size, root, list(proof), list(signatures))


def log_id_on_chain(client: ChainClient, registry: bytes, terms: LogTerms) -> bytes:
    """Ask the contract which id a log of these terms has."""
    found = view(client, registry, "logIdOf", _registration(terms))[0]
    return cast("bytes", found)


def head(client: ChainClient, registry: bytes, log_id: bytes, *, block: BlockTag = "latest") -> Head:
    """Ask the contract for a log's head; Reverted if it knows no such log."""
    size, time, flags, generation, root = cast(
        "tuple[int, int, int, int, bytes]", view(client, registry, "head", log_id, block=block)[0]
    )
    return Head(size=size, time=time, flags=flags, generation=generation, root=root)


def view(
    client: ChainClient, registry: bytes, function: str, *arguments: object, block: BlockTag = "latest"
) -> tuple[object, ...]:
    """Call a view of the contract by its name in the sources."""
    data = artifact().encode(function, *arguments)
    return artifact().decode(function, naming_reverts(lambda: client.call(registry, data, block=block)))


def require_deployed(client: ChainClient, registry: bytes) -> None:
    """Raise VerificationFailed `chain.no-registry` unless there is code at the address."""
    if not client.code(registry):
        raise VerificationFailed(
            "chain.no-registry",
            f"expected CheckpointRegistry at 0x{registry.hex()}, found no contract there; "
            "check the address and the chain, or deploy it with `tally chain deploy`",
        )


def naming_reverts(work: Callable[[], Result]) -> Result:
    """Do `work`; a revert that comes out of it carries the name of the contract's error."""
    try:
        return work()
    except Reverted as error:
        raise Reverted(error.data, artifact().error_text(error.data)) from error


def head_slots(log_id: bytes) -> tuple[int, int]:
    """Return the two storage slots of a log's head: the packed one, and that of the root."""
    if len(log_id) != _WORD:
        raise InvalidInput("chain.bad-log-id", f"expected a log id of {_WORD} bytes, got {len(log_id)}")
    first = int.from_bytes(keccak(encode(["bytes32", "uint256"], [log_id, _HEADS_SLOT])), "big")
    return first, (first + 1) % 2**256


def head_of_words(packed: int, root: int) -> Head:
    """Read the words of the two slots, as `eth_getProof` proves them."""
    return Head(
        size=packed & _PART,
        time=packed >> 64 & _PART,
        flags=packed >> 128 & _PART,
        generation=packed >> 192 & _PART,
        root=root.to_bytes(_WORD, "big"),
    )


def _registration(terms: LogTerms) -> tuple[object, ...]:
    return (
        terms.origin,
        terms.log_key,
        terms.cosigners,
        terms.threshold,
        terms.recovery,
        terms.recovery_threshold,
        terms.salt,
    )
