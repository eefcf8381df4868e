"""What a chain says about itself, as values: blocks, receipts, fees, proofs.

Promises: every field was read strictly from the node's answer. Leaves to others: whether to believe it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Block:
    """A header, as far as anchoring needs it."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int
    state_root: bytes
    base_fee: int


@dataclass(frozen=True, kw_only=True)
class Fees:
    """EIP-1559 offers in wei per gas."""

    max_fee: int
    priority_fee: int


@dataclass(frozen=True, kw_only=True)
class TxReceipt:
    """The outcome of a mined transaction; `contract` is set where it created one."""

    transaction: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    contract: bytes | None


@dataclass(frozen=True, kw_only=True)
class StorageProof:
    """One slot: its value and the trie nodes from the account's storage root."""

    slot: int
    value: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class StateProof:
    """An account at one block: the trie nodes from the state root, and its slots (EIP-1186)."""

    address: bytes
    balance: int
    nonce: int
    code_hash: bytes
    storage_root: bytes
    account_nodes: tuple[bytes, ...]
    slots: tuple[StorageProof, ...]
