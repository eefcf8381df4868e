"""The rows that the later life of an application makes: versions, what was brought for its conditions, and its state (see `expected`)."""

from collections.abc import Callable, Mapping

from ledger.core.applications.expected_rows import content_of, move_row, version_row
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Value


def _versioned(projection: Projection, told: Told, world: World) -> None:
    del world
    version_row(projection, told, content_of(projection, told))
    move_row(projection, told)


def _moved(projection: Projection, told: Told, world: World) -> None:
    del world
    move_row(projection, told)


def _reported(projection: Projection, told: Told, world: World) -> None:
    del world
    entry = told.placed.entry
    row: dict[str, Value] = {
        "entry_id": entry.id,
        "application_id": entry.subject.id,
        "place": _place(told),
        "reporter_id": text_of(told.values.get("reporter")),
        "recorded_at": entry.at,
    }
    projection.expect("condition_report", told, row)
    move_row(projection, told)


def _met(projection: Projection, told: Told, world: World) -> None:
    del world
    entry = told.placed.entry
    row: dict[str, Value] = {
        "application_id": entry.subject.id,
        "place": _place(told),
        "entry_id": entry.id,
        "recorded_at": entry.at,
    }
    projection.expect("condition_fulfilled", told, row)
    move_row(projection, told)


def _place(told: Told) -> Value:
    place = told.placed.entry.public.get("condition")
    return place if isinstance(place, int) else UNTOLD


LIFE: Mapping[str, Callable[[Projection, Told, World], None]] = {
    "application.corrected": _versioned,
    "application.accepted": _versioned,
    "application.told": _moved,
    "application.message-queued": _moved,
    "application.withdrawn": _moved,
    "application.lapsed": _moved,
    "application.condition-reported": _reported,
    "application.condition-met": _met,
}
