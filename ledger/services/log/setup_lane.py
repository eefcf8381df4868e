"""Deploying and registering go through the sender's lane: stored first, sent, sent again, until one is final or reverted.

Promises: one payload in flight per purpose and log; a fee too low is raised under the same nonce. Leaves to the callers
what the transaction does and how they recognise that it was done.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.chain.facts import TxReceipt
from ledger.chain.transactions import SignedTransaction
from ledger.services.log.anchor_lane import Lane, deliver, nonce_is_lost, raised
from ledger.storage.chain_setup import NewSetup, SetupRow, insert_setup, setup_transactions

_STEPS = 3  # store, send, look: a chain that mines at once has its answer within one call
GAS_ROOM_PERCENT = 125  # estimates are exact only for the block they were made for


@dataclass(frozen=True)
class Setup:
    """One thing to be done once on the chain."""

    purpose: str  # deploy | verifier | register | blacklist:…
    log_id: int | None
    to: bytes | None
    data: Callable[[], bytes]


def settle(lane: Lane, setup: Setup) -> TxReceipt | None:
    """Move the thing on by one step; return the receipt once it succeeded in a final block, None while it is under way."""
    rows = lane.stores.database.read(lambda tx: setup_transactions(tx, setup.purpose, setup.log_id))
    for _ in range(_STEPS):
        newest = [row for row in rows if row.nonce == rows[-1].nonce]
        if not newest or _is_over(lane, newest):
            rows = [_store(lane, setup, _first(lane, setup))]
            continue
        receipt = _receipt(lane, newest)
        if receipt is not None:
            is_final = receipt.block_number <= lane.client.block("finalized").number
            return receipt if receipt.succeeded and is_final else None
        dearer = raised(lane, newest[-1], deliver(lane.client, newest[-1]))
        if dearer is not None:
            rows.append(_store(lane, setup, dearer))
    return None


def _is_over(lane: Lane, attempts: list[SetupRow]) -> bool:
    """Say whether a final block settled these attempts without doing the thing."""
    if not nonce_is_lost(lane.client, attempts[0].sender, attempts[0].nonce):
        return False
    receipt = _receipt(lane, attempts)
    return receipt is None or not receipt.succeeded


def _receipt(lane: Lane, attempts: list[SetupRow]) -> TxReceipt | None:
    receipts = (lane.client.receipt(row.transaction_hash) for row in attempts)
    return next((receipt for receipt in receipts if receipt is not None), None)


def _first(lane: Lane, setup: Setup) -> SignedTransaction:
    data = setup.data()
    gas = lane.client.estimate_gas(lane.sender.address, setup.to, data) * GAS_ROOM_PERCENT // 100
    return lane.sign(setup.to, data, gas=gas)


def _store(lane: Lane, setup: Setup, signed: SignedTransaction) -> SetupRow:
    new = NewSetup(
        purpose=setup.purpose,
        log_id=setup.log_id,
        sender=signed.sender,
        nonce=signed.nonce,
        raw_transaction=signed.raw,
        transaction_hash=signed.hash,
        created_at=lane.at,
    )
    lane.write(lambda tx: insert_setup(tx, new))
    return lane.stores.database.read(lambda tx: setup_transactions(tx, setup.purpose, setup.log_id))[-1]
