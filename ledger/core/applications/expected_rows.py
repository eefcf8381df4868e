"""Rows that several entries of an application make: its versions and its current state.

Promises: what was erased is UNTOLD, never guessed. Leaves to `expected` and `expected_life` which entry makes which.
"""

from ledger.core.applications.application import Application, parse_application
from ledger.core.applications.stands import read_stands
from ledger.core.log.audit_projection import Projection, Told, text_of
from ledger.core.log.audit_rows import UNTOLD, Value
from ledger.errors import InvalidInput


def version_row(projection: Projection, told: Told, content: Application | None) -> None:
    """Expect the row of the version that an entry makes."""
    entry = told.placed.entry
    projection.expect(
        "application_version",
        told,
        {
            "application_id": entry.subject.id,
            "version": content.version if content else UNTOLD,
            "content_sha256": content.sha256() if content else UNTOLD,
            "author_id": text_of(told.values.get("author")),
            "entry_id": entry.id,
            "recorded_at": entry.at,
        },
    )


def move_row(projection: Projection, told: Told, *, submitted: str | None = None) -> None:
    """Expect the state that an entry says its application is in."""
    key = (told.placed.entry.subject.id,)
    values = state_of(projection, told, submitted)
    if not projection.amend("application_state", told, key, values):
        projection.object_to(told, "entry.contradicts", "type", expected="application.created first", found=told.type)


def state_of(projection: Projection, told: Told, submitted: str | None) -> dict[str, Value]:
    """Return the columns of the state row as an entry tells them."""
    changed: dict[str, Value] = {"changed_entry": told.placed.entry.id, "changed_at": told.placed.entry.at}
    if submitted is not None:
        changed["submitted_entry"] = submitted
    if "stands" not in told.values:
        return {
            **changed,
            **dict.fromkeys(("state", "version", "step", "waiting_for", "due_on", "policy_id", "path"), UNTOLD),
        }
    try:
        stands = read_stands(told.values["stands"])
    except InvalidInput as error:
        projection.object_to(told, "entry.malformed", error.field or "stands", expected="a state", found=error.code)
        return changed
    return {**changed, **vars(stands)}


def content_of(projection: Projection, told: Told) -> Application | None:
    """Return the application that an entry opens; None where it was erased, or is none, which is a finding."""
    value = told.values.get("application")
    if value is None:
        return None
    try:
        return parse_application(value)
    except InvalidInput as error:
        projection.object_to(
            told, "entry.malformed", error.field or "application", expected="an application", found=error.code
        )
        return None
