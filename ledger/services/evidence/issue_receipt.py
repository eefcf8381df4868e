"""Make the receipt of one entry: what a stranger needs to check it without us (DESIGN sections 3 and 8)."""

from dataclasses import dataclass

from ledger.core.log.note import VerifierKey
from ledger.core.log.permissions import Action, Grade, Principal, Resource, require
from ledger.core.log.proofs import inclusion_path
from ledger.core.log.receipt import Receipt, verify_receipt
from ledger.core.log.receipt_chain import AnchorFact
from ledger.errors import NotFound, Unavailable
from ledger.services.context import Act, Stores
from ledger.services.log.anchor_fact import anchor_fact
from ledger.services.log.tree import tree_reader
from ledger.services.opening import open_fields
from ledger.storage.database import Connection
from ledger.storage.log import EntryRow, entry_by_id, pending_by_id
from ledger.storage.logs import CheckpointRow, LogRow, checkpoint_of_size, latest_checkpoint, log_by_id
from ledger.storage.vault_fields import VaultRow, fields_of_entry

SELF_OPERATED = (
    True  # no second organisation cosigns or witnesses yet; with one, this follows from the log's cosigner set
)
# Whose receipts are read by whom: openings of a directory entry name staff, those of a key its owner.
ACTIONS = {"institution": Action.PERSON_READ, "person": Action.PERSON_READ, "key": Action.KEY_READ}


@dataclass(frozen=True, kw_only=True)
class _Found:
    entry: EntryRow
    log: LogRow
    checkpoint: CheckpointRow
    anchor: AnchorFact | None
    sealed: list[VaultRow]


def issue_receipt(stores: Stores, act: Act, entry_id: str) -> Receipt:
    """Return the receipt of an entry of the caller's institution, against its best anchor or else the newest checkpoint.

    The receipt is verified before it is handed out. Raises NotFound("entry.unknown"), NotAllowed,
    Unavailable("entry.pending") while no checkpoint covers the entry.
    """
    found = stores.database.read(lambda tx: _look(tx, act.principal, entry_id))
    size = found.checkpoint.size
    receipt = Receipt(
        entry=found.entry.data,
        index=found.entry.idx,
        path=tuple(inclusion_path(found.entry.idx, size, tree_reader(stores, found.log.id, size).node)),
        checkpoint=found.checkpoint.note,
        evm_signature=found.checkpoint.evm_signature,
        openings=tuple(open_fields(stores, found.sealed).values()),
        anchor=found.anchor,
        self_operated=SELF_OPERATED,
    )
    verify_receipt(receipt, VerifierKey.parse(found.log.public_key))
    return receipt


def _look(tx: Connection, principal: Principal, entry_id: str) -> _Found:
    entry = entry_by_id(tx, entry_id)
    if entry is None and pending_by_id(tx, entry_id) is not None:
        raise Unavailable("entry.pending", "this entry waits for its checkpoint; ask again in a second")
    log = log_by_id(tx, entry.log_id) if entry else None
    if entry is None or log is None or log.institution_id != principal.institution_id:
        raise NotFound("entry.unknown", "there is no such entry in your institution's logs")
    action = ACTIONS.get(entry.subject_kind, Action.RECEIPT_READ)
    require(principal, action, Resource(log.institution_id, Grade.PERSONAL))
    anchor = anchor_fact(tx, log, entry.idx)
    checkpoint = checkpoint_of_size(tx, log.id, anchor.size) if anchor else latest_checkpoint(tx, log.id)
    if checkpoint is None or checkpoint.size <= entry.idx:
        raise Unavailable("entry.pending", "this entry waits for its checkpoint; ask again in a second")
    return _Found(entry=entry, log=log, checkpoint=checkpoint, anchor=anchor, sealed=fields_of_entry(tx, entry_id))
