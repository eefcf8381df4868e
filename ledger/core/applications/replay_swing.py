"""A policy that was changed and changed back around a loan, and what the loan gained by it (DESIGN section 6).

Promises: looks at the policies in the order in which they held for the loan's own branch; a policy that comes back under another name is the
same one; a loan that the policy before and after would have sent the same way is no finding.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ledger.core.applications.policy import Path, Policy
from ledger.core.applications.policy_check import Case as Situation
from ledger.core.applications.policy_check import path_for
from ledger.core.applications.replay_case import Book, Case
from ledger.core.applications.timeline import PublishedPolicy, covers
from ledger.core.log.audit_findings import Finding


def check_swings(book: Book) -> None:
    """Add a finding for each loan that another path decided than the policy asks for that held before, and again after."""
    held: dict[str, list[PublishedPolicy]] = {}
    tables: dict[str, bytes] = {}
    for name, case in book.cases.items():
        if case.policy is None or case.review is None:
            continue
        branch = case.content.branch
        if branch not in held:
            held[branch] = _in_force(book.timeline.policies, branch)
        around = _around(held[branch], case.policy, tables)
        if around is None:
            continue
        situation = case.content.case(case.review.amount, listed=case.at_hand.is_listed)
        asked, taken = _way(around.policy, situation), _way(case.policy.policy, situation)
        if asked[1] != taken[1]:
            book.findings.append(_finding(name, case, (around, asked[0]), (case.policy, taken[0])))


def _in_force(policies: Sequence[PublishedPolicy], branch: str) -> list[PublishedPolicy]:
    """Return the policies of a branch in the order in which each began to hold."""
    mine = (item for item in policies if covers(item.policy, branch))
    return sorted(mine, key=_since)


def _around(held: Sequence[PublishedPolicy], used: PublishedPolicy, tables: dict[str, bytes]) -> PublishedPolicy | None:
    """Return the policy that held before the one that was used, and came back after it; None where none did."""
    own = _table(used, tables)
    later = {_table(item, tables) for item in held if _since(item) > _since(used)}
    before = (item for item in reversed(held) if _since(item) < _since(used))
    return next((item for item in before if own != _table(item, tables) in later), None)


def _since(item: PublishedPolicy) -> tuple[datetime, int]:
    return item.holds_from, item.index


def _table(item: PublishedPolicy, tables: dict[str, bytes]) -> bytes:
    """Return what a policy says, whatever it is called."""
    if item.id not in tables:
        tables[item.id] = replace(item.policy, name="").sha256()
    return tables[item.id]


def _way(policy: Policy, situation: Situation) -> tuple[str, Path]:
    name, _ = path_for(policy, situation)
    return name, policy.paths[name]


def _finding(name: str, case: Case, asked: tuple[PublishedPolicy, str], used: tuple[PublishedPolicy, str]) -> Finding:
    expected, found = (f"path {path} of policy {policy.id}" for policy, path in (asked, used))
    return Finding(
        code="approval.policy-swung",
        kind="application",
        id=name,
        field="policy",
        expected=f"{expected}, which held before and again after",
        found=found,
        index=case.policy.index if case.policy else None,
    )
