"""The keys with which a log's sequencer signs, held against what the log says of itself before the first signature.

Promises: a key that the log does not name, or that was made for another purpose, signs nothing. DESIGN 1 (one key, one
purpose) and 3. Leaves to others: opening keys (signing.keys) and which contract the installation trusts (the settings).
"""

from dataclasses import dataclass

from ledger.core.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.core.log.evm_checkpoint import Registry, log_checkpoint_digest
from ledger.core.log.note import VerifierKey
from ledger.errors import Unavailable
from ledger.storage.logs import LogRow
from signing.algorithms import Suite, recover_address
from signing.keys.signer import EvmSigner, Signer

_PURPOSE = "log"
_EVM_PURPOSE = "log-evm"


@dataclass(frozen=True, kw_only=True)
class LogSigners:
    """A log's two keys: `note` signs notes, `evm` signs the same checkpoints for `registry` (None: no contract yet)."""

    note: Signer
    evm: EvmSigner
    registry: Registry | None = None


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint as a note, and signed for the registry where the log is registered."""

    note: bytes
    evm_signature: bytes | None


def require_own_keys(log: LogRow, signers: LogSigners) -> VerifierKey:
    """Return the key under which the log's notes verify; raise Unavailable("log.wrong-key" | "log.no-registry")."""
    key = VerifierKey.parse(log.public_key)
    public = signers.note.public
    if (signers.note.purpose, public.suite, public.raw, key.name) != (_PURPOSE, Suite.ED25519, key.raw, log.origin):
        raise _wrong_key(log, key.encode(), f"{public.key_id}, made for {signers.note.purpose}")
    if (signers.evm.purpose, signers.evm.address) != (_EVM_PURPOSE, log.evm_address):
        raise _wrong_key(log, log.evm_address.hex(), f"{signers.evm.address.hex()}, made for {signers.evm.purpose}")
    if log.registry_log_id is not None and signers.registry is None:
        raise Unavailable(
            "log.no-registry",
            f"{log.origin} is registered on a chain: expected the chain id and address of its contract, got none; "
            "name them in the settings",
        )
    return key


def sign_for(log: LogRow, signers: LogSigners, checkpoint: Checkpoint) -> SignedCheckpoint:
    """Sign a checkpoint whose root was checked; a signature that does not verify at once is an error, never stored."""
    key = require_own_keys(log, signers)
    note = sign_checkpoint(checkpoint, key, signers.note.sign)
    if log.registry_log_id is None or signers.registry is None:
        return SignedCheckpoint(note, None)
    digest = log_checkpoint_digest(signers.registry, log.registry_log_id, size=checkpoint.size, root=checkpoint.root)
    signature = signers.evm.sign_digest(digest)
    if recover_address(digest, signature) != log.evm_address:
        raise _wrong_key(log, log.evm_address.hex(), "a signature of another key")
    return SignedCheckpoint(note, signature)


def _wrong_key(log: LogRow, expected: str, got: str) -> Unavailable:
    return Unavailable(
        "log.wrong-key", f"expected the key {expected} of {log.origin}, got {got}: load the key files of this log"
    )
