"""The embedded chain as one object: open the folder, send, read, close.

Promises: one block per accepted transaction and none without; a block is durable before `send` answers; the same
transaction sent twice is mined once; safe to use from many threads.
Leaves to others: keys (the caller names funded addresses), time and randomness (arguments). DESIGN section 4.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from eth.abc import SignedTransactionAPI
from eth.db.atomic import AtomicDB
from eth.exceptions import PyEVMError
from eth_keys.exceptions import BadSignature
from eth_typing import BlockNumber
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from ledger.chain.client import ChainClient
from ledger.chain.embedded import methods, params, rpc
from ledger.chain.embedded.faults import SERVER_ERROR, RpcFault
from ledger.chain.embedded.lock import FolderLock
from ledger.chain.embedded.machine import BLOCK_GAS_LIMIT, Machine, bind, write_genesis
from ledger.chain.embedded.shapes import base_fee_of, hex_data
from ledger.chain.embedded.store import Overlay, SqliteStore
from ledger.chain.embedded.view import View
from ledger.errors import Unavailable
from signing.canonical import Json

_CHAIN_ID_KEY: Final = b"tally:chain-id"
_CHAIN_ID_FLOOR: Final = 2**40  # above every public chain, so that a signature for this one fits no other
_DYNAMIC_FEE: Final = 2  # EIP-1559 transaction type


class EmbeddedChain:
    """An open chain folder; use `open` to get one and `close` (or `with`) to let it go."""

    def __init__(self, lock: FolderLock, store: SqliteStore, clock: Callable[[], int]) -> None:
        self._lock = lock
        self._store = store
        self._clock = clock
        self._sending = threading.Lock()
        self.chain_id = int.from_bytes(store[_CHAIN_ID_KEY], "big")
        self._machine = bind(self.chain_id)
        self._own_methods: Mapping[str, rpc.Method] = {
            **methods.PUBLIC,
            "eth_estimateGas": self._estimate,
            "eth_sendRawTransaction": self._send_raw,
        }

    @classmethod
    def open(
        cls, folder: Path, *, funded: Sequence[bytes], random: Callable[[int], bytes], clock: Callable[[], int]
    ) -> Self:
        """Open the chain in `folder`; make it if the folder is new.

        A new chain takes its id from `random` and gives its money to the `funded` addresses; both are ignored later.
        `clock` answers Unix seconds. Raises Conflict `chain.already-open`; Unavailable if the file cannot be used.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FolderLock(folder)
        try:
            store = SqliteStore(folder / "chain.sqlite")
            if _CHAIN_ID_KEY not in store:
                _create(store, funded, random, clock)
            return cls(lock, store, clock)
        except BaseException:
            lock.release()
            raise

    def client(self) -> ChainClient:
        """Return a client of this chain; blocks are final at once, since there is one maker and no reorg."""
        return ChainClient(self, confirmations=0)

    def request(self, method: str, arguments: list[Json]) -> Json:
        """Answer this process's own client: everything that is public, and sending."""
        body: Json = {"jsonrpc": "2.0", "id": 1, "method": method, "params": arguments}
        return rpc.answer_one(body, self._newest, self._own_methods)

    def handle_rpc(self, body: bytes) -> bytes:
        """Answer a stranger's JSON-RPC body (single or batch), read-only; never raises."""
        return rpc.answer(body, self._newest)

    def send(self, raw: bytes) -> bytes:
        """Mine a signed EIP-1559 transaction in a block of its own; return its hash. RpcFault if it cannot be."""
        with self._sending:
            transaction = self._decode(raw)
            if self._newest().place_of(transaction.hash) is None:
                self._mine(transaction)
            return bytes(transaction.hash)

    def close(self) -> None:
        """Close the file and release the folder; a second call does nothing."""
        with self._sending:
            self._store.close()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _newest(self) -> View:
        return View(self._machine, self._store)

    def _decode(self, raw: bytes) -> SignedTransactionAPI:
        if not raw or raw[0] != _DYNAMIC_FEE:
            raise RpcFault(SERVER_ERROR, "transaction type not supported: expected EIP-1559 (type 2)")
        try:
            transaction = (
                self._machine.get_vm_class_for_block_number(BlockNumber(0)).get_transaction_builder().decode(raw)
            )
            transaction.validate()
            sender = transaction.sender
        except (RLPException, ValidationError, BadSignature, PyEVMError, ValueError, TypeError) as error:
            raise RpcFault(SERVER_ERROR, "rlp: invalid transaction or signature") from error
        if transaction.chain_id != self.chain_id:
            raise RpcFault(SERVER_ERROR, f"invalid chain id: expected {self.chain_id}, got {transaction.chain_id}")
        if transaction.encode() != raw or transaction.access_list or not sender:
            raise RpcFault(SERVER_ERROR, "rlp: expected the canonical encoding, without an access list")
        return transaction

    def _mine(self, transaction: SignedTransactionAPI) -> None:
        overlay = Overlay(self._store)
        chain = self._machine(AtomicDB(overlay))
        head = chain.get_canonical_head()
        chain.set_header_timestamp(max(self._clock(), head.timestamp + 1))
        _check_affordable(chain, transaction)
        try:
            chain.mine_all([transaction])
        except RecursionError as error:
            raise RpcFault(SERVER_ERROR, "calls are nested too deeply for this chain") from error
        except (ValidationError, PyEVMError) as error:
            raise RpcFault(SERVER_ERROR, "intrinsic gas too low, or another rule of the EVM is broken") from error
        self._store.write(overlay.changes)

    def _send_raw(self, _view: View, arguments: list[Json]) -> Json:
        if len(arguments) != 1:
            raise params.bad("one raw transaction")
        return hex_data(self.send(params.data(arguments[0])))

    def _estimate(self, view: View, arguments: list[Json]) -> Json:
        if len(arguments) not in (1, 2):
            raise params.bad("a call object and a block")
        return hex(view.estimate(params.call(arguments[0]), BLOCK_GAS_LIMIT))


