"""One turn of anchoring one log: follow what was sent, publish what is due, remember what is in the way (DESIGN section 4).

Promises: the turn may be killed anywhere and taken again by any worker; nothing that the chain does loses anything. Every
refusal of chain, registry or database becomes a fact of `anchor_health`; a rewritten history stops the log, loudly, once.
Leaves to others: the rule when (core.log.anchoring), calling it again (the worker).
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.chain.client import ChainClient
from ledger.core.log.anchoring import backoff_seconds, due
from ledger.core.log.directory import add_seconds, format_instant
from ledger.errors import LedgerError, Unavailable
from ledger.services.context import Stores
from ledger.services.log.anchor_growth import waiting_growth
from ledger.services.log.anchor_lane import Lane, take_lane
from ledger.services.log.anchor_parties import AnchorKeys, Turn
from ledger.services.log.anchor_prove import Place
from ledger.services.log.anchor_publish import HistoryDiffers, Publication, sign_publication
from ledger.services.log.anchor_track import Track, follow, groups, is_in_flight, store_attempt
from ledger.services.log.bind_chain import require_binding
from ledger.services.log.register_log import bound
from ledger.storage.anchor_status import AnchorStatusRow, anchor_status_of, set_anchor_status
from ledger.storage.anchors import open_attempts
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow, StatusRow, log_by_id, log_status, set_log_status

STOPPED = "stopped"
HEARTBEAT_SECONDS = 60  # an idle log asks its chain this often, so that health notices a chain that is gone


@dataclass(frozen=True)
class AnchorProgress:
    """What the turn came to: a transaction was signed, or the code of what was in the way, and when to come back.

    Codes beside those of errors: "anchor.not-leading", "anchor.backing-off", "anchor.in-flight", "anchor.not-due",
    "anchor.nothing-new".
    """

    signed: bool
    code: str = ""
    next_at: datetime | None = None


def anchor(stores: Stores, client: ChainClient, log: LogRow, keys: AnchorKeys, turn: Turn) -> AnchorProgress:
    """Take one turn; come back at `next_at`, or soon. Raises only what the database raises."""
    status = stores.database.read(lambda tx: anchor_status_of(tx, log.id))
    if status is not None and status.retry_at > format_instant(turn.now):
        return AnchorProgress(False, "anchor.backing-off", datetime.fromisoformat(status.retry_at))
    idle = _idle(stores, log.id, status, turn)
    if idle is not None:
        return idle
    lane = take_lane(stores, client, keys.sender, turn)
    if lane is None:
        return AnchorProgress(False, "anchor.not-leading")
    try:
        progress = _work(lane, log, keys)
        _note_well(lane, log.id)
    except LedgerError as error:
        if error.code.startswith("database.") or error.code == "lease.lost":
            raise
        return _note_trouble(lane, log.id, status, error)
    finally:
        lane.release()
    return progress


def _work(lane: Lane, log: LogRow, keys: AnchorKeys) -> AnchorProgress:
    binding = bound(lane.stores)
    require_binding(lane.client, binding)
    track = Track(lane, Place(binding, _registry_log_id(lane, log)))
    trouble = _follow_all(track, log.id)
    if any(is_in_flight(attempts) for attempts in groups(track, log.id)):
        return AnchorProgress(False, "anchor.in-flight")
    status = lane.stores.database.read(lambda tx: log_status(tx, log.id))
    if status is not None and status.state == STOPPED:
        raise Unavailable("log.stopped", status.reason)
    progress = _publish_when_due(track, log, keys)
    if trouble is not None:
        raise trouble
    return progress


def _follow_all(track: Track, log_id: int) -> LedgerError | None:
    """Follow every attempt; return what went wrong with one that is mined already, which must not hold up the next."""
    trouble: LedgerError | None = None
    for attempts in groups(track, log_id):
        try:
            follow(track, attempts)
        except LedgerError as error:
            if is_in_flight(attempts) or error.code == "lease.lost":
                raise
            trouble = error
    return trouble


def _idle(stores: Stores, log_id: int, status: AnchorStatusRow | None, turn: Turn) -> AnchorProgress | None:
    """Return the answer of a turn that has nothing to do, without a write and without asking the chain."""
    if (
        status is None
        or status.code
        or add_seconds(datetime.fromisoformat(status.at), HEARTBEAT_SECONDS) <= format_instant(turn.now)
    ):
        return None
    if stores.database.read(lambda tx: open_attempts(tx, log_id)):
        return None
    waiting = waiting_growth(stores, log_id)
    if waiting is None:
        return AnchorProgress(False, "anchor.nothing-new")
    moment = due(turn.policy, waiting.growth)
    return AnchorProgress(False, "anchor.not-due", moment.at) if moment.at > turn.now else None


def _registry_log_id(lane: Lane, log: LogRow) -> bytes:
    known = lane.stores.database.read(lambda tx: log_by_id(tx, log.id))
    if known is None or known.registry_log_id is None:
        raise Unavailable("anchor.unregistered", "expected a log that the registry knows: register it first")
    return known.registry_log_id


def _publish_when_due(track: Track, log: LogRow, keys: AnchorKeys) -> AnchorProgress:
    lane = track.lane
    waiting = waiting_growth(lane.stores, log.id)
    if waiting is None:
        return AnchorProgress(False, "anchor.nothing-new")
    moment = due(lane.turn.policy, waiting.growth)
    if moment.at > lane.turn.now:
        return AnchorProgress(False, "anchor.not-due", moment.at)
    try:
        new = sign_publication(track, Publication(log, waiting.checkpoint, keys))
    except HistoryDiffers as error:
        _stop(lane, log, error)
        raise
    follow(track, [store_attempt(track, new)])
    for attempts in groups(track, log.id):  # a chain that mines at once has its answer now
        follow(track, attempts)
    return AnchorProgress(True)


def _stop(lane: Lane, log: LogRow, error: HistoryDiffers) -> None:
    reason = f"{error.code}: {error.message}"
    lane.write(lambda tx: set_log_status(tx, StatusRow(log.id, STOPPED, reason, lane.at)))


def _note_well(lane: Lane, log_id: int) -> None:
    balance = str(lane.client.balance(lane.sender.address))
    row = AnchorStatusRow(log_id, "", "", lane.at, 0, "", balance, lane.at)
    lane.stores.database.write(lambda tx: set_anchor_status(tx, row))


def _note_trouble(lane: Lane, log_id: int, before: AnchorStatusRow | None, error: LedgerError) -> AnchorProgress:
    again = before is not None and before.code == error.code
    failures = before.failures + 1 if before is not None and before.code else 1
    retry_at = add_seconds(lane.turn.now, backoff_seconds(lane.turn.policy, failures))
    row = AnchorStatusRow(
        log_id=log_id,
        code=error.code,
        message=error.message,
        since=before.since if before is not None and again else lane.at,
        failures=failures,
        retry_at=retry_at,
        balance_wei=before.balance_wei if before is not None else "",
        at=lane.at,
    )

    def work(tx: Connection) -> None:
        set_anchor_status(tx, row)

    lane.stores.database.write(work)
    return AnchorProgress(False, error.code, datetime.fromisoformat(retry_at))
