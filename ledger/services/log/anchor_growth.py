"""What there is to anchor: the newest checkpoint, and since when entries wait beyond the last anchor."""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.log.anchoring import SOON_TYPE, Growth
from ledger.core.log.entry import read_trusted_entry
from ledger.services.context import Stores
from ledger.storage.anchors import latest_anchor
from ledger.storage.database import Connection
from ledger.storage.log import entries_between
from ledger.storage.logs import CheckpointRow, checkpoint_covering, latest_checkpoint

SCANNED = 4096  # a log that grew by more than this since its last anchor counts as signed upon: it is busy
_SOON_KIND = SOON_TYPE.partition(".")[0]


@dataclass(frozen=True)
class Waiting:
    """The checkpoint to publish, and the growth that makes it due."""

    checkpoint: CheckpointRow
    growth: Growth


def waiting_growth(stores: Stores, log_id: int) -> Waiting | None:
    """Return what waits to be anchored; None when anchors cover the whole log."""
    return stores.database.read(lambda tx: _read(tx, log_id))


def _read(tx: Connection, log_id: int) -> Waiting | None:
    newest, anchored = latest_checkpoint(tx, log_id), latest_anchor(tx, log_id)
    covered = anchored.size if anchored else 0
    if newest is None or newest.size <= covered:
        return None
    since = _first_seen(tx, log_id, covered) or _instant(newest)
    signed = _first_signed(tx, log_id, covered, newest.size)
    return Waiting(newest, Growth(since, None if signed is None else _first_seen(tx, log_id, signed)))


def _first_signed(tx: Connection, log_id: int, start: int, end: int) -> int | None:
    for row in entries_between(tx, log_id, start, min(end, start + SCANNED)):
        if row.subject_kind == _SOON_KIND and read_trusted_entry(row.data).type == SOON_TYPE:
            return row.idx
    return start + SCANNED if end > start + SCANNED else None


def _first_seen(tx: Connection, log_id: int, index: int) -> datetime | None:
    covering = checkpoint_covering(tx, log_id, index)
    return None if covering is None else _instant(covering)


def _instant(checkpoint: CheckpointRow) -> datetime:
    return datetime.fromisoformat(checkpoint.at)
