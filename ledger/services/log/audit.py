"""The integrity audit: everything that is kept is read again, and whatever differs is named (DESIGN section 8).

Promises: nothing is trusted but the entries' bytes under signed checkpoints; a clean ledger has no findings, also while its
sequencer works; no personal value stands in a report. What each code means and what to do: docs/audit.md.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ledger.chain.client import ChainClient
from ledger.core.log.audit_findings import AuditReport, CheckedLog, Finding, Gathered, with_checkpoint
from ledger.services.context import Stores
from ledger.services.log.audit_anchors import audit_anchors
from ledger.services.log.audit_run import Done, OpenStores, plan, run_here, run_spread
from ledger.services.log.audit_world import log_rows
from ledger.storage.database import Connection
from ledger.storage.log import size
from ledger.storage.logs import checkpoint_covering

SMALL = 20_000  # entries below which starting processes costs more than it saves


@dataclass(frozen=True)
class Scope:
    """How an audit is run: in this process, or spread over `workers` processes that `reopen` the stores (picklable)."""

    workers: int = 1
    reopen: OpenStores | None = None


@dataclass(frozen=True)
class Progress:
    """How many parts of the audit are done."""

    done: int
    total: int


def audit(
    stores: Stores, client: ChainClient | None, scope: Scope, progress: Callable[[Progress], None]
) -> AuditReport:
    """Read everything again and return what differs. `client` None leaves the chain unasked ("not checked").

    Raises Unavailable when a store does not answer: an audit that could not read is no audit.
    """
    tasks, entries = stores.database.read(lambda tx: (plan(tx), sum(size(tx, row.id) for row in log_rows(tx))))
    total = len(tasks) + 1
    progress(Progress(0, total))
    reopen = scope.reopen if scope.workers > 1 and entries >= SMALL else None
    results = run_here(stores, tasks) if reopen is None else run_spread(tasks, scope.workers, reopen)
    gathered, logs = Gathered(), list[CheckedLog]()
    for done, result in enumerate(results, start=1):
        _take(gathered, logs, result)
        progress(Progress(done, total))
    gathered.add(audit_anchors(stores, client))
    progress(Progress(total, total))
    return _report(stores, gathered, logs, chain_checked=client is not None)


def _take(gathered: Gathered, logs: list[CheckedLog], done: Done) -> None:
    gathered.add(done.gathered)
    if done.log is not None:
        logs.append(done.log)


def _report(stores: Stores, gathered: Gathered, logs: Iterable[CheckedLog], *, chain_checked: bool) -> AuditReport:
    findings = stores.database.read(lambda tx: [_placed(tx, finding) for finding in gathered.findings])
    findings.sort(key=lambda finding: (finding.kind, finding.id, finding.field, finding.code))
    return AuditReport(
        findings=tuple(findings),
        total=len(findings) + gathered.left_out,
        notes=tuple(gathered.notes),
        counts=dict(gathered.counts),
        logs=tuple(sorted(logs, key=lambda log: log.origin)),
        chain_checked=chain_checked,
    )


def _placed(tx: Connection, finding: Finding) -> Finding:
    """Name the first checkpoint that covers the entry: from it on, what was signed contradicts what is stored."""
    if finding.index is None:
        return finding
    log_id = next((row.id for row in log_rows(tx) if row.origin == finding.log), None)
    covering = checkpoint_covering(tx, log_id, finding.index) if log_id is not None else None
    return with_checkpoint(finding, covering.size if covering else None)
