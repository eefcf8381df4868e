"""The insider of the demonstration: who owns the database file and changes rows past every trigger; and what the audits say of it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.finding_words import MEANS
from ledger.core.applications.policy import Policy
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.log.audit_findings import Finding
from ledger.services.applications.audit_approvals import audit_approvals
from ledger.services.context import Stores
from ledger.services.log.audit import Scope, audit
from signing.canonical import encode

REPLAY: Final = "tally audit approvals"
AUDIT: Final = "tally audit"


@dataclass(frozen=True)
class Found:
    """One finding, and which command named it."""

    command: str
    finding: Finding

    def text(self, known: Mapping[str, str]) -> str:
        """Return the finding in one line; ids that are `known` by a name (people, loans) are written as that."""
        item = self.finding
        expected, found = (known.get(value, value) for value in (item.expected, item.found))
        of = f" of {known[item.id]}" if item.id in known else ""
        field = item.field if "." in item.field else f"{item.kind}.{item.field}"
        means = f" ({MEANS[item.code]})" if item.code in MEANS else ""
        return f"{item.code}{means}: {field}{of}: expected {expected}, found {found}"


def findings_of(stores: Stores, policy: CheckPolicy) -> list[Found]:
    """Return what both audits find, that of the approvals first."""
    replayed = audit_approvals(stores, believed=policy).findings
    read = audit(stores, None, Scope(), lambda _: None).findings
    return [*(Found(REPLAY, item) for item in replayed), *(Found(AUDIT, item) for item in read)]


def swap_policy(file: Path) -> None:
    """Put a laxer table in the place of the published one: one officer instead of three people up to CNY 1,000,000."""
    three = DEFAULT_POLICY.paths["three"]
    paths = {**DEFAULT_POLICY.paths, "three": replace(three, steps=three.steps[:1])}
    lax: Policy = replace(DEFAULT_POLICY, paths=paths)
    _write(file, "UPDATE policy SET content = ?, sha256 = ?", (encode(lax.to_json()).decode(), lax.sha256()))


def rename_decider(file: Path, loan: str, person: str) -> None:
    """Put another name to the newest decision on a loan."""
    newest = "SELECT max(entry_id) FROM decision WHERE application_id = ?"
    _write(file, f"UPDATE decision SET decider_id = ? WHERE entry_id = ({newest})", (person, loan))  # noqa: S608  # no value is in it


def date_back(file: Path, loan: str) -> None:
    """Date the decision on a loan back to a year before."""
    dated = "UPDATE decision SET decided_at = '2020' || substr(decided_at, 5) WHERE application_id = ?"
    _write(file, dated, (loan,))


def _write(file: Path, statement: str, values: tuple[object, ...]) -> None:
    """Run one statement past every trigger of the database."""
    with closing(sqlite3.connect(file, timeout=10)) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(statement, values)
