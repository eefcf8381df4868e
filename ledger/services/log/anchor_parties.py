"""Who takes part in anchoring: cosigners of checkpoints, the sender of transactions, the worker whose turn it is.

Promises: a cosigner signs one message, a checkpoint of one log in one registry; where its key lives is its own affair,
so another institution's cosigner over HTTP fits beside the local one. Leaves keys to signing.keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.chain.transactions import DigestSigner
from ledger.core.log.anchoring import AnchorPolicy
from ledger.core.log.evm_checkpoint import Registry, publish_digest


@dataclass(frozen=True, kw_only=True)
class CheckpointMessage:
    """What cosigners sign: the log's checkpoint, under the present generation of its cosigner set."""

    registry: Registry
    log_id: bytes
    generation: int
    size: int
    root: bytes

    @property
    def digest(self) -> bytes:
        return publish_digest(self.registry, self.log_id, generation=self.generation, size=self.size, root=self.root)


class Cosigner(Protocol):
    """A source of cosignatures."""

    @property
    def address(self) -> bytes:
        """The 20-byte address under which the registry knows it."""
        ...

    def cosign(self, message: CheckpointMessage) -> bytes:
        """Return the EIP-712 signature (65 bytes); Unavailable where it cannot be had now, NotAllowed where refused."""
        ...


@dataclass(frozen=True)
class LocalCosigner:
    """A cosigner whose key is in this process: self-operated, not independent."""

    key: DigestSigner

    @property
    def address(self) -> bytes:
        return self.key.address

    def cosign(self, message: CheckpointMessage) -> bytes:
        return self.key.sign_digest(message.digest)


@dataclass(frozen=True, kw_only=True)
class AnchorKeys:
    """The account that pays, and whoever cosigns."""

    sender: DigestSigner
    cosigners: Sequence[Cosigner]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One turn of one worker. `holder` is unique to the worker; its lease on the nonces outlives a crash by `lease_seconds`."""

    now: datetime
    holder: str
    policy: AnchorPolicy
    lease_seconds: float = 15.0
