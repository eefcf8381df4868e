"""Replay every decision from the log: which loans were approved outside the policy then in force (DESIGN sections 6 and 8).

Promises: reads entries and opened fields only, in the order of the log, in one snapshot; memory of the open applications and one
page of entries. A field that does not open is left to `tally audit`. Leaves the rules to core.applications.replay.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ledger.core.applications.replay import Replay
from ledger.core.applications.replay_rows import (
    DECISION_COLUMNS,
    STATE_COLUMNS,
    check_decision_row,
    check_state_row,
)
from ledger.core.applications.replay_sending import HANDLERS as SENDING
from ledger.core.log.audit_entry import Placed
from ledger.core.log.audit_findings import Finding, Gathered
from ledger.services.applications.trail import COLUMNS, placed_of, trail_entry
from ledger.services.context import Stores
from ledger.services.log.audit_vault import Vault
from ledger.storage.audit_reads import Read, decision_rows, stream
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow, all_logs

BATCH = 500  # entries whose vault fields are fetched at once: below the parameter limit of every SQLite
KINDS = frozenset({"institution", "person", "key", "policy", "ruleset", "delegation", "application", "agreement"})
NOT_NEEDED = frozenset({"people", "held"})  # a replay rests on neither, and personal data stays closed
_DECIDED = "application.decided"


@dataclass(frozen=True, kw_only=True)
class ApprovalReport:
    """What the replay found, and how much it replayed; `unopened` entries could not be read because they were erased or altered."""

    findings: tuple[Finding, ...]
    applications: int
    decisions: int
    unopened: int

    @property
    def is_clean(self) -> bool:
        return not self.findings


def audit_approvals(stores: Stores, advance: Callable[[int], None] = lambda _: None) -> ApprovalReport:
    """Return what a replay of all institutions' decisions finds; `advance` is told how many entries were read since."""
    replays = stores.database.read(
        lambda tx: [_replay(tx, stores, log, advance) for log in all_logs(tx) if log.kind == "main"]
    )
    return ApprovalReport(
        findings=tuple(finding for replay in replays for finding in replay.findings),
        applications=sum(replay.applications for replay in replays),
        decisions=sum(replay.decisions for replay in replays),
        unopened=sum(replay.unopened for replay in replays),
    )


def _replay(tx: Connection, stores: Stores, log: LogRow, advance: Callable[[int], None]) -> Replay:
    replay, vault = Replay(), Vault.of(tx, stores, Gathered())
    for batch in _batches(tx, log):
        values = vault.open(batch, but=NOT_NEEDED)
        decisions = _decisions(tx, batch)
        for placed in batch:
            entry = trail_entry(placed, values[placed.entry.id])
            replay.note(entry)
            if entry.type == _DECIDED:
                check_decision_row(replay, entry, decisions.get(entry.id))
        advance(len(batch))
    replay.finish()
    for raw in stream(tx, Read(table="application_state", columns=STATE_COLUMNS, order=("application_id",))):
        check_state_row(replay, dict(zip(STATE_COLUMNS, raw, strict=True)))
    return replay


def _decisions(tx: Connection, batch: Sequence[Placed]) -> dict[str, dict[str, object]]:
    """Return the rows of a batch's decisions by entry, as they are."""
    ids = [placed.entry.id for placed in batch if placed.entry.type == _DECIDED]
    rows = decision_rows(tx, DECISION_COLUMNS, ids) if ids else []
    return {str(row[0]): dict(zip(DECISION_COLUMNS, row, strict=True)) for row in rows}


def _batches(tx: Connection, log: LogRow) -> Iterator[Sequence[Placed]]:
    batch: list[Placed] = []
    read = Read(table="entry", columns=COLUMNS, order=("idx",), equal={"log_id": log.id})
    for raw in stream(tx, read):
        placed = placed_of(log, raw) if raw[5] in KINDS else None
        if placed is not None and _concerns(placed):
            batch.append(placed)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _concerns(placed: Placed) -> bool:
    """Say whether an entry is one that the replay reads: of agreements those alone that make and send them."""
    return placed.entry.subject.kind != "agreement" or placed.entry.type in SENDING
