"""The JSON that Ethereum nodes answer with, made from py-evm's blocks, transactions and receipts.

Promises: every header field is present, so that a reader can rebuild the header and find the same hash.
EIP-1474 and the execution-apis schemas.
"""

from collections.abc import Iterable, Sequence
from typing import Final, cast

from eth.abc import BlockAPI, BlockHeaderAPI, LogAPI, ReceiptAPI, SignedTransactionAPI
from eth.vm.forks.prague.blocks import PragueBlockHeader
from eth_utils.crypto import keccak
from rlp import encode as rlp_encode

from signing.canonical import Json

_NUMBERS: Final = {
    "number": "block_number",
    "difficulty": "difficulty",
    "gasLimit": "gas_limit",
    "gasUsed": "gas_used",
    "timestamp": "timestamp",
    "baseFeePerGas": "base_fee_per_gas",
    "blobGasUsed": "blob_gas_used",
    "excessBlobGas": "excess_blob_gas",
}
_BYTES: Final = {
    "parentHash": "parent_hash",
    "sha3Uncles": "uncles_hash",
    "miner": "coinbase",
    "stateRoot": "state_root",
    "transactionsRoot": "transaction_root",
    "receiptsRoot": "receipt_root",
    "extraData": "extra_data",
    "mixHash": "mix_hash",
    "nonce": "nonce",
    "withdrawalsRoot": "withdrawals_root",
    "parentBeaconBlockRoot": "parent_beacon_block_root",
    "requestsHash": "requests_hash",
}


def hex_data(value: bytes) -> str:
    """Write bytes as 0x data."""
    return "0x" + value.hex()


def block_json(block: BlockAPI, *, full: bool) -> dict[str, Json]:
    """Write a block with its transactions in full or by hash."""
    transactions = [
        transaction_json(transaction, block.header, index) if full else hex_data(transaction.hash)
        for index, transaction in enumerate(block.transactions)
    ]
    return {
        **header_json(block.header),
        "size": hex(len(rlp_encode(block))),
        "uncles": [],
        "withdrawals": [],
        "transactions": list[Json](transactions),
    }


def header_json(header: BlockHeaderAPI) -> dict[str, Json]:
    """Write all 21 fields of a Prague header, and its hash."""
    fields = cast("PragueBlockHeader", header).as_dict()
    numbers = {name: hex(fields[field]) for name, field in _NUMBERS.items()}
    words = {name: hex_data(fields[field]) for name, field in _BYTES.items()}
    return {**numbers, **words, "hash": hex_data(header.hash), "logsBloom": _bloom(header.bloom)}


def base_fee_of(header: BlockHeaderAPI) -> int:
    """Return the base fee, which every block of this chain has."""
    return header.base_fee_per_gas or 0


def transaction_json(transaction: SignedTransactionAPI, header: BlockHeaderAPI, index: int) -> dict[str, Json]:
    """Write a mined EIP-1559 transaction (the only kind this chain takes)."""
    return {
        **_place(header, index),
        "type": "0x2",
        "hash": hex_data(transaction.hash),
        "chainId": hex(transaction.chain_id or 0),
        "nonce": hex(transaction.nonce),
        "from": hex_data(transaction.sender),
        "to": hex_data(transaction.to) if transaction.to else None,
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "gasPrice": hex(_price(transaction, header)),
        "maxFeePerGas": hex(transaction.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
        "input": hex_data(transaction.data),
        "accessList": [],
        "v": hex(transaction.y_parity),
        "yParity": hex(transaction.y_parity),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
    }


def receipt_json(block: BlockAPI, receipts: Sequence[ReceiptAPI], index: int) -> dict[str, Json]:
    """Write the receipt of the block's transaction `index`."""
    transaction, receipt, header = block.transactions[index], receipts[index], block.header
    before = receipts[index - 1].gas_used if index else 0
    creates = not transaction.to and receipt.state_root == b"\x01"
    return {
        **_place(header, index),
        "type": "0x2",
        "transactionHash": hex_data(transaction.hash),
        "from": hex_data(transaction.sender),
        "to": hex_data(transaction.to) if transaction.to else None,
        "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
        "gasUsed": hex(receipt.gas_used - before),
        "cumulativeGasUsed": hex(receipt.gas_used),
        "effectiveGasPrice": hex(_price(transaction, header)),
        "contractAddress": hex_data(_created(transaction)) if creates else None,
        "logsBloom": _bloom(receipt.bloom),
        "logs": list[Json](logs_json(block, receipts, index)),
    }


def logs_json(block: BlockAPI, receipts: Sequence[ReceiptAPI], index: int) -> list[dict[str, Json]]:
    """Write the events of the block's transaction `index`."""
    first = sum(len(receipt.logs) for receipt in receipts[:index])
    place = {
        **_place(block.header, index),
        "transactionHash": hex_data(block.transactions[index].hash),
        "removed": False,
    }
    return [
        {**place, **_log_json(log), "logIndex": hex(first + position)}
        for position, log in enumerate(receipts[index].logs)
    ]


def topics_of(log: LogAPI) -> list[bytes]:
    """Return the topics as words; py-evm keeps them as numbers."""
    return [topic.to_bytes(32, "big") for topic in log.topics]


def proof_json(nodes: Iterable[object]) -> list[Json]:
    """Write trie nodes as eth_getProof does: the root and every node that is referred to by hash.

    A node shorter than a hash stands inside its parent and is not listed again.
    """
    encoded = [rlp_encode(node) for node in nodes]
    return [hex_data(node) for position, node in enumerate(encoded) if position == 0 or len(node) >= 32]  # noqa: PLR2004  # shorter ones stand in their parent


def _log_json(log: LogAPI) -> dict[str, Json]:
    return {
        "address": hex_data(log.address),
        "topics": [hex_data(topic) for topic in topics_of(log)],
        "data": hex_data(log.data),
    }


def _bloom(bits: int) -> str:
    return hex_data(bits.to_bytes(256, "big"))


def _place(header: BlockHeaderAPI, index: int) -> dict[str, Json]:
    return {
        "blockHash": hex_data(header.hash),
        "blockNumber": hex(header.block_number),
        "transactionIndex": hex(index),
    }


def _price(transaction: SignedTransactionAPI, header: BlockHeaderAPI) -> int:
    offered = base_fee_of(header) + transaction.max_priority_fee_per_gas
    return min(offered, transaction.max_fee_per_gas)


def _created(transaction: SignedTransactionAPI) -> bytes:
    return keccak(rlp_encode([transaction.sender, transaction.nonce]))[-20:]
