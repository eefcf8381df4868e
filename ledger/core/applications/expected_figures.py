"""The rows of the figures that an application's entries make: the same fold that keeps them, held against the tables by the audit.

Promises: only entries that the fold has passed count; where an entry was erased, what it added is no longer told.
"""

from collections.abc import Mapping, Sequence

from ledger.core.applications.figures import Stage, Told, fold
from ledger.core.applications.stands import read_stands
from ledger.core.log import audit_projection as audit
from ledger.core.log.audit_rows import Value
from ledger.errors import InvalidInput
from signing.canonical import Json

FACTS, STAGES = "approval_fact", "approval_stage"


def expect_figures(projection: audit.Projection, history: Sequence[audit.Told], world: audit.World) -> None:
    """Expect the facts and the stage of one application."""
    before: Stage | None = None
    for told in history:
        placed = told.placed
        clock = world.business.get(placed.entry.institution)
        if placed.index is None or placed.index >= world.folded.get(placed.log.origin, 0):
            continue
        if "stands" not in placed.entry.private:
            continue
        read = read_told(told.type, placed.entry.at, told.values)
        if read is None or clock is None:
            projection.untold |= {FACTS, STAGES}
            return
        before, fact = fold(before, read, clock)
        key: dict[str, Value] = {"application_id": placed.entry.subject.id, "log_id": placed.log.id}
        projection.expect(FACTS, told, {**key, "idx": placed.index, **vars(fact)})
        if not projection.amend(STAGES, told, (placed.entry.subject.id,), vars(before)):
            projection.expect(STAGES, told, {**key, **vars(before)})


def read_told(kind: str, at: str, values: Mapping[str, Json]) -> Told | None:
    """Return an entry as the figures need it; None where its fields are erased or not what its type has."""
    is_automated = "automated" in values
    try:
        return Told(
            type=kind,
            at=at,
            stands=read_stands(values.get("stands")),
            decider="" if is_automated else str(values.get("decider") or ""),
            is_automated=is_automated,
        )
    except InvalidInput:
        return None
