"""What works and what is behind, as an operator or a load balancer asks it; and the figures behind it.

Promises: a chain that is away makes the service `degraded`, never unready: writes go on and anchors catch up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.wiring import ids
from api.wiring.installation import Installation
from api.wiring.senders import ways_of
from ledger.errors import LedgerError
from ledger.services.log.anchor_health import AnchorHealth, anchor_health
from ledger.services.log.read_checkpoint import list_logs
from ledger.storage.anchors import latest_anchor
from ledger.storage.database import Connection
from ledger.storage.log import oldest_pending_at, pending_count
from ledger.storage.logs import LogRow, all_logs, latest_checkpoint, log_status
from ledger.storage.seals import Wanted, count_jobs

LATE_SECONDS = 10.0  # a batch takes well under a second; an entry waiting this long says that nobody sequences
_UNREGISTERED = "the registry does not know this log yet; the worker registers it as soon as the chain answers"
_SERVE = {"database", "log", "sequencer"}


@dataclass(frozen=True)
class Check:
    """One thing looked at; `detail` says what was found, and what to do when it does not work."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Health:
    """All checks of one look."""

    checks: tuple[Check, ...]

    @property
    def can_serve(self) -> bool:
        return all(check.ok for check in self.checks if check.name.split(":")[0] in _SERVE)

    @property
    def status(self) -> str:
        if not self.can_serve:
            return "unready"
        return "ready" if all(check.ok for check in self.checks) else "degraded"

    def to_json(self) -> dict[str, object]:
        return {"status": self.status, "checks": [vars(check) for check in self.checks]}


@dataclass(frozen=True)
class LogFigures:
    """What is counted of one log."""

    name: str
    size: int
    pending: int
    waiting_seconds: float
    anchored_size: int
    running: bool
    reason: str


def look(here: Installation) -> Health:
    """Look at the database, every log, its sequencer, and the chain."""
    try:
        figures = read_figures(here)
    except LedgerError as error:
        return Health((Check("database", ok=False, detail=f"{error.code}: {error.message}"),))
    checks = [Check("database", ok=True, detail="answers")]
    for line in figures:
        checks.append(Check(f"log:{line.name}", ok=line.running, detail=line.reason or f"{line.size} entries"))
        on_time = line.waiting_seconds < LATE_SECONDS
        detail = (
            f"{line.pending} waiting"
            if on_time
            else f"an entry waits for {line.waiting_seconds:.0f} s; is a worker running?"
        )
        checks.append(Check(f"sequencer:{line.name}", ok=on_time, detail=detail))
    return Health((*checks, *_anchors(here), *_seals(here), _messages(here)))


def _messages(here: Installation) -> Check:
    """Say by which ways messages reach people; a folder is no failure, since a demonstration needs nothing else."""
    ways = ways_of(here.settings)
    if not ways:
        detail = "no sender is set up: messages to people stay in the folder `outbox` of the data folder (TALLY_SMTP_HOST, TALLY_SMS_URL)"
    else:
        missing = [name for name in ("email", "sms") if name not in ways]
        detail = f"by {' and '.join(ways)}" + (f"; no {missing[0]} sender is set up" if missing else "")
    return Check("messages", ok=True, detail=detail)


def _anchors(here: Installation) -> Iterator[Check]:
    """Yield what the anchoring loops last noted about the chain: kept in the database, so that every process can say it."""
    names = {line.origin: line.name for line in list_logs(here.stores)}
    for row in here.stores.database.read(all_logs):
        if row.registry_log_id is None:
            yield Check(f"chain:{names[row.origin]}", ok=False, detail=_UNREGISTERED)
            continue
        health = anchor_health(here.stores, row.id, here.anchor_policy("UTC"))
        yield Check(f"chain:{names[row.origin]}", ok=health.is_well, detail=_anchor_words(health))


def _seals(here: Installation) -> Iterator[Check]:
    """Yield how many files wait for their seal; one that failed again and again makes the service degraded."""
    waiting = here.stores.database.read(count_jobs)
    if waiting:
        jobs, failing = sum(line[1] for line in waiting), sum(line[2] for line in waiting)
        detail = f"{jobs} waiting, {failing} of them failed before" if failing else f"{jobs} waiting"
        yield Check("seals", ok=failing == 0, detail=f"{detail}; each agreement shows the code and the next try")
    else:
        yield Check("seals", ok=True, detail="none waiting")


def _anchor_words(health: AnchorHealth) -> str:
    if health.trouble is not None:
        trouble = health.trouble
        return f"{trouble.code} since {trouble.since}: {trouble.message} (next try {trouble.retry_at}; nothing is lost)"
    if health.balance_is_low:
        return f"the sender holds only {health.balance_wei} wei; fund it before anchoring stops"
    return f"anchored {health.final_size} of {health.newest_size} entries"


def read_figures(here: Installation) -> list[LogFigures]:
    """Return the figures of every log in one snapshot; raises Unavailable."""
    names = {line.origin: line.name for line in list_logs(here.stores)}
    now = ids.now()
    return here.stores.database.read(lambda tx: [_figures(tx, log, names[log.origin], now) for log in all_logs(tx)])


def _figures(tx: Connection, log: LogRow, name: str, now: datetime) -> LogFigures:
    status, newest, anchored = log_status(tx, log.id), latest_checkpoint(tx, log.id), latest_anchor(tx, log.id)
    oldest = oldest_pending_at(tx, log.id)
    return LogFigures(
        name=name,
        size=newest.size if newest else 0,
        pending=pending_count(tx, log.id),
        waiting_seconds=(now - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0.0,
        anchored_size=anchored.size if anchored else 0,
        running=status is None or status.state == "running",
        reason=status.reason if status else "",
    )


class Figures(Collector):
    """The figures of /metrics, read when they are asked for."""

    def __init__(self, here: Installation) -> None:
        self._here = here

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one gauge per figure, labelled by log."""
        gauges = {
            "size": GaugeMetricFamily("tally_log_size", "Entries under the newest checkpoint", labels=["log"]),
            "pending": GaugeMetricFamily("tally_log_pending", "Entries waiting for an index", labels=["log"]),
            "waiting_seconds": GaugeMetricFamily(
                "tally_log_waiting_seconds", "Age of the oldest waiting entry", labels=["log"]
            ),
            "anchored_size": GaugeMetricFamily(
                "tally_log_anchored_size", "Entries under the newest anchored checkpoint", labels=["log"]
            ),
            "running": GaugeMetricFamily(
                "tally_log_running", "1 while the log takes entries, 0 when it was stopped", labels=["log"]
            ),
        }
        seals = GaugeMetricFamily("tally_seals_waiting", "Files that wait for a seal or its renewal", labels=["wanted"])
        failing = GaugeMetricFamily("tally_seals_failing", "Those of them that failed before", labels=["wanted"])
        counted = {wanted: (jobs, failed) for wanted, jobs, failed in self._here.stores.database.read(count_jobs)}
        for wanted in (Wanted.SEAL, Wanted.RENEWAL):
            jobs, failed = counted.get(wanted, (0, 0))
            seals.add_metric([wanted], float(jobs))
            failing.add_metric([wanted], float(failed))
        yield from (seals, failing)
        for line in read_figures(self._here):
            for name, gauge in gauges.items():
                gauge.add_metric([line.name], float(getattr(line, name)))
        yield from gauges.values()