def _create(
    store: SqliteStore, funded: Sequence[bytes], random: Callable[[int], bytes], clock: Callable[[], int]
) -> None:
    """Write genesis and chain id in one transaction: a process killed here leaves nothing behind."""
    if not funded:
        raise Unavailable(
            "chain.no-account", "expected at least one address to fund on a new embedded chain; make a sender key first"
        )
    chain_id = _CHAIN_ID_FLOOR + int.from_bytes(random(5), "big")
    overlay = Overlay(store)
    write_genesis(bind(chain_id), AtomicDB(overlay), funded, clock())
    store.write({**overlay.changes, _CHAIN_ID_KEY: chain_id.to_bytes(8, "big")})


def _check_affordable(chain: Machine, transaction: SignedTransactionAPI) -> None:
    """Refuse with the words that every node uses, since clients read them (`ledger.chain.client`)."""
    state, header, base_fee = chain.get_vm().state, chain.header, base_fee_of(chain.header)
    nonce = state.get_nonce(transaction.sender)
    if transaction.nonce != nonce:
        low_or_high = "low" if transaction.nonce < nonce else "high"
        raise RpcFault(SERVER_ERROR, f"nonce too {low_or_high}: expected {nonce}, got {transaction.nonce}")
    if transaction.max_fee_per_gas < base_fee:
        raise RpcFault(SERVER_ERROR, f"max fee per gas less than block base fee ({base_fee})")
    if transaction.gas > header.gas_limit:
        raise RpcFault(SERVER_ERROR, f"exceeds block gas limit ({header.gas_limit})")
    if state.get_balance(transaction.sender) < transaction.value + transaction.gas * transaction.max_fee_per_gas:
        raise RpcFault(SERVER_ERROR, "insufficient funds for gas * price + value")
