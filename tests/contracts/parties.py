"""The people of the contract tests: keys, registrations and EIP-712 signatures made with eth-account, not with our code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

TYPES: dict[str, list[dict[str, str]]] = {
    name: [{"type": word.split()[0], "name": word.split()[1]} for word in fields.split(",")]
    for name, fields in {
        "Checkpoint": "bytes32 logId,uint64 generation,uint64 size,bytes32 root",
        "Rotation": "bytes32 logId,uint64 generation,address[] cosigners,uint64 threshold",
        "Successor": "bytes32 logId,uint64 generation,bytes32 successor",
        "Recovery": "bytes32 logId,uint64 proposal,bytes32 successor",
        "RecoveryCancellation": "bytes32 logId,uint64 generation,uint64 proposal",
        "LogCheckpoint": "bytes32 logId,uint64 size,bytes32 root",
    }.items()
}


def keys(label: str, count: int) -> list[LocalAccount]:
    """`count` fixed key pairs, ascending by address."""
    made = [Account.from_key(keccak(text=f"{label} {number}")) for number in range(count)]
    return sorted(made, key=lambda key: int(key.address, 16))


@dataclass(frozen=True)
class Domain:
    """Where a signature counts: one contract on one chain."""

    chain_id: int
    registry: str

    def fields(self) -> dict[str, object]:
        return {
            "name": "Tallystick CheckpointRegistry",
            "version": "1",
            "chainId": self.chain_id,
            "verifyingContract": self.registry,
        }

    def sign(self, key: LocalAccount, kind: str, message: dict[str, object]) -> bytes:
        """One 65-byte signature over an EIP-712 message of this kind."""
        signable = encode_typed_data(self.fields(), {kind: TYPES[kind]}, message)
        return bytes(key.sign_message(signable).signature)

    def sign_all(self, signers: Sequence[LocalAccount], kind: str, **message: object) -> list[bytes]:
        return [self.sign(key, kind, message) for key in signers]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A registration with the private keys behind it."""

    origin: str = "ledger.example/main"
    log_key: LocalAccount = field(default_factory=lambda: keys("log", 1)[0])
    cosigners: list[LocalAccount] = field(default_factory=lambda: keys("cosigner", 3))
    threshold: int = 2
    recovery: list[LocalAccount] = field(default_factory=lambda: keys("recovery", 3))
    recovery_threshold: int = 2
    salt: bytes = bytes(32)

    def registration(self) -> tuple[object, ...]:
        """As the contract's struct."""
        return (
            self.origin,
            self.log_key.address,
            [key.address for key in self.cosigners],
            self.threshold,
            [key.address for key in self.recovery],
            self.recovery_threshold,
            self.salt,
        )
