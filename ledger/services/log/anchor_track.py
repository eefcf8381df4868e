"""Follow what was signed: sent → mined → final, or back after a reorg, over every attempt of one nonce (ADR 0070).

Promises: any attempt may be the one that is mined; states are appended, never changed; doing it again changes nothing.
Leaves to others: signing something new (`anchor_publish`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ledger.chain.facts import TxReceipt
from ledger.core.log.receipt_chain import ChainProof
from ledger.errors import Unavailable
from ledger.services.log.anchor_lane import Delivery, Lane, deliver, nonce_is_lost, raised
from ledger.services.log.anchor_prove import Place, proof_bytes, prove_anchor
from ledger.storage.anchors import (
    AnchorRow,
    NewAttempt,
    NewEvent,
    ProofRow,
    append_event,
    attempt,
    insert_attempt,
    insert_proof,
    open_attempts,
)
from ledger.storage.database import Connection

_IN_BLOCK = ("mined", "reverted")


@dataclass(frozen=True)
class Track:
    """One log's attempts, seen by the worker that holds the lane."""

    lane: Lane
    place: Place


def is_in_flight(attempts: Sequence[AnchorRow]) -> bool:
    """Say whether a nonce is still without a block."""
    return not any(row.state in _IN_BLOCK for row in attempts)


def groups(track: Track, log_id: int) -> list[list[AnchorRow]]:
    """Return a log's open attempts, those of one sender's nonce together, in the order of nonces."""
    rows = track.lane.stores.database.read(lambda tx: open_attempts(tx, log_id))
    rows.sort(key=lambda row: (row.sender, row.nonce, row.id))
    return [list(group) for _, group in groupby(rows, key=lambda row: (row.sender, row.nonce))]


def follow(track: Track, attempts: list[AnchorRow]) -> None:
    """Bring the attempts of one nonce up to date with the chain, and see that the node has the newest."""
    client, sender, nonce = track.lane.client, attempts[0].sender, attempts[0].nonce
    found = _mined(track, attempts)
    if found is None and nonce_is_lost(client, sender, nonce):
        found = _mined(track, attempts)  # it may have been mined since we asked
        if found is None:
            _note(track, [_event(track, row, "replaced") for row in attempts])
            return
    if found is not None:
        _note_block(track, attempts, *found)
        return
    _note(track, [_event(track, row, "reorged") for row in attempts if row.state in _IN_BLOCK])
    send(track, attempts[-1])


def send(track: Track, newest: AnchorRow) -> None:
    """Give the newest attempt to the node; raise its fee where it waited too long or offers too little."""
    delivery = deliver(track.lane.client, newest)
    state = _state(track, newest)
    if delivery is Delivery.HELD and state != "sent":
        _note(track, [_event(track, newest, "sent")])
    if delivery in (Delivery.SETTLED, Delivery.EARLIER):
        return
    dearer = raised(track.lane, newest, delivery)
    if dearer is None:
        return
    new = NewAttempt(
        log_id=newest.log_id,
        size=newest.size,
        root=newest.root,
        sender=dearer.sender,
        nonce=dearer.nonce,
        raw_transaction=dearer.raw,
        transaction_hash=dearer.hash,
        replaces=newest.id,
        created_at=track.lane.at,
    )
    stored = store_attempt(track, new)
    if deliver(track.lane.client, stored) is Delivery.HELD:
        _note(track, [_event(track, stored, "sent")])


def store_attempt(track: Track, new: NewAttempt) -> AnchorRow:
    """Store a signed transaction, before anything is sent, and return its row."""

    def work(tx: Connection) -> AnchorRow | None:
        return attempt(tx, insert_attempt(tx, new))

    row = track.lane.write(work)
    if row is None:
        raise Unavailable("database.unavailable", "expected to read back the attempt that was just stored")
    return row


def _mined(track: Track, attempts: list[AnchorRow]) -> tuple[AnchorRow, TxReceipt] | None:
    receipts = ((row, track.lane.client.receipt(row.transaction_hash)) for row in attempts)
    return next(((row, receipt) for row, receipt in receipts if receipt is not None), None)


def _state(track: Track, row: AnchorRow) -> str:
    newest = track.lane.stores.database.read(lambda tx: attempt(tx, row.id))
    return row.state if newest is None else newest.state


def _note_block(track: Track, attempts: list[AnchorRow], winner: AnchorRow, receipt: TxReceipt) -> None:
    """Record that `winner` is in a block; when the block is final, that this is for good."""
    state = _outcome(track, winner, receipt)
    events = [
        _event(track, row, "reorged")
        for row in attempts
        if row.state in _IN_BLOCK and (row.id != winner.id or row.block_hash != receipt.block_hash)
    ]
    mined = replace(
        _event(track, winner, state),
        block_number=receipt.block_number,
        block_hash=receipt.block_hash,
        gas_used=receipt.gas_used,
    )
    if (winner.state, winner.block_hash) != (state, receipt.block_hash):
        events.append(mined)
    _note(track, events)
    final = track.lane.client.block("finalized").number
    if receipt.block_number <= final:
        _conclude(track, [row for row in attempts if row.id != winner.id], winner, (mined, final))


def _outcome(track: Track, winner: AnchorRow, receipt: TxReceipt) -> str:
    """Say "mined" when the registry has the checkpoint, whoever's transaction brought it there."""
    if receipt.succeeded:
        return "mined"
    client = track.lane.client
    try:
        head = track.place.head(client, receipt.block_number)
    except Unavailable:
        head = track.place.head(client)  # the state of that block is pruned
    return "mined" if (head.size, head.root) == (winner.size, winner.root) else "reverted"


def _conclude(track: Track, others: list[AnchorRow], winner: AnchorRow, seen: tuple[NewEvent, int]) -> None:
    """Store the proof and the last states together; only now is the nonce closed."""
    mined, final = seen
    proof: ChainProof | None = None
    last = "spent"
    if mined.state == "mined":
        blocks = tuple(dict.fromkeys((mined.block_number or 0, final)))
        proof = prove_anchor(track.lane.client, track.place, winner, blocks)
        last = (
            "final" if proof is not None else "replaced"
        )  # a larger checkpoint took its place before it could be proved
    events = [replace(mined, state=last), *(_event(track, row, "replaced") for row in others)]

    def work(tx: Connection) -> None:
        if proof is not None:
            insert_proof(tx, ProofRow(winner.id, proof.header_rlp, proof_bytes(proof), track.lane.at))
        for event in events:
            append_event(tx, event)

    track.lane.write(work)


def _event(track: Track, row: AnchorRow, state: str) -> NewEvent:
    return NewEvent(attempt_id=row.id, state=state, at=track.lane.at)


def _note(track: Track, events: list[NewEvent]) -> None:
    if not events:
        return

    def work(tx: Connection) -> None:
        for event in events:
            append_event(tx, event)

    track.lane.write(work)
