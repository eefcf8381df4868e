"""Reading the embedded chain at one moment: blocks, accounts, proofs, calls.

Promises: nothing read here changes the chain (writes of a call go to an overlay that is dropped); every answer of one
view follows from one head. Leaves to others: JSON-RPC (`rpc`), making blocks (`chain`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from eth.abc import BlockAPI, BlockHeaderAPI, ComputationAPI, ReceiptAPI, SignedTransactionAPI
from eth.db.atomic import AtomicDB
from eth.exceptions import HeaderNotFound, OutOfGas, Revert, TransactionNotFound, VMError
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address, BlockNumber, Hash32
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError
from rlp import decode as rlp_decode
from rlp.sedes import big_endian_int
from trie import HexaryTrie

from ledger.chain.embedded import params
from ledger.chain.embedded.faults import REVERTED, SERVER_ERROR, RpcFault
from ledger.chain.embedded.machine import Machine
from ledger.chain.embedded.shapes import hex_data, proof_json
from ledger.chain.embedded.store import Overlay, SqliteStore
from signing.canonical import Json

_LATEST = frozenset({"latest", "safe", "finalized", "pending"})  # one owner, no reorgs, no pool: all four are the head


class View:
    """The chain as of its newest block at construction."""

    def __init__(self, machine: type[Machine], store: SqliteStore) -> None:
        self._database = AtomicDB(Overlay(store))
        self.chain = machine(self._database)
        self.head: BlockHeaderAPI = self.chain.get_canonical_head()

    def header(self, place: Json) -> BlockHeaderAPI:
        """Find the header at a tag, a number, or an EIP-1898 object; RpcFault if there is none."""
        if isinstance(place, dict):
            return self._header_by_object(place)
        if isinstance(place, str) and place in _LATEST:
            return self.head
        number = 0 if place == "earliest" else params.quantity(place)
        if number > self.head.block_number:
            raise RpcFault(SERVER_ERROR, "header not found")
        return self.chain.get_canonical_block_header_by_number(BlockNumber(number))

    def header_by_hash(self, block_hash: bytes) -> BlockHeaderAPI:
        """Find the header of a canonical block."""
        try:
            return self.chain.get_block_header_by_hash(Hash32(block_hash))
        except HeaderNotFound as error:
            raise RpcFault(SERVER_ERROR, "header not found") from error

    def _header_by_object(self, place: dict[str, Json]) -> BlockHeaderAPI:
        if set(place) <= {"blockHash", "requireCanonical"} and "blockHash" in place:
            return self.header_by_hash(params.fixed(place["blockHash"], 32))
        if set(place) == {"blockNumber"}:
            return self.header(hex(params.quantity(place["blockNumber"])))
        raise params.bad("a block tag, number, or {blockHash} or {blockNumber}")

    def block(self, header: BlockHeaderAPI) -> BlockAPI:
        """Return the whole block of a header."""
        return self.chain.get_block_by_header(header)

    def receipts(self, block: BlockAPI) -> tuple[ReceiptAPI, ...]:
        """Return the receipts of a block."""
        return tuple(block.get_receipts(self.chain.chaindb))

    def place_of(self, transaction_hash: bytes) -> tuple[BlockAPI, int] | None:
        """Return the block and index of a mined transaction, by py-evm's index."""
        try:
            number, index = self.chain.get_canonical_transaction_index(Hash32(transaction_hash))
        except TransactionNotFound:
            return None
        return self.block(self.chain.get_canonical_block_header_by_number(number)), index

    def balance(self, header: BlockHeaderAPI, address: bytes) -> int:
        """Return an account's wei."""
        return int(self.chain.get_vm(header).state.get_balance(Address(address)))

    def nonce(self, header: BlockHeaderAPI, address: bytes) -> int:
        """Return an account's next nonce."""
        return int(self.chain.get_vm(header).state.get_nonce(Address(address)))

    def code(self, header: BlockHeaderAPI, address: bytes) -> bytes:
        """Return an account's code."""
        return bytes(self.chain.get_vm(header).state.get_code(Address(address)))

    def storage(self, header: BlockHeaderAPI, address: bytes, slot: int) -> int:
        """Return the word in a storage slot."""
        return int(self.chain.get_vm(header).state.get_storage(Address(address), slot))

    def call(self, header: BlockHeaderAPI, message: params.Call) -> bytes:
        """Execute without a trace; RpcFault where it fails."""
        return bytes(_succeeded(self._execute(header, message)).output)

    def estimate(self, message: params.Call, gas_limit: int) -> int:
        """Return a gas limit that suffices on the head: the least found by doubling in eighths from what was used."""
        generous = params.Call(**{**vars(message), "gas": gas_limit})
        gas = int(_succeeded(self._execute(self.head, generous)).get_gas_used())
        gas += self._transaction(self.head, generous).intrinsic_gas
        while gas < gas_limit:
            trial = self._execute(self.head, params.Call(**{**vars(message), "gas": gas}))
            if not trial.is_error:
                return gas
            gas += gas // 8 + 1
        return gas_limit

    def proof(self, header: BlockHeaderAPI, address: bytes, slots: list[tuple[str, int]]) -> dict[str, Json]:
        """Prove an account and its slots against the header's state root (EIP-1186)."""
        state = self.chain.get_vm(header).state
        storage_root = self._storage_root(header, address)
        account_nodes = HexaryTrie(self._database, header.state_root).get_proof(keccak(address))
        return {
            "address": hex_data(address),
            "accountProof": proof_json(account_nodes),
            "balance": hex(state.get_balance(Address(address))),
            "nonce": hex(state.get_nonce(Address(address))),
            "codeHash": hex_data(keccak(state.get_code(Address(address)))),
            "storageHash": hex_data(storage_root),
            "storageProof": [self._storage_proof(storage_root, name, slot) for name, slot in slots],
        }

    def _storage_root(self, header: BlockHeaderAPI, address: bytes) -> bytes:
        account = HexaryTrie(self._database, header.state_root)[keccak(address)]
        return bytes(rlp_decode(account)[2]) if account else bytes(keccak(b"\x80"))

    def _storage_proof(self, storage_root: bytes, name: str, slot: int) -> dict[str, Json]:
        trie, key = HexaryTrie(self._database, storage_root), keccak(slot.to_bytes(32, "big"))
        value = rlp_decode(trie[key], big_endian_int) if trie[key] else 0
        return {"key": name, "value": hex(value), "proof": proof_json(trie.get_proof(key))}

    def _execute(self, header: BlockHeaderAPI, message: params.Call) -> ComputationAPI:
        with _refusing():
            vm = self.chain.get_vm(header.copy(base_fee_per_gas=0))
            return vm.state.apply_transaction(self._transaction(header, message))

    def _transaction(self, header: BlockHeaderAPI, message: params.Call) -> SignedTransactionAPI:
        unsigned = self.chain.create_unsigned_transaction(
            nonce=self.nonce(header, message.sender),
            gas_price=0,
            gas=message.gas,
            to=Address(message.to),
            value=message.value,
            data=message.data,
        )
        return cast("SignedTransactionAPI", SpoofTransaction(unsigned, from_=message.sender))  # it stands in for one


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn py-evm's refusal to execute into an error object."""
    try:
        yield
    except RecursionError as error:
        raise RpcFault(SERVER_ERROR, "execution failed: calls are nested too deeply for this chain") from error
    except (ValidationError, VMError) as error:
        raise RpcFault(SERVER_ERROR, "the call cannot be executed: not enough balance or gas") from error


def _succeeded(computation: ComputationAPI) -> ComputationAPI:
    if not computation.is_error:
        return computation
    if isinstance(computation.error, Revert):
        raise RpcFault(REVERTED, "execution reverted", hex_data(bytes(computation.output)))
    reason = "out of gas" if isinstance(computation.error, OutOfGas) else "the code failed"
    raise RpcFault(SERVER_ERROR, f"execution failed: {reason}")
