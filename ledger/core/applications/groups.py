"""Which applications count together: those of the same applicant or of a linked one, close in time (DESIGN section 6).

Promises: pure; links are followed through shared applicants, so that a loan split over relatives' firms is added up. Leaves to
others: finding candidates (storage), and whether a currency can be converted: another currency never counts as nothing, it is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Line:
    """One application as the adding-up sees it: who is behind it, how much, when it was submitted."""

    application: str
    applicants: frozenset[str]
    currency: str
    amount: int
    submitted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Group:
    """The applications that count together, and their sum in minor units of the first one's currency."""

    applications: tuple[str, ...]
    amount: int
    other_currencies: tuple[str, ...]


def group_of(own: Line, others: Sequence[Line], *, days: int) -> Group:
    """Return the group of `own`: itself and all others within `days` that share an applicant with any of the group."""
    near = [line for line in others if abs(line.submitted_at - own.submitted_at) <= timedelta(days=days)]
    people, members = set(own.applicants), [own]
    waiting = sorted((line for line in near if line.application != own.application), key=lambda line: line.application)
    while joined := [line for line in waiting if line.applicants & people]:
        members += joined
        people.update(*(line.applicants for line in joined))
        waiting = [line for line in waiting if line not in joined]
    same = [line for line in members if line.currency == own.currency]
    return Group(
        applications=tuple(line.application for line in members),
        amount=sum(line.amount for line in same),
        other_currencies=tuple(sorted({line.currency for line in members} - {own.currency})),
    )


@dataclass
class Lines:
    """All lines by the people behind them: the group of one of a hundred thousand is found without looking at the rest."""

    _by_person: dict[str, dict[str, Line]] = field(default_factory=dict)

    def put(self, line: Line) -> None:
        """Add a line, in the place of an earlier one of the same application and people."""
        for person in line.applicants:
            self._by_person.setdefault(person, {})[line.application] = line

    def drop(self, line: Line) -> None:
        """Take an application's line out, if it is here."""
        for person in line.applicants:
            self._by_person.get(person, {}).pop(line.application, None)

    def group_of(self, own: Line, *, days: int) -> Group:
        """Return what `group_of` returns for `own` and all lines that were put here."""
        window = timedelta(days=days)
        found: dict[str, Line] = {}
        people, asked = set(own.applicants), set[str]()
        while new := people - asked:
            asked |= new
            lines = (line for person in new for line in self._by_person.get(person, {}).values())
            near = {line.application: line for line in lines if abs(line.submitted_at - own.submitted_at) <= window}
            found.update(near)
            people.update(*(line.applicants for line in near.values()))
        return group_of(own, list(found.values()), days=days)
