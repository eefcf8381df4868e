"""Rows of leases: who leads a job now, with a fencing number that only grows.

Promises: at most one holder whose fence passes `check_fence` in a committed transaction, however slow or stale another
one is. Leaves renewing in time to the holder. Times are UTC text with milliseconds. DESIGN 3.
"""

from sqlalchemy import Connection, bindparam, select, update

from ledger.errors import Conflict
from ledger.storage.kept import Kept
from ledger.storage.rows import changed, insert_ignore, later
from ledger.storage.tables.log import lease


def sequencer_lease(log_id: int) -> str:
    """Return the name of the lease that the sequencer of a log holds."""
    return f"sequencer/{log_id}"


def acquire_lease(tx: Connection, name: str, holder: str, now: str, ttl_seconds: float) -> int | None:
    """Take or renew a lease until now + ttl; return its fence, or None while another holder has it.

    Renewing keeps the fence; taking over after expiry or release raises it.
    """
    until = later(now, ttl_seconds)
    place = {"lease": name, "by": holder, "now": now, "until": until}
    if changed(tx, _RENEW, place) or changed(tx, _TAKE_OVER, place):
        return _fence(tx, name)
    first = {"name": name, "holder": holder, "fence": 1, "expires_at": until}
    return 1 if insert_ignore(tx, lease, first) else None


def release_lease(tx: Connection, name: str, fence: int, now: str) -> None:
    """Give a lease back, so that the next holder need not wait; nothing happens when it was lost already."""
    tx.execute(update(lease).where(lease.c.name == name, lease.c.fence == fence).values(expires_at=now))


def check_fence(tx: Connection, name: str, fence: int) -> None:
    """Hold the lease's row until the transaction ends; Conflict("lease.lost") when the fence is not the newest."""
    newest = _HELD.scalar(tx, {"lease": name})
    if newest != fence:
        raise Conflict("lease.lost", f"expected fence {newest} of lease {name}, got {fence}: acquire the lease again")


def _fence(tx: Connection, name: str) -> int | None:
    fence: int | None = _FENCE.scalar(tx, {"lease": name})
    return fence


_NAMED = lease.c.name == bindparam("lease")
_FENCE = Kept(select(lease.c.fence).where(_NAMED))
_HELD = Kept(select(lease.c.fence).where(_NAMED).with_for_update())
_RENEW = Kept(
    update(lease)
    .where(_NAMED, lease.c.holder == bindparam("by"), lease.c.expires_at > bindparam("now"))
    .values(expires_at=bindparam("until"))
)
_TAKE_OVER = Kept(
    update(lease)
    .where(_NAMED, lease.c.expires_at <= bindparam("now"))
    .values(holder=bindparam("by"), fence=lease.c.fence + 1, expires_at=bindparam("until"))
)
