"""One chain, through one node: read blocks, accounts and proofs, send signed transactions.

Promises: every failure is one of ours with a stable code; answers are read strictly; sending is idempotent.
Leaves to others: transport (`remote`, `embedded`), what a transaction says (`registry`), retries (the worker).
"""

from typing import Final, Literal, Protocol, TypeAlias

from eth_utils.crypto import keccak

from ledger.chain import answers
from ledger.chain.facts import Block, Fees, StateProof, TxReceipt
from ledger.chain.faults import refusal
from ledger.errors import LedgerError, NotFound, VerificationFailed
from signing.canonical import Json

BlockTag: TypeAlias = int | Literal["latest", "finalized"]
_BASE_FEE_ROOM: Final = 2  # the base fee can double within six full blocks


class Node(Protocol):
    """A door to one Ethereum node."""

    def request(self, method: str, arguments: list[Json]) -> Json:
        """Return the JSON-RPC response object; raise Unavailable where there is none."""
        ...


class ChainClient:
    """A chain as one node tells it. `confirmations` replaces the `finalized` tag where a chain has none."""

    def __init__(self, node: Node, *, confirmations: int | None = None) -> None:
        self._node = node
        self._confirmations = confirmations

    def chain_id(self) -> int:
        """Return the chain id."""
        return answers.number(self._ask("eth_chainId"))

    def genesis_hash(self) -> bytes:
        """Return the hash of block 0."""
        return self.block(0).hash

    def require_chain(self, *, chain_id: int, genesis: bytes) -> None:
        """Raise VerificationFailed unless this is the chain that was meant."""
        found = self.chain_id()
        if found != chain_id:
            raise VerificationFailed(
                "chain.wrong-id", f"expected chain {chain_id}, got {found}; check the chain setting or the RPC URL"
            )
        found_genesis = self.genesis_hash()
        if found_genesis != genesis:
            raise VerificationFailed(
                "chain.wrong-genesis",
                f"expected a chain that begins with block {genesis.hex()}, got {found_genesis.hex()}: "
                "it has the same id but another history; check the RPC URL, or the chain folder's backup",
            )

    def block(self, tag: BlockTag) -> Block:
        """Return a block; NotFound if the chain is not that long."""
        return answers.block(self._block_object(tag))

    def header_rlp(self, block_hash: bytes) -> bytes:
        """Return the header's RLP, which hashes to `block_hash`."""
        found = self._ask("eth_getBlockByHash", _hex(block_hash), False)
        if found is None:
            raise _no_block(_hex(block_hash))
        encoded = answers.header_rlp(found)
        if keccak(encoded) != block_hash:
            raise answers.bad_answer("the block that was asked for")
        return encoded

    def balance(self, address: bytes) -> int:
        """Return an account's wei."""
        return answers.number(self._ask("eth_getBalance", _hex(address), "latest"))

    def pending_nonce(self, address: bytes) -> int:
        """Return the next nonce of an account, counting what the node holds unmined."""
        return answers.number(self._ask("eth_getTransactionCount", _hex(address), "pending"))

    def mined_nonce(self, address: bytes) -> int:
        """Return how many transactions of an account are mined."""
        return answers.number(self._ask("eth_getTransactionCount", _hex(address), "latest"))

    def code(self, address: bytes) -> bytes:
        """Return an account's code."""
        return answers.data(self._ask("eth_getCode", _hex(address), "latest"))

    def fees(self) -> Fees:
        """Return an offer that the next blocks will take."""
        priority = answers.number(self._ask("eth_maxPriorityFeePerGas"))
        return Fees(max_fee=self.block("latest").base_fee * _BASE_FEE_ROOM + priority, priority_fee=priority)

    def call(self, to: bytes, data: bytes, *, block: BlockTag = "latest") -> bytes:
        """Execute a view; Reverted if the contract refuses."""
        return answers.data(self._ask("eth_call", {"to": _hex(to), "data": _hex(data)}, self._place(block)))

    def estimate_gas(self, sender: bytes, to: bytes | None, data: bytes) -> int:
        """Return the gas a transaction would use; Reverted if the contract would refuse it."""
        message: dict[str, Json] = {"from": _hex(sender), "data": _hex(data)}
        if to is not None:
            message["to"] = _hex(to)
        return answers.number(self._ask("eth_estimateGas", message))

    def send_raw(self, raw: bytes) -> bytes:
        """Hand a signed transaction to the node and return its hash; sending it again is no error.

        Raises Conflict `chain.nonce-used`, `chain.underpriced` and others of `faults`; `chain.unreachable` leaves it
        open whether the node took it: send the same bytes again.
        """
        expected = keccak(raw)
        try:
            found = answers.data(self._ask("eth_sendRawTransaction", _hex(raw)), 32)
        except LedgerError:
            if self.knows(expected):
                return expected
            raise
        if found != expected:
            raise answers.bad_answer("the hash of the transaction that was sent")
        return expected

    def knows(self, transaction: bytes) -> bool:
        """Say whether the node holds this transaction, mined or not."""
        return self._ask("eth_getTransactionByHash", _hex(transaction)) is not None

    def receipt(self, transaction: bytes) -> TxReceipt | None:
        """Return the outcome of a transaction, or None while it is not in the present chain."""
        found = self._ask("eth_getTransactionReceipt", _hex(transaction))
        if found is None:
            return None
        receipt = answers.receipt(found)
        if receipt.transaction != transaction:
            raise answers.bad_answer("the receipt that was asked for")
        return receipt

    def proof(self, address: bytes, slots: tuple[int, ...], block: BlockTag) -> StateProof:
        """Return the Merkle proof of an account and its slots at a block; check it against the header before use."""
        keys: list[Json] = [_hex(slot.to_bytes(32, "big")) for slot in slots]
        found = answers.state_proof(self._ask("eth_getProof", _hex(address), keys, self._place(block)))
        if found.address != address or tuple(proof.slot for proof in found.slots) != slots:
            raise answers.bad_answer("a proof of the account and slots that were asked for")
        return found

    def _block_object(self, tag: BlockTag) -> Json:
        place = self._place(tag)
        found = self._ask("eth_getBlockByNumber", place, False)
        if found is None:
            raise _no_block(place)
        return found

    def _place(self, tag: BlockTag) -> str:
        if tag == "finalized" and self._confirmations is not None:
            return hex(max(0, answers.number(self._ask("eth_blockNumber")) - self._confirmations))
        return hex(tag) if isinstance(tag, int) else tag

    def _ask(self, method: str, *arguments: Json) -> Json:
        response = self._node.request(method, list(arguments))
        if not isinstance(response, dict):
            raise answers.bad_answer("a JSON-RPC response object")
        if response.get("error") is not None:
            raise refusal(response["error"])
        if "result" not in response:
            raise answers.bad_answer("a JSON-RPC result")
        return response["result"]


def _no_block(place: str) -> NotFound:
    return NotFound("chain.no-such-block", f"expected block {place} on the chain, but the node does not have it")


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
