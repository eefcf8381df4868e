"""Replay every decision from the log: which loans were approved outside the policy then in force (DESIGN sections 6 and 8).

Promises: reads entries and opened fields only, in the order of the log, up to the size that it had at the beginning; memory of the
open applications and a few pages of entries. A field that does not open is left to `tally audit`. Leaves the rules to core.applications.replay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.core.applications.replay import Replay
from ledger.core.applications.replay_case import Checked
from ledger.core.applications.replay_rows import (
    STATE_COLUMNS,
    TABLE_COLUMNS,
    check_decision_row,
    check_state_row,
    check_stateless,
    check_table_row,
    check_unrecorded,
)
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.log.audit_findings import Finding
from ledger.services.applications.judge_receipts import receipts_judge
from ledger.services.applications.trail_pages import DECIDED, SMALL, read_pages, read_pages_ahead
from ledger.services.context import Stores
from ledger.services.log.audit_run import OpenStores
from ledger.storage.audit_reads import Read, decisions_without_entry, stream
from ledger.storage.database import Connection
from ledger.storage.log import size
from ledger.storage.logs import LogRow, all_logs


@dataclass(frozen=True, kw_only=True)
class ApprovalReport:
    """What the replay found, and how much it replayed; `unopened` entries could not be read because they were erased or altered."""

    findings: tuple[Finding, ...]
    applications: int
    decisions: int
    unopened: int
    unjudged: int  # blacklist checks whose receipts nobody looked at
    numbers: Mapping[str, str]  # of the applications that findings are about, by their ids

    @property
    def is_clean(self) -> bool:
        return not self.findings


def audit_approvals(
    stores: Stores,
    advance: Callable[[int], None] = lambda _: None,
    reopen: OpenStores | None = None,
    believed: CheckPolicy | None = None,
) -> ApprovalReport:
    """Return what a replay of all institutions' decisions finds; `advance` is told how many entries were read since.

    Where `reopen` (picklable) opens the stores anew, a long log is read by processes of their own. Receipts of blacklist checks are
    judged by `believed`, each in some 30 ms (Argon2id); without it they are counted.
    """
    logs = stores.database.read(lambda tx: [(log, size(tx, log.id)) for log in all_logs(tx) if log.kind == "main"])
    judges = [None if believed is None else receipts_judge(stores, log.institution_id, believed) for log, _ in logs]
    replays = [
        _replay(stores, log, entries, advance, reopen, judge)
        for (log, entries), judge in zip(logs, judges, strict=True)
    ]
    findings = tuple(finding for replay in replays for finding in replay.findings)
    return ApprovalReport(
        findings=findings,
        applications=sum(replay.applications for replay in replays),
        decisions=sum(replay.decisions for replay in replays),
        unopened=sum(replay.unopened for replay in replays),
        unjudged=sum(replay.unjudged for replay in replays),
        numbers={
            finding.id: replay.cases[finding.id].content.number
            for replay in replays
            for finding in replay.findings
            if finding.id in replay.cases
        },
    )


def _replay(  # noqa: PLR0913, PLR0917  # what one log is read with
    stores: Stores,
    log: LogRow,
    entries: int,
    advance: Callable[[int], None],
    reopen: OpenStores | None,
    judge: Callable[[Checked], str | None] | None,
) -> Replay:
    replay, is_long = Replay(judge_check=judge), entries >= SMALL
    pages = read_pages_ahead(reopen, log, entries) if reopen and is_long else read_pages(stores, log, entries)
    for page in pages:
        for entry in page.entries:
            replay.note(entry)
            if entry.type == DECIDED:
                check_decision_row(replay, entry, page.decisions.get(entry.id))
        advance(len(page.entries))
    replay.finish()
    stores.database.read(lambda tx: _check_rows(tx, replay))
    return replay


def _check_rows(tx: Connection, replay: Replay) -> None:
    seen = set()
    for raw in stream(tx, Read(table="application_state", columns=STATE_COLUMNS, order=("application_id",))):
        check_state_row(replay, dict(zip(STATE_COLUMNS, raw, strict=True)))
        seen.add(str(raw[0]))
    check_stateless(replay, seen)
    for kind, table in (("policy", "policy"), ("ruleset", "rule_set")):
        for raw in stream(tx, Read(table=table, columns=TABLE_COLUMNS, order=("id",))):
            check_table_row(replay, kind, dict(zip(TABLE_COLUMNS, raw, strict=True)))
    for entry_id, application in decisions_without_entry(tx):
        if application in replay.cases:
            check_unrecorded(replay, entry_id, application)
