"""The conditions of an approval, until each is met: somebody brings evidence, another person checks it (DESIGN section 6).

Promises: pure, and the same for the service and for the replay. Leaves to others: the evidence itself, storing.
"""

from collections.abc import Collection, Mapping, Sequence

from ledger.errors import Conflict, InvalidInput, NotAllowed


def require_unmet(conditions: Sequence[str], met: Collection[int], place: int) -> None:
    """Raise unless there is a condition at this place that is not met yet."""
    if not 0 <= place < len(conditions):
        raise InvalidInput("condition.unknown", f"expected a condition from 0 to {len(conditions) - 1}", field="place")
    if place in met:
        raise Conflict("condition.fulfilled", "this condition was noted as met before")


def require_checker(reporters: Mapping[int, str], place: int, checker: str, own: Collection[str]) -> None:
    """Raise unless evidence was brought for this condition, by another person than its checker."""
    if place not in reporters:
        raise Conflict("condition.not-reported", "nobody has brought evidence for this condition yet")
    if checker == reporters[place] or checker in own:
        raise NotAllowed(
            "condition.own", "whoever brought the evidence, or entered the application, does not check it; ask another"
        )
