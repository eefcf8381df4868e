"""One receipt, taken apart: its entry, which openings hold, and whether it is in a log that the trust policy names.

Promises: each finding stands for itself, so that an altered opening does not hide a sound place in the log, nor the
reverse; keys come from the trust policy only.
Leaves to others: what the opened fields mean (document, signatures) and the chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.core.evidence.answers import Reason, Verdict, no, not_checked, yes
from ledger.core.evidence.trust import TrustPolicy
from ledger.core.log.checkpoint import Checkpoint, open_checkpoint
from ledger.core.log.commitment import check_opening
from ledger.core.log.entry import Entry, parse_entry
from ledger.core.log.hashing import LeafHash, leaf_hash
from ledger.core.log.proofs import verify_inclusion
from ledger.core.log.receipt import Receipt
from ledger.errors import VerificationFailed
from signing.canonical import Json


@dataclass(frozen=True, kw_only=True)
class Record:
    """A receipt's entry with its leaf hash, the values whose openings hold, the names of those that do not, and its place.

    `checkpoint` is None unless the log's key signed it; `place` says whether the entry is in the log.
    """

    receipt: Receipt
    entry: Entry
    leaf: LeafHash
    opened: Mapping[str, Json]
    refused: frozenset[str]
    checkpoint: Checkpoint | None
    place: Reason

    @property
    def n(self) -> int:
        return self.entry.subject.n

    @property
    def is_logged(self) -> bool:
        return self.place.verdict is Verdict.YES

    @property
    def hidden(self) -> tuple[str, ...]:
        """The committed private fields that no opening shows."""
        return tuple(name for name in sorted(self.entry.private) if name not in self.opened.keys() | self.refused)


def read_record(receipt: Receipt, policy: TrustPolicy, now: datetime) -> Record:
    """Return the record of a receipt; raise VerificationFailed where its entry cannot be read at all."""
    entry, leaf = parse_entry(receipt.entry), leaf_hash(receipt.entry)
    opened, refused = _open(receipt, entry)
    checkpoint, place = _place(receipt, entry, leaf, policy)
    if place.verdict is Verdict.YES and datetime.fromisoformat(entry.at) > now:
        place = not_checked("log.entry-from-future", n=entry.subject.n, at=entry.at, now=now.isoformat())
    return Record(
        receipt=receipt,
        entry=entry,
        leaf=leaf,
        opened=opened,
        refused=refused,
        checkpoint=checkpoint,
        place=place,
    )


def _open(receipt: Receipt, entry: Entry) -> tuple[dict[str, Json], frozenset[str]]:
    opened: dict[str, Json] = {}
    refused: set[str] = set()
    for opening in receipt.openings:
        try:
            check_opening(entry, opening)
            opened[opening.field] = opening.value
        except VerificationFailed:
            refused.add(opening.field)
    # a field shown twice, once rightly, is not shown
    return {field: value for field, value in opened.items() if field not in refused}, frozenset(refused)


def _place(receipt: Receipt, entry: Entry, leaf: LeafHash, policy: TrustPolicy) -> tuple[Checkpoint | None, Reason]:
    n = entry.subject.n
    log = policy.log(entry.log)
    if log is None:
        return None, no("receipt.unknown-log", origin=entry.log)
    try:
        checkpoint = open_checkpoint(receipt.checkpoint, log.key)
    except VerificationFailed as error:
        return None, no("log.checkpoint-refused", n=n, cause=error.code)
    try:
        verify_inclusion(leaf=leaf, index=receipt.index, size=checkpoint.size, path=receipt.path, root=checkpoint.root)
    except VerificationFailed as error:
        return checkpoint, no("log.not-included", n=n, cause=error.code)
    return checkpoint, yes("log.included", n=n, index=receipt.index, size=checkpoint.size, origin=log.origin)
