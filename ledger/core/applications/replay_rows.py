"""The tables of decisions and states, held against the log that a replay has just read (DESIGN section 6).

Promises: a row of a decision, a state, a policy or a rule set that says something else than its own entry, that no entry made, or that is gone,
is a finding, so that whoever edits a table is named here too. Leaves
every other table to the integrity audit, and what the log itself says to `replay`.
"""

from collections.abc import Collection, Mapping

from ledger.core.applications.replay_case import Book
from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_shown import show
from ledger.core.log.directory import format_instant
from signing.canonical import encode

DECISION_COLUMNS = ("entry_id", "application_id", "decider_id", "decided_at")
STATE_COLUMNS = (
    "application_id", "state", "version", "step", "waiting_for", "due_on", "policy_id", "path", "changed_entry"
)  # fmt: skip
TABLE_COLUMNS = ("id", "content", "sha256")  # of policies and rule sets
_STANDS = STATE_COLUMNS[1:-1]
_DIFFERENT = "approval.row-differs"


def check_decision_row(book: Book, entry: TrailEntry, row: Mapping[str, object] | None) -> None:
    """Hold the row of a decision against its entry; what was erased says nothing."""
    expected = {
        "application_id": entry.subject,
        "decider_id": entry.values.get("decider"),
        "decided_at": format_instant(entry.at),
    }
    for name, value in expected.items():
        found = None if row is None else row[name]
        if value is not None and found != value:
            _differs(book, entry.subject, f"decision.{name}", (value, found), entry.index)


def check_unrecorded(book: Book, entry_id: str, application: str) -> None:
    """Name the row of a decision that no entry made."""
    _differs(book, application, "decision.entry_id", (None, entry_id), None)


def check_stateless(book: Book, applications: Collection[str]) -> None:
    """Name each application of the log for which no row says where it stands."""
    for application in book.cases.keys() - applications:
        _differs(book, application, "application_state.application_id", (application, None), None)


def check_table_row(book: Book, kind: str, row: Mapping[str, object]) -> None:
    """Hold the row of a policy or a rule set (`kind`) against what was proposed; one that the log does not have yet waits."""
    proposed = (book.timeline.proposed if kind == "policy" else book.timeline.proposed_rules).get(str(row["id"]))
    if proposed is None:
        return
    table = proposed[1]
    expected = {"content": encode(table.to_json()).decode(), "sha256": table.sha256()}
    for name, value in expected.items():
        if row[name] != value:
            found = Finding(
                code=_DIFFERENT,
                kind=kind,
                id=str(row["id"]),
                field=f"{'policy' if kind == 'policy' else 'rule_set'}.{name}",
                expected=show(name, value),
                found=show(name, row[name]),
            )
            book.findings.append(found)


def check_state_row(book: Book, row: Mapping[str, object]) -> None:
    """Hold where an application is said to stand against its newest entry; a row of an entry that is not in the log yet waits."""
    case = book.cases.get(str(row["application_id"]))
    if case is None or not isinstance(case.stands, dict) or row["changed_entry"] != case.newest:
        return
    for name in _STANDS:
        value = case.stands.get(name)
        if row[name] != value:
            _differs(book, str(row["application_id"]), f"application_state.{name}", (value, row[name]), None)


def _differs(book: Book, application: str, field: str, values: tuple[object, object], index: int | None) -> None:
    column = field.partition(".")[2]
    expected, found = (show(column, value) for value in values)
    book.findings.append(
        Finding(
            code=_DIFFERENT,
            kind="application",
            id=application,
            field=field,
            expected=expected,
            found=found,
            index=index,
        )
    )
