"""The sender's nonce lane: one worker at a time signs, every transaction is stored before it is sent (ADR 0070).

Promises: a nonce is given to one payload only, over all logs of the installation and over crashes; a stale worker stores
nothing; sending and sending again do the same. Leaves what a transaction says, and whether it was mined, to its caller.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from ledger.chain.client import ChainClient
from ledger.chain.transactions import DigestSigner, SignedTransaction, Transaction, bump, sign, unsigned
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict, Unavailable
from ledger.services.context import Stores
from ledger.services.log.anchor_parties import Turn
from ledger.storage.chain_setup import next_stored_nonce
from ledger.storage.database import Connection
from ledger.storage.leases import acquire_lease, check_fence, release_lease

T = TypeVar("T")


class StoredTransaction(Protocol):
    """A signed transaction that is in the database."""

    @property
    def sender(self) -> bytes: ...
    @property
    def nonce(self) -> int: ...
    @property
    def raw_transaction(self) -> bytes: ...
    @property
    def transaction_hash(self) -> bytes: ...
    @property
    def created_at(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Lane:
    """The right to sign with one sender, until another worker takes it."""

    stores: Stores
    client: ChainClient
    sender: DigestSigner
    turn: Turn
    fence: int

    @property
    def at(self) -> str:
        return format_instant(self.turn.now)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Write under the fence; Conflict("lease.lost") when another worker has the lane."""

        def fenced(tx: Connection) -> T:
            check_fence(tx, lane_name(self.sender.address), self.fence)
            return work(tx)

        return self.stores.database.write(fenced)

    def next_nonce(self) -> int:
        """Return the first nonce that no transaction of ours, stored or sent, ever had."""
        stored = self.stores.database.read(lambda tx: next_stored_nonce(tx, self.sender.address))
        return max(stored, self.client.pending_nonce(self.sender.address))

    def sign(self, to: bytes | None, data: bytes, *, gas: int) -> SignedTransaction:
        """Return a new transaction with the next nonce; it is to be stored before anything else happens."""
        fees = self.client.fees()
        if fees.max_fee > self.turn.policy.max_fee_wei:
            raise too_dear(fees.max_fee, self.turn)
        transaction = Transaction(
            chain_id=self.client.chain_id(), nonce=self.next_nonce(), fees=fees, gas=gas, to=to, data=data
        )
        return sign(transaction, self.sender)

    def release(self) -> None:
        name = lane_name(self.sender.address)
        self.stores.database.write(lambda tx: release_lease(tx, name, self.fence, self.at))


def lane_name(sender: bytes) -> str:
    """Return the name of the lease on a sender's nonces."""
    return f"anchor:{sender.hex()}"


def take_lane(stores: Stores, client: ChainClient, sender: DigestSigner, turn: Turn) -> Lane | None:
    """Return the lane, or None while another worker has it."""
    name, at = lane_name(sender.address), format_instant(turn.now)
    fence = stores.database.write(lambda tx: acquire_lease(tx, name, turn.holder, at, turn.lease_seconds))
    return None if fence is None else Lane(stores=stores, client=client, sender=sender, turn=turn, fence=fence)


class Delivery(StrEnum):
    """What the node said to a transaction of ours."""

    HELD = "held"  # it has it, now or since before
    TOO_CHEAP = "too-cheap"  # raise the fee
    SETTLED = "settled"  # another transaction has the nonce: look at the receipts again
    EARLIER = "earlier"  # another of this sender must come first: its own turn sends it


def deliver(client: ChainClient, stored: StoredTransaction) -> Delivery:
    """See to it that the node has a stored transaction, whether it was never sent, is known, or was dropped."""
    if client.knows(stored.transaction_hash):
        return Delivery.HELD
    try:
        client.send_raw(stored.raw_transaction)
    except Conflict as error:
        if error.code not in _REFUSALS:
            raise
        return _REFUSALS[error.code]
    return Delivery.HELD


def raised(lane: Lane, newest: StoredTransaction, delivery: Delivery) -> SignedTransaction | None:
    """Return the same payload under the same nonce with a higher fee, once the newest attempt has waited long enough.

    Raises Unavailable("anchor.fee-cap") where the fee would pass the policy's cap.
    """
    waited = lane.turn.now - datetime.fromisoformat(newest.created_at)
    if newest.sender != lane.sender.address:
        return None  # only the key that signed it can raise it; see ADR 0070 for changing senders
    if delivery is not Delivery.TOO_CHEAP and waited < timedelta(seconds=lane.turn.policy.fee_bump_seconds):
        return None
    dearer = bump(unsigned(newest.raw_transaction), lane.client.fees())
    if dearer.fees.max_fee > lane.turn.policy.max_fee_wei:
        raise too_dear(dearer.fees.max_fee, lane.turn)
    return sign(dearer, lane.sender)


def too_dear(fee: int, turn: Turn) -> Unavailable:
    return Unavailable(
        "anchor.fee-cap",
        f"expected to pay at most {turn.policy.max_fee_wei} wei per gas, the chain asks for {fee}: "
        "wait, or raise the cap",
    )


def nonce_is_lost(client: ChainClient, sender: bytes, nonce: int) -> bool:
    """Say whether a final block used the nonce; look for receipts after this, so that a late one is not missed."""
    if client.mined_nonce(sender) <= nonce:
        return False
    return client.proof(sender, (), client.block("finalized").number).nonce > nonce


_REFUSALS = {
    "chain.fee-too-low": Delivery.TOO_CHEAP,
    "chain.underpriced": Delivery.HELD,  # the node holds another attempt of this nonce: wait for either, or raise in time
    "chain.nonce-used": Delivery.SETTLED,
    "chain.nonce-gap": Delivery.EARLIER,
}
