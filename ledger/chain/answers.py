"""Reading a node's JSON: exact or refused, whoever runs the node.

Promises: an answer that is not what EIP-1474 says raises Unavailable `chain.bad-answer` and names what was expected.
"""

import re
from typing import Final

import rlp
from eth_utils.crypto import keccak

from ledger.chain.facts import Block, StateProof, StorageProof, TxReceipt
from ledger.errors import Unavailable, VerificationFailed
from signing.canonical import Json

_QUANTITY: Final = re.compile(r"0x[0-9a-fA-F]{1,64}")
_DATA: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_MAX_PROOF_NODES: Final = 80  # a trie of 32-byte keys is at most 64 nodes deep

# Header fields in RLP order: those of London, then what each later fork appended (EIP-4895, 4844, 4788, 7685).
_BYTES_FIELDS: Final = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
)
_NUMBER_FIELDS: Final = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
_LATER_FIELDS: Final = (
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)


def bad_answer(expected: str) -> Unavailable:
    """Return the refusal of an answer that is not `expected`."""
    return Unavailable(
        "chain.bad-answer",
        f"expected {expected} from the chain's node, got something else; check that the RPC URL is an Ethereum node's",
    )


def member(answer: Json, name: str) -> Json:
    """Return a member of a JSON object."""
    if not isinstance(answer, dict) or name not in answer:
        raise bad_answer(f"an object with {name}")
    return answer[name]


def number(value: Json) -> int:
    """Read a 0x quantity."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise bad_answer("a quantity")
    return int(value, 16)


def data(value: Json, length: int | None = None) -> bytes:
    """Read 0x bytes, of `length` where it is given."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise bad_answer("hexadecimal data")
    found = bytes.fromhex(value[2:])
    if length is not None and len(found) != length:
        raise bad_answer(f"{length} bytes")
    return found


def block(answer: Json) -> Block:
    """Read a block object."""
    fee = (
        answer.get("baseFeePerGas") if isinstance(answer, dict) else None
    )  # mainnet's first 12,965,000 blocks have none
    return Block(
        number=number(member(answer, "number")),
        hash=data(member(answer, "hash"), 32),
        parent=data(member(answer, "parentHash"), 32),
        timestamp=number(member(answer, "timestamp")),
        state_root=data(member(answer, "stateRoot"), 32),
        base_fee=0 if fee is None else number(fee),
    )


def header_rlp(answer: Json) -> bytes:
    """Rebuild the header's RLP from a block object; VerificationFailed unless it hashes to the block's hash."""
    fields: list[bytes] = [data(member(answer, name)) for name in _BYTES_FIELDS]
    fields += [_minimal(member(answer, name)) for name in _NUMBER_FIELDS]
    fields += [data(member(answer, name)) for name in ("extraData", "mixHash", "nonce")]
    for name, is_number in _LATER_FIELDS:
        if isinstance(answer, dict) and answer.get(name) is not None:
            fields.append(_minimal(answer[name]) if is_number else data(answer[name], 32))
    encoded: bytes = rlp.encode(fields)
    if keccak(encoded) != data(member(answer, "hash"), 32):
        raise VerificationFailed(
            "chain.header-mismatch",
            "expected the block's fields to hash to the block's hash; the node alters headers or uses a fork "
            "this version does not know, so no evidence can be kept from it",
        )
    return encoded


def receipt(answer: Json) -> TxReceipt:
    """Read a transaction receipt."""
    created = member(answer, "contractAddress")
    return TxReceipt(
        transaction=data(member(answer, "transactionHash"), 32),
        block_number=number(member(answer, "blockNumber")),
        block_hash=data(member(answer, "blockHash"), 32),
        succeeded=number(member(answer, "status")) == 1,
        gas_used=number(member(answer, "gasUsed")),
        contract=None if created is None else data(created, 20),
    )


def state_proof(answer: Json) -> StateProof:
    """Read an eth_getProof answer."""
    slots = member(answer, "storageProof")
    if not isinstance(slots, list):
        raise bad_answer("a list of storage proofs")
    return StateProof(
        address=data(member(answer, "address"), 20),
        balance=number(member(answer, "balance")),
        nonce=number(member(answer, "nonce")),
        code_hash=data(member(answer, "codeHash"), 32),
        storage_root=data(member(answer, "storageHash"), 32),
        account_nodes=_nodes(member(answer, "accountProof")),
        slots=tuple(_slot(slot) for slot in slots),
    )


def _slot(answer: Json) -> StorageProof:
    return StorageProof(
        slot=number(member(answer, "key")),
        value=number(member(answer, "value")),
        nodes=_nodes(member(answer, "proof")),
    )


def _nodes(value: Json) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > _MAX_PROOF_NODES:
        raise bad_answer(f"at most {_MAX_PROOF_NODES} trie nodes")
    return tuple(data(node) for node in value)


def _minimal(value: Json) -> bytes:
    """RLP's form of a number: big endian without leading zeros."""
    found = number(value)
    return found.to_bytes((found.bit_length() + 7) // 8, "big")
