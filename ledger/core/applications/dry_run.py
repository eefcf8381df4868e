"""What another policy would have made of past applications (DESIGN section 6): per path how many before and after, and which moved.

Promises: pure; each application counts once, by its newest submission in the period; those that the policy does not decide on, by
currency or branch, are counted apart and never mixed in. Leaves to others: reading the past from the log (services).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from ledger.core.applications.application import Application
from ledger.core.applications.groups import Line, Lines
from ledger.core.applications.policy import ANY, Policy
from ledger.core.applications.policy_check import path_for


@dataclass(frozen=True, kw_only=True)
class Past:
    """One submission as it was: what it said, the path it took, and the amount of its group under the days of its policy."""

    application: str
    content: Application
    submitted_at: datetime
    path: str
    group_amount: int
    link_days: int
    listed: bool = False  # by a check that came after the content was written
    ended_at: datetime | None = None  # declined, withdrawn or lapsed: from then on it is not added up with others

    @property
    def line(self) -> Line:
        return Line(
            application=self.application,
            applicants=frozenset(applicant.id for applicant in self.content.applicants),
            currency=self.content.currency,
            amount=self.content.amount,
            submitted_at=self.submitted_at,
        )


@dataclass(frozen=True, kw_only=True)
class Period:
    """From a moment on, and before another."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True)
class Moved:
    """An application that would have taken another path, by which row."""

    application: str
    number: str
    before: str
    after: str
    row: str


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """How many applications took each path and would have taken it, and those that differ."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    moved: tuple[Moved, ...]
    other_currency: int
    other_branch: int

    @property
    def counted(self) -> int:
        return sum(self.before.values())

    def sentences(self) -> list[str]:
        """Say the difference, path by path, the largest first."""
        changes = {path: self.after.get(path, 0) - self.before.get(path, 0) for path in {*self.before, *self.after}}
        ordered = sorted((change for change in changes.items() if change[1]), key=lambda each: (-abs(each[1]), each[0]))
        return [
            f"this change would have sent {abs(count)} {'more' if count > 0 else 'fewer'} to {path}"
            for path, count in ordered
        ] or ["this change would have sent as many to each path"]


def dry_run(policy: Policy, past: Sequence[Past], period: Period) -> DryRun:
    """Return what `policy` makes of the applications submitted in a period; `past` also holds those they are linked with."""
    newest = {each.application: each for each in past if period.holds(each.submitted_at)}
    decided = [each for each in newest.values() if _decides(policy, each)]
    moved, after = [], Counter[str]()
    for each, amount in _amounts(policy, past, decided):
        path, row = path_for(policy, each.content.case(amount, listed=each.listed))
        after[path] += 1
        if path != each.path:
            moved.append(Moved(each.application, each.content.number, each.path, path, row))
    other_currency = sum(each.content.currency != policy.currency for each in newest.values())
    return DryRun(
        before=Counter(each.path for each in decided),
        after=after,
        moved=tuple(moved),
        other_currency=other_currency,
        other_branch=len(newest) - len(decided) - other_currency,
    )


def _decides(policy: Policy, each: Past) -> bool:
    return each.content.currency == policy.currency and (
        ANY in policy.branches or each.content.branch in policy.branches
    )


def _amounts(policy: Policy, past: Sequence[Past], decided: Sequence[Past]) -> Iterator[tuple[Past, int]]:
    """Yield each with its group's amount: as it was recorded, or added up anew where the policy links over other days.

    What was handed in later had not been there yet, and what had ended before no longer counted.
    """
    wanted, lines, standing = set(map(id, decided)), Lines(), list[tuple[datetime, int, Past]]()
    for place, each in enumerate(sorted(past, key=lambda one: one.submitted_at)):
        while standing and standing[0][0] <= each.submitted_at:
            lines.drop(heappop(standing)[2].line)
        if id(each) in wanted:
            is_same = policy.link_days == each.link_days
            yield each, each.group_amount if is_same else lines.group_of(each.line, days=policy.link_days).amount
        lines.put(each.line)
        if each.ended_at is not None:
            heappush(standing, (each.ended_at, place, each))
