"""Make the receipts of several entries at once: what a stranger needs to check each without us (DESIGN sections 3 and 8).

Promises: each receipt is verified before it is handed out; what many of them rest on (a checkpoint's signature, the tree's tiles, a
record's key) is read and checked once for all. One that cannot be made does not keep the others from theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.core.log.checkpoint import Checkpoint, open_checkpoint
from ledger.core.log.note import VerifierKey
from ledger.core.log.permissions import Action, Grade, Principal, Resource, require
from ledger.core.log.proofs import inclusion_path
from ledger.core.log.receipt import Receipt, verify_under
from ledger.core.log.receipt_chain import AnchorFact
from ledger.core.log.tiles import TileReader
from ledger.errors import LedgerError, NotFound, Unavailable
from ledger.services.context import Stores
from ledger.services.log.anchor_fact import anchor_fact
from ledger.services.log.tree import tree_reader
from ledger.services.opening import unseal_opening
from ledger.storage.database import Connection
from ledger.storage.log import EntryRow, entry_by_id, pending_by_id
from ledger.storage.logs import CheckpointRow, LogRow, checkpoint_of_size, latest_checkpoint, log_by_id
from ledger.storage.vault_fields import VaultRow, fields_of_entry
from signing.errors import SigningError

SELF_OPERATED = (
    True  # no second organisation cosigns or witnesses yet; with one, this follows from the log's cosigner set
)
# Whose receipts are read by whom: openings of a directory entry name staff, those of a key its owner.
ACTIONS = {
    "application": Action.APPLICATION_READ,
    "delegation": Action.POLICY_READ,
    "institution": Action.PERSON_READ,
    "person": Action.PERSON_READ,
    "policy": Action.POLICY_READ,
    "ruleset": Action.POLICY_READ,
    "key": Action.KEY_READ,
    "webhook": Action.WEBHOOK_READ,
}


@dataclass(frozen=True)
class Asked:
    """One receipt that somebody asks for."""

    principal: Principal
    entry_id: str


Answer = Receipt | LedgerError | SigningError


@dataclass(frozen=True, kw_only=True)
class Found:
    """An entry with all that its receipt is made of; `checkpoint` covers it."""

    entry: EntryRow
    log: LogRow
    checkpoint: CheckpointRow
    anchor: AnchorFact | None
    sealed: list[VaultRow]


def issue_receipts(stores: Stores, asked: Sequence[Asked]) -> Mapping[Asked, Answer]:
    """Return for each that is asked its receipt, against its best anchor or else the newest checkpoint, or why there is none.

    Reasons: NotFound("entry.unknown"), NotAllowed, Unavailable("entry.pending") while no checkpoint covers the entry. Raises
    Unavailable when the database does not answer.
    """
    found = stores.database.read(lambda tx: _look_at_all(tx, asked))
    making = Making(stores)
    making.read_keys([each for each in found.values() if isinstance(each, Found)])
    return {one: _answer(making, each) for one, each in found.items()}


def _answer(making: "Making", found: Found | LedgerError) -> Answer:
    try:
        return found if isinstance(found, LedgerError) else making.receipt(found)
    except (LedgerError, SigningError) as error:
        return error


def _look_at_all(tx: Connection, asked: Sequence[Asked]) -> dict[Asked, Found | LedgerError]:
    look = Look(tx)
    found: dict[Asked, Found | LedgerError] = {}
    for one in asked:
        try:
            found[one] = look.at(one)
        except LedgerError as error:
            found[one] = error
    return found


@dataclass
class Look:
    """One snapshot; logs and their newest checkpoints are read once."""

    tx: Connection
    _logs: dict[int, LogRow | None] = field(default_factory=dict)
    _newest: dict[int, CheckpointRow | None] = field(default_factory=dict)

    def at(self, asked: Asked) -> Found:
        """Return the entry with its best anchor or else the newest checkpoint; raises what `issue_receipts` answers."""
        entry = entry_by_id(self.tx, asked.entry_id)
        if entry is None and pending_by_id(self.tx, asked.entry_id) is not None:
            raise _pending()
        log = self._log(entry.log_id) if entry else None
        if entry is None or log is None or log.institution_id != asked.principal.institution_id:
            raise NotFound("entry.unknown", "there is no such entry in your institution's logs")
        if (entry.subject_kind, entry.subject_id) != (
            "person",
            asked.principal.id,
        ):  # what concerns oneself is one's own
            action = ACTIONS.get(entry.subject_kind, Action.RECEIPT_READ)
            require(asked.principal, action, Resource(log.institution_id, Grade.PERSONAL))
        return self.covered(entry, log)

    def covered(self, entry: EntryRow, log: LogRow) -> Found:
        """Return an entry with what covers it; whether somebody may have it was asked before. Raises Unavailable("entry.pending")."""
        anchor = anchor_fact(self.tx, log, entry.idx)
        checkpoint = checkpoint_of_size(self.tx, log.id, anchor.size) if anchor else self._checkpoint(log.id)
        if checkpoint is None or checkpoint.size <= entry.idx:
            raise _pending()
        sealed = fields_of_entry(self.tx, entry.entry_id)
        return Found(entry=entry, log=log, checkpoint=checkpoint, anchor=anchor, sealed=sealed)

    def _log(self, log_id: int) -> LogRow | None:
        if log_id not in self._logs:
            self._logs[log_id] = log_by_id(self.tx, log_id)
        return self._logs[log_id]

    def _checkpoint(self, log_id: int) -> CheckpointRow | None:
        if log_id not in self._newest:
            self._newest[log_id] = latest_checkpoint(self.tx, log_id)
        return self._newest[log_id]


@dataclass
class Making:
    """What the receipts of one call share: opened checkpoints, tiles, record keys."""

    stores: Stores
    _opened: dict[tuple[int, int], Checkpoint] = field(default_factory=dict)
    _trees: dict[tuple[int, int], TileReader] = field(default_factory=dict)
    _keys: dict[str, bytes | LedgerError] = field(default_factory=dict)

    def read_keys(self, found: Sequence[Found]) -> None:
        """Read the record keys that the receipts of these entries need, all at once."""
        self._keys |= self.stores.record_keys.get_each({row.record_id for each in found for row in each.sealed})

    def receipt(self, found: Found) -> Receipt:
        """Return the receipt, verified; raise what verifying and opening raise."""
        size, index = found.checkpoint.size, found.entry.idx
        receipt = Receipt(
            entry=found.entry.data,
            index=index,
            path=tuple(inclusion_path(index, size, self._tree(found.log.id, size).node)),
            checkpoint=found.checkpoint.note,
            evm_signature=found.checkpoint.evm_signature,
            openings=tuple(unseal_opening(self._key(row.record_id), row) for row in found.sealed),
            anchor=found.anchor,
            self_operated=SELF_OPERATED,
        )
        verify_under(receipt, self._checkpoint(found))
        return receipt

    def _tree(self, log_id: int, size: int) -> TileReader:
        if (log_id, size) not in self._trees:
            self._trees[log_id, size] = tree_reader(self.stores, log_id, size)
        return self._trees[log_id, size]

    def _key(self, record_id: str) -> bytes:
        if record_id not in self._keys:
            self._keys |= self.stores.record_keys.get_each([record_id])
        key = self._keys[record_id]
        if isinstance(key, LedgerError):
            raise key
        return key

    def _checkpoint(self, found: Found) -> Checkpoint:
        place = (found.log.id, found.checkpoint.size)
        if place not in self._opened:
            self._opened[place] = open_checkpoint(found.checkpoint.note, VerifierKey.parse(found.log.public_key))
        return self._opened[place]


def _pending() -> Unavailable:
    return Unavailable("entry.pending", "this entry waits for its checkpoint; ask again in a second")
