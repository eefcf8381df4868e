"""What an EVM block header and `eth_getProof` prove, checked without any node (EIP-1186, Yellow Paper; docs/formats/chain-proof.md).

Promises: from a header's bytes its hash and state root, from these one account and its storage words, absence included;
every byte given is covered by a hash or refused.
Leaves to others: whether the header is part of the chain. A header alone proves nothing: anybody can write one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.core.evidence import rlp, trie
from ledger.errors import VerificationFailed
from signing.algorithms import keccak256

NO_CODE = bytes.fromhex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")  # keccak256 of no bytes

_HEADER_FIELDS_LEAST = 15  # London and later only add fields at the end; those we do not read are covered by the hash
_HEADER_FIELDS_MOST = 32
_PARENT, _STATE_ROOT, _NUMBER, _TIMESTAMP = 0, 3, 8, 11
_ACCOUNT_FIELDS = 4
_ADDRESS_BYTES, _WORD_BYTES = 20, 32
_HEAD_SLOTS = 2
_UINT64 = 2**64 - 1
_FLAG_EQUIVOCATED = 1
_QUANTITY_BYTES = 8  # block numbers, times and nonces are 64-bit


@dataclass(frozen=True)
class Header:
    hash: bytes
    number: int
    parent_hash: bytes
    state_root: bytes
    timestamp: int  # seconds since 1970, as the block's proposer states them


@dataclass(frozen=True)
class Account:
    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


NO_ACCOUNT = Account(0, 0, trie.EMPTY_ROOT, NO_CODE)


def read_header(header_rlp: bytes) -> Header:
    """Return what a header's bytes say, and the block hash that they have."""
    fields = rlp.strings(rlp.decode(header_rlp), least=_HEADER_FIELDS_LEAST, most=_HEADER_FIELDS_MOST)
    return Header(
        hash=keccak256(header_rlp),
        number=rlp.integer(fields[_NUMBER], max_bytes=_QUANTITY_BYTES),
        parent_hash=_word(fields[_PARENT], "parent hash"),
        state_root=_word(fields[_STATE_ROOT], "state root"),
        timestamp=rlp.integer(fields[_TIMESTAMP], max_bytes=_QUANTITY_BYTES),
    )


def prove_account(state_root: bytes, address: bytes, proof: Sequence[bytes]) -> Account:
    """Return the account at a 20-byte address under `state_root`; NO_ACCOUNT where the proof shows that there is none."""
    if len(address) != _ADDRESS_BYTES:
        raise VerificationFailed(
            "chain.malformed", f"expected an address of {_ADDRESS_BYTES} bytes, got {len(address)}"
        )
    leaf = trie.lookup(state_root, keccak256(address), proof)
    if leaf is None:
        return NO_ACCOUNT
    nonce, balance, storage_root, code_hash = rlp.strings(rlp.decode(leaf), least=_ACCOUNT_FIELDS, most=_ACCOUNT_FIELDS)
    return Account(
        nonce=rlp.integer(nonce, max_bytes=_QUANTITY_BYTES),
        balance=rlp.integer(balance, max_bytes=_WORD_BYTES),
        storage_root=_word(storage_root, "storage root"),
        code_hash=_word(code_hash, "code hash"),
    )


def prove_word(storage_root: bytes, slot: int, proof: Sequence[bytes]) -> int:
    """Return the storage word at `slot`, 0 where the proof shows that nothing was ever written or it was cleared."""
    leaf = trie.lookup(storage_root, keccak256(slot.to_bytes(_WORD_BYTES, "big")), proof)
    if leaf is None:
        return 0
    word = rlp.decode(leaf)
    if not isinstance(word, bytes):
        raise VerificationFailed("chain.malformed", "expected a storage word, got a list")
    return rlp.integer(
        word, max_bytes=_WORD_BYTES
    )  # some nodes keep a cleared slot as an empty word: zero all the same


def _word(field: bytes, name: str) -> bytes:
    if len(field) != _WORD_BYTES:
        raise VerificationFailed("chain.malformed", f"expected a {name} of {_WORD_BYTES} bytes, got {len(field)}")
    return field


@dataclass(frozen=True)
class Registry:
    """Where a log's checkpoint stands: the contract's address, the hash of its code, and the log's id in it."""

    address: bytes
    code_hash: bytes
    log_id: bytes


@dataclass(frozen=True)
class RegistryHead:
    """What a registry holds about one log as of one block."""

    header: Header
    size: int
    time: int
    flags: int
    generation: int
    root: bytes

    @property
    def is_equivocated(self) -> bool:
        return bool(self.flags & _FLAG_EQUIVOCATED)


def prove_head(
    header_rlp: bytes, account_proof: Sequence[bytes], storage_proofs: Sequence[Sequence[bytes]], registry: Registry
) -> RegistryHead:
    """Return the log's head in `registry` as of the header's block; `storage_proofs` are of its packed word and of its root.

    Raises VerificationFailed: "chain.wrong-code" where another contract stands at the address, "chain.unknown-log" where
    it holds no such log, and the codes of headers, tries and RLP.
    """
    if len(storage_proofs) != _HEAD_SLOTS:
        raise VerificationFailed(
            "chain.malformed", f"expected proofs of {_HEAD_SLOTS} slots, got {len(storage_proofs)}"
        )
    header = read_header(header_rlp)
    account = prove_account(header.state_root, registry.address, account_proof)
    if account.code_hash != registry.code_hash:
        raise VerificationFailed(
            "chain.wrong-code", f"expected code with hash {registry.code_hash.hex()}, got {account.code_hash.hex()}"
        )
    slot = head_slot(registry.log_id)
    words = [prove_word(account.storage_root, slot + place, proof) for place, proof in enumerate(storage_proofs)]
    size, time, flags, generation = (words[0] >> shift & _UINT64 for shift in (0, 64, 128, 192))
    if generation == 0:
        raise VerificationFailed("chain.unknown-log", f"the registry holds no log with id {registry.log_id.hex()}")
    return RegistryHead(header, size, time, flags, generation, words[1].to_bytes(_WORD_BYTES, "big"))


def head_slot(log_id: bytes) -> int:
    """Return the first of the two storage slots of a log's head: the registry's mapping stands at slot 0."""
    return int.from_bytes(keccak256(_word(log_id, "log id") + bytes(_WORD_BYTES)), "big")
