"""`tally audit approvals`: every decision taken once more from the log, and each that the policy did not allow (DESIGN section 6)."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from api.commands.local import reopen_stores
from api.commands.outcome import EXIT_DONE, EXIT_FAILED, say, say_json
from api.commands.progress import progress
from api.wiring.co_located import believed
from api.wiring.installation import Installation
from ledger.core.applications.finding_words import MEANS
from ledger.services.applications.audit_approvals import ApprovalReport
from ledger.services.applications.audit_approvals import audit_approvals as replay


def audit_approvals(here: Installation, *, as_json: bool, receipts: bool = True) -> int:
    """Replay all decisions, say what was found, and return the exit code: 0 clean, 1 with findings."""
    with progress("Replaying decisions", None) as advance, uncollected():
        report = replay(here.stores, advance, reopen_stores, believed(here) if receipts else None)
    if as_json:
        say_json(_json(report))
    else:
        say(_text(report))
    return EXIT_DONE if report.is_clean else EXIT_FAILED


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of cycles from walking, again and again, over the many cases that a replay holds: it leaves no cycles."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _json(report: ApprovalReport) -> dict[str, object]:
    return {
        "tag": "tally/approval-report/v1",
        "findings": [finding.to_json() for finding in report.findings],
        "applications": report.applications,
        "decisions": report.decisions,
        "unopened": report.unopened,
        "unjudged": report.unjudged,
        "numbers": dict(report.numbers),
    }


def _text(report: ApprovalReport) -> str:
    lines = [
        (
            f"{report.applications} applications and {report.decisions} decisions replayed from the log, with the roles and policies "
            "that it holds."
        )
    ]
    if report.unopened:
        lines.append(
            f"{report.unopened} entries could not be replayed: their fields were erased or do not open (see `tally audit`)."
        )
    if report.unjudged:
        lines.append(f"{report.unjudged} blacklist checks were taken at their word: their receipts were not judged.")
    if report.is_clean and report.decisions:
        lines.append("Every decision was allowed by the policy then in force.")
    for finding in report.findings:
        number = f"{report.numbers[finding.id]} " if finding.id in report.numbers else ""
        place = "" if finding.index is None else f", log index {finding.index}"
        lines.append(f"  {finding.code}  {finding.kind} {number}({finding.id}), {finding.field}{place}")
        lines.append(f"    means:    {MEANS[finding.code]}")
        lines.append(f"    expected: {finding.expected}")
        lines.append(f"    found:    {finding.found}")
    if not report.is_clean:
        lines.append(f"{len(report.findings)} finding(s). All codes: docs/audit-approvals.md")
    return "\n".join(lines)
