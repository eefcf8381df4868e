"""An audit's result for people: what was read, every finding by its code, and what to do."""

from collections.abc import Sequence
from typing import Final

from api.commands.tables import facts, table
from ledger.core.log.audit_findings import AuditReport, Finding

MOST_FINDINGS: Final = 100  # on a screen; --json and --report have them all


def audit_text(report: AuditReport, recorded: Sequence[str]) -> str:
    """Return the page."""
    parts = [
        table(
            ("LOG", "ENTRIES", "CHECKPOINTS", "CHECKED TO"),
            [_log_row(report, place) for place in range(len(report.logs))],
        )
    ]
    parts += [_finding(finding) for finding in report.findings[:MOST_FINDINGS]]
    if report.total > MOST_FINDINGS:
        parts.append(f"… and {report.total - MOST_FINDINGS:,} more findings (--json, --report FILE)")
    parts += [f"Note: {item.text} ({item.kind} {item.id}) [{item.code}]" for item in report.notes[:MOST_FINDINGS]]
    return "\n\n".join([*parts, facts(_ends(report, recorded))])


def _log_row(report: AuditReport, place: int) -> tuple[str, ...]:
    log = report.logs[place]
    bad = (
        f"first bad checkpoint {log.first_bad_checkpoint}" if log.first_bad_checkpoint is not None else f"{log.size:,}"
    )
    return (log.origin, f"{log.entries:,}", f"{log.checkpoints:,}", bad)


def _finding(finding: Finding) -> str:
    where = f"{finding.log}, index {finding.index}" if finding.index is not None else (finding.log or "-")
    bad = (
        "none: not under a checkpoint"
        if finding.first_bad_checkpoint is None
        else f"{finding.first_bad_checkpoint:,} entries"
    )
    lines = [
        ("Record", f"{finding.kind} {finding.id}"),
        ("Field", finding.field),
        ("Expected", finding.expected),
        ("Found", finding.found),
    ]
    lines += [
        ("Log", where),
        ("First bad", f"checkpoint of {bad}" if finding.first_bad_checkpoint is not None else bad),
    ]
    return f"DIFFERS [{finding.code}]\n" + facts(lines, indent="  ")


def _ends(report: AuditReport, recorded: Sequence[str]) -> list[tuple[str, str]]:
    read = ", ".join(
        f"{count:,} {what}" for what, count in sorted(report.counts.items()) if not what.startswith("note:")
    )
    ends = [("Read", read or "nothing"), ("Chain", "checked" if report.chain_checked else "not checked")]
    if report.is_clean:
        ends.append(
            ("Result", "Clean: nothing differs." if report.chain_checked else "Clean, as far as it was checked.")
        )
    else:
        ends.append(("Result", f"{report.total:,} finding(s): what is stored is not what was recorded."))
        ends.append(("Next", "Keep the data folder as it is, copy it, and see docs/audit.md for each code."))
    if recorded:
        ends.append(("On record", ", ".join(recorded)))
    return ends
