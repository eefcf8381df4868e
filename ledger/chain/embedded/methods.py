"""The JSON-RPC methods of the embedded chain: one function each, from parameters to answer.

Promises: each bounds its own work (call gas, blocks and results of a log query, slots of a proof).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from eth.abc import BlockHeaderAPI, LogAPI

from ledger.chain.embedded import params
from ledger.chain.embedded.faults import LIMIT_EXCEEDED, RpcFault
from ledger.chain.embedded.shapes import (
    base_fee_of,
    block_json,
    hex_data,
    logs_json,
    receipt_json,
    topics_of,
    transaction_json,
)
from ledger.chain.embedded.view import View
from signing.canonical import Json

MAX_LOG_BLOCKS: Final = 1_000  # 1-2 ms each where the bloom filter matches
MAX_LOGS: Final = 1_000
MAX_PROOF_SLOTS: Final = 64
PRIORITY_FEE: Final = 10**9  # wei; nobody competes for these blocks
CLIENT_VERSION: Final = "tallystick-embedded/v1"
_MAX_TOPICS: Final = 4
_MAX_ALTERNATIVES: Final = 32


def _chain_id(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 0, 0)
    return hex(view.chain.chain_id)


def _net_version(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 0, 0)
    return str(view.chain.chain_id)


def _client_version(_view: View, arguments: list[Json]) -> Json:
    _count(arguments, 0, 0)
    return CLIENT_VERSION


def _block_number(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 0, 0)
    return hex(view.head.block_number)


def _gas_price(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 0, 0)
    return hex(base_fee_of(view.head) + PRIORITY_FEE)


def _priority_fee(_view: View, arguments: list[Json]) -> Json:
    _count(arguments, 0, 0)
    return hex(PRIORITY_FEE)


def _block_by_number(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 2)
    if isinstance(arguments[0], dict):
        raise params.bad("a block tag or number")
    return _block_or_null(view, arguments[0], arguments[1:])


def _block_by_hash(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 2)
    block_hash = hex_data(params.fixed(arguments[0], 32))
    return _block_or_null(view, {"blockHash": block_hash}, arguments[1:])


def _block_or_null(view: View, place: Json, full: list[Json]) -> Json:
    whole = params.flag(full[0]) if full else False
    try:
        header = view.header(place)
    except RpcFault as fault:
        if fault.message == "header not found":
            return None
        raise
    return block_json(view.block(header), full=whole)


def _transaction(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 1)
    place = view.place_of(params.fixed(arguments[0], 32))
    if place is None:
        return None
    block, index = place
    return transaction_json(block.transactions[index], block.header, index)


def _receipt(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 1)
    place = view.place_of(params.fixed(arguments[0], 32))
    if place is None:
        return None
    block, index = place
    return receipt_json(block, view.receipts(block), index)


def _balance(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 2)
    return hex(view.balance(_at(view, arguments, 1), params.address(arguments[0])))


def _nonce(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 2)
    return hex(view.nonce(_at(view, arguments, 1), params.address(arguments[0])))


def _code(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 2)
    return hex_data(view.code(_at(view, arguments, 1), params.address(arguments[0])))


def _storage(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 2, 3)
    address, slot = params.address(arguments[0]), params.word(arguments[1])
    return hex_data(view.storage(_at(view, arguments, 2), address, slot).to_bytes(32, "big"))


def _call(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 2)
    return hex_data(view.call(_at(view, arguments, 1), params.call(arguments[0])))


def _proof(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 3, 3)
    slots = arguments[1]
    if not isinstance(slots, list) or len(slots) > MAX_PROOF_SLOTS:
        raise params.bad(f"a list of at most {MAX_PROOF_SLOTS} storage slots")
    named = [(str(slot), params.word(slot)) for slot in slots]
    return view.proof(_at(view, arguments, 2), params.address(arguments[0]), named)


def _logs(view: View, arguments: list[Json]) -> Json:
    _count(arguments, 1, 1)
    query = arguments[0]
    if not isinstance(query, dict) or not {"fromBlock", "toBlock", "blockHash", "address", "topics"}.issuperset(query):
        raise params.bad("a filter of fromBlock, toBlock or blockHash, address and topics")
    wanted = _log_filter(query)
    found: list[Json] = []
    for header in _log_range(view, query):
        found += _matching_logs(view, header, wanted) if header.bloom else []
        if len(found) > MAX_LOGS:
            raise RpcFault(LIMIT_EXCEEDED, f"more than {MAX_LOGS} results: narrow the filter")
    return found


def _matching_logs(view: View, header: BlockHeaderAPI, wanted: Callable[[LogAPI], bool]) -> list[Json]:
    block = view.block(header)
    receipts = view.receipts(block)
    return [
        written
        for index, receipt in enumerate(receipts)
        for log, written in zip(receipt.logs, logs_json(block, receipts, index), strict=True)
        if wanted(log)
    ]


def _log_range(view: View, query: dict[str, Json]) -> Iterator[BlockHeaderAPI]:
    if "blockHash" in query:
        if len({"fromBlock", "toBlock"} & set(query)):
            raise params.bad("either blockHash or a range")
        return iter([view.header({"blockHash": query["blockHash"]})])
    first = view.header(query.get("fromBlock", "latest")).block_number
    last = view.header(query.get("toBlock", "latest")).block_number
    if last - first >= MAX_LOG_BLOCKS:
        raise RpcFault(LIMIT_EXCEEDED, f"expected a range of at most {MAX_LOG_BLOCKS} blocks")
    return (view.header(hex(number)) for number in range(first, last + 1))


def _log_filter(query: dict[str, Json]) -> Callable[[LogAPI], bool]:
    addresses = _alternatives(query.get("address"), 20)
    topics = query.get("topics") or []
    if not isinstance(topics, list) or len(topics) > _MAX_TOPICS:
        raise params.bad("at most four topics")
    wanted = [_alternatives(topic, 32) for topic in topics]

    def matches(log: LogAPI) -> bool:
        found = topics_of(log)
        return (
            (addresses is None or log.address in addresses)
            and len(found) >= len(wanted)
            and all(choice is None or topic in choice for topic, choice in zip(found, wanted, strict=False))
        )

    return matches


def _alternatives(value: Json, length: int) -> frozenset[bytes] | None:
    """Read null (anything), one value, or a list of them."""
    if value is None or value == []:
        return None
    listed = value if isinstance(value, list) else [value]
    if len(listed) > _MAX_ALTERNATIVES:
        raise params.bad(f"at most {_MAX_ALTERNATIVES} alternatives")
    return frozenset(params.fixed(item, length) for item in listed)


def _at(view: View, arguments: list[Json], position: int) -> BlockHeaderAPI:
    return view.header(arguments[position] if len(arguments) > position else "latest")


def _count(arguments: list[Json], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        raise params.bad(f"{least} to {most} parameters, got {len(arguments)}")


PUBLIC: Final[Mapping[str, Callable[[View, list[Json]], Json]]] = {
    "eth_blockNumber": _block_number,
    "eth_call": _call,
    "eth_chainId": _chain_id,
    "eth_gasPrice": _gas_price,
    "eth_getBalance": _balance,
    "eth_getBlockByHash": _block_by_hash,
    "eth_getBlockByNumber": _block_by_number,
    "eth_getCode": _code,
    "eth_getLogs": _logs,
    "eth_getProof": _proof,
    "eth_getStorageAt": _storage,
    "eth_getTransactionByHash": _transaction,
    "eth_getTransactionCount": _nonce,
    "eth_getTransactionReceipt": _receipt,
    "eth_maxPriorityFeePerGas": _priority_fee,
    "net_version": _net_version,
    "web3_clientVersion": _client_version,
}
