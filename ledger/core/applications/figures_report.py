"""The figures of a period: time per stage, outcomes and rates, load per approver, the bottleneck; and two of them side by side.

Promises: pure arithmetic over counts; a rate without a denominator is None, never 0. Leaves counting to storage. DESIGN section 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

FINAL = ("approved", "approved-with-conditions", "declined")
APPROVED = FINAL[:2]
_RATE = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class Times:
    """How often something took how long, in business seconds; `late` came after its due day."""

    count: int
    total: int
    p50: int
    p90: int
    late: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits in a stage now, and how much of it past its due day."""

    count: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Everything that is counted of one period (and of one policy, where asked)."""

    stages: Mapping[str, Times]  # by the role that decides
    approvers: Mapping[str, Times]  # by person
    moved: Mapping[
        str, int
    ]  # how many went to each state; "submitted" are submissions, "fulfilled" met their last condition
    automated: Mapping[str, int]  # the same, of those that a rule set moved
    waiting: Mapping[str, Waiting]

    @property
    def decided(self) -> int:
        return sum(self.moved.get(state, 0) for state in FINAL)

    @property
    def approval_rate(self) -> Decimal | None:
        """Approved of all that were decided in the end."""
        return rate(sum(self.moved.get(state, 0) for state in APPROVED), self.decided)

    @property
    def return_rate(self) -> Decimal | None:
        """Returned for more material, of all submissions."""
        return rate(self.moved.get("returned", 0), self.moved.get("submitted", 0))

    @property
    def automation_rate(self) -> Decimal | None:
        """Decided in the end by a rule set, of all that were decided in the end."""
        return rate(sum(self.automated.get(state, 0) for state in FINAL), self.decided)

    @property
    def bottleneck(self) -> str | None:
        """The stage in which most business time went by; None when none did."""
        spent = {stage: times.total for stage, times in self.stages.items()}
        return max(spent, key=lambda stage: (spent[stage], stage)) if any(spent.values()) else None

    def rates(self) -> dict[str, Decimal | None]:
        return {
            "approval_rate": self.approval_rate,
            "return_rate": self.return_rate,
            "automation_rate": self.automation_rate,
        }


def rate(part: int, whole: int) -> Decimal | None:
    """Return a share with four decimals."""
    return (Decimal(part) / Decimal(whole)).quantize(_RATE) if whole else None


def change(before: Figures, after: Figures) -> dict[str, str | None]:
    """Return by how much each rate and each stage's p50 and p90 differ, `after` minus `before`; None where one side has none."""
    found: dict[str, str | None] = {}
    old, new = before.rates(), after.rates()
    for name in old:
        first, second = old[name], new[name]
        found[name] = None if first is None or second is None else f"{second - first:+}"
    for stage in sorted({*before.stages, *after.stages}):
        was, now = before.stages.get(stage), after.stages.get(stage)
        for name in ("p50", "p90"):
            found[f"{stage}.{name}"] = f"{getattr(now, name) - getattr(was, name):+}" if was and now else None
    return found
