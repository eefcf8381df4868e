"""The messages of the CheckpointRegistry contract: the digests that cosigners and the log's own EVM key sign, and a log's id.

Promises: byte for byte what the contract computes (contracts/interfaces/ICheckpointRegistry.sol; a differential test holds
them together). Leaves to others: signing, transactions, and whether the contract is the one that the trust policy names.
"""

from dataclasses import dataclass

from ledger.core.log.checkpoint import MAX_ORIGIN
from ledger.core.log.hashing import HASH_BYTES
from ledger.errors import InvalidInput
from signing.algorithms import keccak256
from signing.errors import InvalidEncoding
from signing.typed_data import Domain, Field, typed_digest

DOMAIN_NAME = "Tallystick CheckpointRegistry"
DOMAIN_VERSION = "1"

_WORD_BYTES = 32
_ADDRESS_BYTES = 20
_MAX_MEMBERS = 64  # the contract's bound on the gas of a quorum
_HEAD_WORDS = 9  # the members of the encoded tuple before its two lists


@dataclass(frozen=True)
class Registry:
    """One deployed CheckpointRegistry: the chain and its address there."""

    chain_id: int
    address: bytes

    @property
    def domain(self) -> Domain:
        """The EIP-712 domain of its messages."""
        return Domain(DOMAIN_NAME, DOMAIN_VERSION, self.chain_id, self.address)


@dataclass(frozen=True, kw_only=True)
class LogTerms:
    """Everything that a log's id commits to: addresses in ascending order, thresholds that count them, a free salt."""

    origin: str
    log_key: bytes
    cosigners: tuple[bytes, ...]
    threshold: int
    recovery: tuple[bytes, ...]
    recovery_threshold: int
    salt: bytes


def publish_fields(log_id: bytes, generation: int, size: int, root: bytes) -> tuple[Field, ...]:
    """Return the members of `Checkpoint`, which cosigners sign (a wallet shows them)."""
    return (
        Field("logId", "bytes32", log_id),
        Field("generation", "uint64", generation),
        Field("size", "uint64", size),
        Field("root", "bytes32", root),
    )


def publish_digest(registry: Registry, log_id: bytes, *, generation: int, size: int, root: bytes) -> bytes:
    """Return the 32 bytes that a cosigner of this generation signs; raise InvalidInput("checkpoint.not-encodable")."""
    try:
        return typed_digest(registry.domain, "Checkpoint", publish_fields(log_id, generation, size, root))
    except InvalidEncoding as error:
        raise InvalidInput("checkpoint.not-encodable", error.message) from error


def log_checkpoint_digest(registry: Registry, log_id: bytes, *, size: int, root: bytes) -> bytes:
    """Return the 32 bytes that the log's own EVM key signs; two roots at one size are proof of equivocation."""
    try:
        fields = (Field("logId", "bytes32", log_id), Field("size", "uint64", size), Field("root", "bytes32", root))
        return typed_digest(registry.domain, "LogCheckpoint", fields)
    except InvalidEncoding as error:
        raise InvalidInput("checkpoint.not-encodable", error.message) from error


def log_id(registry: Registry, terms: LogTerms) -> bytes:
    """Return the id under which the contract keeps this log: keccak256 of the ABI encoding of its terms.

    Raises InvalidInput("log-terms.malformed") for terms that the contract would refuse by their shape.
    """
    _check_terms(terms)
    cosigners_at = _HEAD_WORDS * _WORD_BYTES
    recovery_at = cosigners_at + (1 + len(terms.cosigners)) * _WORD_BYTES
    words = [
        _number(registry.chain_id),
        _address(registry.address),
        keccak256(terms.origin.encode()),
        _address(terms.log_key),
        _number(cosigners_at),
        _number(terms.threshold),
        _number(recovery_at),
        _number(terms.recovery_threshold),
        terms.salt,
    ]
    return keccak256(b"".join(words) + _addresses(terms.cosigners) + _addresses(terms.recovery))


def _check_terms(terms: LogTerms) -> None:
    if not 1 <= len(terms.origin.encode()) <= MAX_ORIGIN or len(terms.salt) != HASH_BYTES:
        raise InvalidInput(
            "log-terms.malformed", f"expected an origin of 1 to {MAX_ORIGIN} bytes and a salt of {HASH_BYTES}"
        )
    for members, threshold in ((terms.cosigners, terms.threshold), (terms.recovery, terms.recovery_threshold)):
        if list(members) != sorted(set(members)) or not 1 <= threshold <= len(members) <= _MAX_MEMBERS:
            raise InvalidInput(
                "log-terms.malformed",
                f"expected at most {_MAX_MEMBERS} ascending addresses and a threshold of 1 to all, got {threshold} of {len(members)}",
            )


def _number(value: int) -> bytes:
    return value.to_bytes(_WORD_BYTES, "big")


def _address(value: bytes) -> bytes:
    if len(value) != _ADDRESS_BYTES:
        raise InvalidInput("log-terms.malformed", f"expected an address of {_ADDRESS_BYTES} bytes, got {len(value)}")
    return value.rjust(_WORD_BYTES, b"\0")


def _addresses(members: tuple[bytes, ...]) -> bytes:
    return _number(len(members)) + b"".join(_address(member) for member in members)
