"""Stopping a log, loudly: from here on writes are refused and nothing is signed until `resume` has re-verified the log.

Promises: the first reason is kept; the caller gets Unavailable("log.stopped") that names it. DESIGN 3, docs/log-stopped.md.
Leaves to others: telling the operator (the status is in `/readyz` and the metrics).
"""

from ledger.errors import Conflict, InvalidInput, LedgerError, NotFound, Unavailable, VerificationFailed
from ledger.storage.database import Connection, Database
from ledger.storage.logs import StatusRow, log_status, set_log_status

RUNNING, STOPPED = "running", "stopped"
_DAMAGE_CODES = {
    "object.differs",
    "object.missing",
}  # a stored file is not what the rows say; others may pass by themselves


def is_damage(error: LedgerError) -> bool:
    """Tell stored material that contradicts itself from a store that does not answer or a leader that came too late."""
    if isinstance(error, Conflict | NotFound):
        return error.code in _DAMAGE_CODES
    return isinstance(error, VerificationFailed | InvalidInput)


def stop(database: Database, log_id: int, error: LedgerError, *, at: str) -> Unavailable:
    """Mark the log as stopped because of `error` and return what to raise."""
    reason = database.write(lambda tx: _stop(tx, log_id, f"{error.code}: {error.message}", at))
    return stopped(reason)


def require_running(tx: Connection, log_id: int) -> None:
    """Raise Unavailable("log.stopped") unless the log runs."""
    status = log_status(tx, log_id)
    if status is None or status.state != RUNNING:
        raise stopped(status.reason if status else "there is no such log")


def stopped(reason: str) -> Unavailable:
    return Unavailable(
        "log.stopped", f"this log signs nothing until it was re-verified, see docs/log-stopped.md: {reason}"
    )


def _stop(tx: Connection, log_id: int, reason: str, at: str) -> str:
    status = log_status(tx, log_id)
    if status is not None and status.state == STOPPED:
        return status.reason
    set_log_status(tx, StatusRow(log_id, STOPPED, reason, at))
    return reason
