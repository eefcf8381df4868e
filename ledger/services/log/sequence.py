"""The sequencer of one log: what waits gets its index, the tree grows, and only what was re-read is signed (DESIGN 3).

Promises: indexes without gaps; a checkpoint is signed under the newest fence only, over rows and tiles that were read
again and agree with it, on top of the checkpoint before; every step can be repeated after a crash, and the next turn does
so; what does not agree stops the log. Leaves to others: when to take a turn (the worker) and publishing (anchoring).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.core.log.checkpoint import Checkpoint, open_checkpoint
from ledger.core.log.directory import format_instant
from ledger.core.log.hashing import EMPTY_ROOT, same_digest
from ledger.errors import Conflict, LedgerError, VerificationFailed
from ledger.services.context import Stores
from ledger.services.log.log_files import LogFiles
from ledger.services.log.log_signers import LogSigners, require_own_keys, sign_for
from ledger.services.log.recheck import Tree, recheck
from ledger.services.log.stop import is_damage, require_running, stop
from ledger.services.log.tree_growth import Edge, Growth, first_row, grow, load_edge
from ledger.storage import log as rows
from ledger.storage.database import Connection
from ledger.storage.leases import acquire_lease, check_fence, release_lease, sequencer_lease
from ledger.storage.logs import CheckpointRow, LogRow, insert_checkpoint, latest_checkpoint, log_by_id

BATCH = 4096  # entries per checkpoint: a quarter of a second's work, at most 32 MB of entries in memory
LEASE_SECONDS = 5.0  # how long a log stands still after its leader was killed; a slower turn only loses its fence


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One attempt to take what waits. `holder` is unique to this process: whoever shares it would share the lease."""

    holder: str
    now: datetime
    batch: int = BATCH
    lease_seconds: float = LEASE_SECONDS


@dataclass(frozen=True)
class Sequenced:
    """The checkpoint that a turn signed, and the size before it."""

    checkpoint: CheckpointRow
    previous_size: int

    @property
    def count(self) -> int:
        """How many entries the checkpoint covers for the first time."""
        return self.checkpoint.size - self.previous_size


@dataclass(frozen=True)
class _Claim:
    """What a turn has to finish: the entries from the signed size to `end`, all of which have their index."""

    log: LogRow
    fence: int
    signed: CheckpointRow | None
    end: int

    @property
    def old(self) -> Tree:
        return Tree(self.signed.size, self.signed.root) if self.signed else Tree(0, EMPTY_ROOT)


def sequence(stores: Stores, log: LogRow, signers: LogSigners, turn: Turn) -> Sequenced | None:
    """Take one turn with nothing remembered from an earlier one; see `Sequencer.take`."""
    return Sequencer(stores, log, signers).take(turn)


