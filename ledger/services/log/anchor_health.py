"""How anchoring of a log is doing: a typed fact for /readyz, /metrics and `tally chain status`.

Promises: read from rows alone, so every process tells the same; names what is in the way and since when.
"""

from dataclasses import dataclass

from ledger.core.log.anchoring import AnchorPolicy
from ledger.services.context import Stores
from ledger.storage.anchor_status import AnchorStatusRow, anchor_status_of
from ledger.storage.anchors import best_anchor, latest_anchor, open_attempts
from ledger.storage.database import Connection
from ledger.storage.logs import checkpoint_covering, latest_checkpoint


@dataclass(frozen=True)
class Trouble:
    """What keeps the log from being anchored: `code` is stable, `since` when it began, `retry_at` the next try."""

    code: str
    message: str
    since: str
    failures: int
    retry_at: str


@dataclass(frozen=True, kw_only=True)
class AnchorHealth:
    """Sizes count entries; `behind_since` is when the first entry came that no mined anchor covers."""

    log_id: int
    newest_size: int
    mined_size: int
    final_size: int
    in_flight: int
    behind_since: str | None
    trouble: Trouble | None
    balance_wei: int | None
    balance_is_low: bool

    @property
    def is_well(self) -> bool:
        """Nothing is in the way; a low balance is an alert, not yet a fault."""
        return self.trouble is None


def anchor_health(stores: Stores, log_id: int, policy: AnchorPolicy) -> AnchorHealth:
    """Return what is known about a log's anchoring now."""
    return stores.database.read(lambda tx: _read(tx, log_id, policy))


def _read(tx: Connection, log_id: int, policy: AnchorPolicy) -> AnchorHealth:
    newest, mined, final = latest_checkpoint(tx, log_id), latest_anchor(tx, log_id), best_anchor(tx, log_id)
    mined_size = mined.size if mined else 0
    uncovered = checkpoint_covering(tx, log_id, mined_size)
    status = anchor_status_of(tx, log_id)
    balance = int(status.balance_wei) if status and status.balance_wei else None
    return AnchorHealth(
        log_id=log_id,
        newest_size=newest.size if newest else 0,
        mined_size=mined_size,
        final_size=final.size if final else 0,
        in_flight=sum(row.state not in ("mined", "reverted") for row in open_attempts(tx, log_id)),
        behind_since=uncovered.at if uncovered else None,
        trouble=_trouble(status),
        balance_wei=balance,
        balance_is_low=balance is not None and balance < policy.low_balance_wei,
    )


def _trouble(status: AnchorStatusRow | None) -> Trouble | None:
    if status is None or not status.code:
        return None
    return Trouble(status.code, status.message, status.since, status.failures, status.retry_at)