class Sequencer:
    """Takes turns at one log and remembers, between them, the fence and the right edge of the tree that it signed last."""

    def __init__(self, stores: Stores, log: LogRow, signers: LogSigners) -> None:
        """Raise Unavailable("log.wrong-key" | "log.no-registry") when these are not the log's keys."""
        self._key = require_own_keys(log, signers)
        self._stores = stores
        self._log_id = log.id
        self._signers = signers
        self._files = LogFiles(stores.objects, log.id)
        self._last: tuple[int, Edge] | None = None

    def take(self, turn: Turn) -> Sequenced | None:
        """Cover up to `turn.batch` entries by a signed checkpoint; None when there are none or another leads.

        Raises Unavailable("log.stopped") when the log is or has just been stopped, Unavailable for stores that do not
        answer: the next turn goes on where this one ended.
        """
        if not self._stores.database.read(self._has_work):
            return None
        claim = self._stores.database.write(lambda tx: self._claim(tx, turn))
        if claim is None:
            return None
        remembered, self._last = self._last, None
        try:
            growth = self._grow_checked(claim, remembered, turn)
            checkpoint = self._sign(claim, growth, turn)
        except Conflict as error:
            if error.code == "lease.lost":
                return None
            raise
        self._last = (claim.fence, growth.edge)
        return Sequenced(checkpoint, claim.old.size)

    def release(self, now: datetime) -> None:
        """Give the lease back, so that the next leader need not wait for it to run out."""
        if self._last is not None:
            (fence, _), self._last = self._last, None
            lease = sequencer_lease(self._log_id)
            self._stores.database.write(lambda tx: release_lease(tx, lease, fence, format_instant(now)))

    def _has_work(self, tx: Connection) -> bool:
        require_running(tx, self._log_id)
        if rows.oldest_pending_at(tx, self._log_id) is not None:
            return True
        signed = latest_checkpoint(tx, self._log_id)
        return rows.size(tx, self._log_id) > (signed.size if signed else 0)

    def _claim(self, tx: Connection, turn: Turn) -> _Claim | None:
        """Lead, and give indexes to what waits, in one transaction; what an earlier leader left unsigned comes first."""
        require_running(tx, self._log_id)
        lease = sequencer_lease(self._log_id)
        fence = acquire_lease(tx, lease, turn.holder, format_instant(turn.now), turn.lease_seconds)
        log = log_by_id(tx, self._log_id)
        if fence is None or log is None:
            return None
        require_own_keys(log, self._signers)  # it may have been registered on a chain since the last turn
        signed, size = latest_checkpoint(tx, log.id), rows.size(tx, log.id)
        last = (signed.size if signed else 0) + turn.batch
        if size == (signed.size if signed else 0):  # else finish what was begun, at the size whose files may exist
            taken = rows.take_pending(tx, log.id, last - size)
            rows.assign(tx, log.id, size, taken, fence=fence)
            size += len(taken)
        claim = _Claim(log, fence, signed, min(size, last))
        return claim if claim.end > claim.old.size else None

    def _grow_checked(self, claim: _Claim, remembered: tuple[int, Edge] | None, turn: Turn) -> Growth:
        try:
            edge = self._edge(claim, remembered)
            growth = grow(edge, self._rows(claim), claim.end)
            self._files.write(growth.files)
            new = Tree(claim.end, growth.edge.compact.root())
            recheck(claim.old, new, self._rows(claim), self._files.reread(growth.files))
        except LedgerError as error:
            if is_damage(error):
                raise stop(self._stores.database, self._log_id, error, at=format_instant(turn.now)) from error
            raise
        return growth

    def _edge(self, claim: _Claim, remembered: tuple[int, Edge] | None) -> Edge:
        """Return the edge of the signed tree: the remembered one under the same fence, else the one of the stored tiles."""
        old = claim.old
        if remembered and remembered[0] == claim.fence and remembered[1].size == old.size:
            edge = remembered[1]
        else:
            edge = load_edge(old.size, self._files.read)
        if claim.signed:
            _require_same(open_checkpoint(claim.signed.note, self._key), old)
        _require_same(Checkpoint(claim.log.origin, edge.size, edge.compact.root()), old)
        return edge

    def _rows(self, claim: _Claim) -> Sequence[rows.EntryRow]:
        start = first_row(claim.old.size)
        return self._stores.database.read(lambda tx: list(rows.entries_between(tx, self._log_id, start, claim.end)))

    def _sign(self, claim: _Claim, growth: Growth, turn: Turn) -> CheckpointRow:
        database = self._stores.database
        database.write(lambda tx: self._require_leading(tx, claim))  # a stale leader must not even sign
        checkpoint = Checkpoint(claim.log.origin, claim.end, growth.edge.compact.root())
        signed = sign_for(claim.log, self._signers, checkpoint)
        row = CheckpointRow(
            self._log_id,
            checkpoint.size,
            checkpoint.root,
            signed.note,
            signed.evm_signature,
            claim.fence,
            format_instant(turn.now),
        )
        database.write(lambda tx: self._store(tx, claim, row))
        return row

    def _require_leading(self, tx: Connection, claim: _Claim) -> None:
        require_running(tx, self._log_id)
        check_fence(tx, sequencer_lease(self._log_id), claim.fence)

    def _store(self, tx: Connection, claim: _Claim, row: CheckpointRow) -> None:
        require_running(tx, self._log_id)
        insert_checkpoint(tx, row, previous_size=claim.signed.size if claim.signed else None)


def _require_same(found: Checkpoint, signed: Tree) -> None:
    if found.size != signed.size or not same_digest(found.root, signed.root):
        raise VerificationFailed(
            "log.checkpoint-differs",
            f"expected the tree of the newest checkpoint, {signed.root.hex()} at {signed.size}, "
            f"got {found.root.hex()} at {found.size}",
        )
