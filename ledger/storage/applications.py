"""Rows of the applications wing: applications, versions, decisions, committees, and the current state.

Promises: each row names the entry that made it; the state changes only from the one its writer saw; a nonce is used once.
Leaves which step may follow to `core.applications`, and amounts and people to the vault. DESIGN 6.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import Connection, bindparam, exists, tuple_, update

from ledger.core.applications.stands import Stands
from ledger.core.applications.states import State
from ledger.errors import Conflict
from ledger.storage.blind_indexes import subjects_under
from ledger.storage.forms import Instant, one_of
from ledger.storage.kept import Kept
from ledger.storage.rows import changed, fetch_all, find_all, find_one, insert_new, page_size, select_rows, values_of
from ledger.storage.tables import applications as table

END = "\U0010ffff"  # sorts after every id: the first page of a newest-first list


@dataclass(frozen=True)
class ApplicationRow:
    id: str
    institution_id: str
    number: str
    branch: str
    author_id: str
    created_entry: str
    created_at: Instant


@dataclass(frozen=True)
class VersionRow:
    application_id: str
    version: int
    content_sha256: bytes
    author_id: str
    entry_id: str
    recorded_at: Instant


@dataclass(frozen=True)
class StateRow:
    application_id: str
    state: Annotated[str, one_of(State)]
    version: int
    step: int
    waiting_for: str
    due_on: str
    policy_id: str
    path: str
    submitted_entry: str
    changed_entry: str
    changed_at: Instant

    @property
    def stands(self) -> Stands:
        """What the entry that made this state says of it."""
        return Stands(
            state=self.state,
            version=self.version,
            step=self.step,
            waiting_for=self.waiting_for,
            due_on=self.due_on,
            policy_id=self.policy_id,
            path=self.path,
        )


@dataclass(frozen=True)
class DecisionRow:
    entry_id: str
    application_id: str
    version: int
    decider_id: str
    nonce: bytes
    suite: str
    decided_at: Instant


@dataclass(frozen=True)
class SittingRow:
    entry_id: str
    application_id: str
    version: int
    members: str
    chair_id: str
    named_at: Instant


@dataclass(frozen=True)
class FulfilledRow:
    application_id: str
    place: int
    entry_id: str
    recorded_at: Instant


def insert_application(tx: Connection, row: ApplicationRow) -> None:
    """Store an application; Conflict("application.exists") when its id or number is taken."""
    if not insert_new(tx, table.application, values_of(row)):
        raise Conflict("application.exists", "expected a new application, got one whose id or number is taken")


def application_by_id(tx: Connection, application_id: str) -> ApplicationRow | None:
    return find_one(tx, ApplicationRow, table.application, id=application_id)


def application_named(tx: Connection, institution_id: str, name: str) -> ApplicationRow | None:
    """Return an institution's application by its id or its number."""
    row = find_one(tx, ApplicationRow, table.application, institution_id=institution_id, number=name)
    row = row or application_by_id(tx, name)
    return row if row is not None and row.institution_id == institution_id else None


def applications(tx: Connection, institution_id: str, *, before: str = END, limit: int = 50) -> list[ApplicationRow]:
    """Return a page of an institution's applications, newest first, with ids below `before`."""
    statement = select_rows(ApplicationRow, table.application).where(
        table.application.c.institution_id == institution_id, table.application.c.id < before
    )
    return fetch_all(tx, ApplicationRow, statement.order_by(table.application.c.id.desc()).limit(page_size(limit)))


def applications_under(
    tx: Connection, institution_id: str, term: tuple[str, bytes], page: tuple[str, int]
) -> list[ApplicationRow]:
    """Return a page (ids below the first, how many) of the applications known under a keyed digest of a kind, newest first."""
    before, limit = page
    known = subjects_under(institution_id, *term, "application").subquery()
    statement = select_rows(ApplicationRow, table.application).join(known, known.c.subject_id == table.application.c.id)
    newest = statement.where(known.c.subject_id < before).order_by(known.c.subject_id.desc())
    return fetch_all(tx, ApplicationRow, newest.limit(page_size(limit)))


def changed_under(tx: Connection, institution_id: str, term: tuple[str, bytes], since: str) -> list[StateRow]:
    """Return the states of all applications known under a keyed digest of a kind that changed since a time."""
    known, of = subjects_under(institution_id, *term, "application").subquery(), table.application_state.c
    statement = select_rows(StateRow, table.application_state).join(known, known.c.subject_id == of.application_id)
    return fetch_all(tx, StateRow, statement.where(of.changed_at >= since))


def insert_version(tx: Connection, row: VersionRow) -> None:
    """Store a version; Conflict("application.moved-on") when another correction was first."""
    if not insert_new(tx, table.application_version, values_of(row)):
        raise Conflict("application.moved-on", "somebody corrected this application meanwhile: read it again")


def versions_of(tx: Connection, application_id: str) -> list[VersionRow]:
    return find_all(tx, VersionRow, table.application_version, "version", application_id=application_id)


def insert_state(tx: Connection, row: StateRow) -> None:
    """Store the first state of an application."""
    insert_new(tx, table.application_state, values_of(row))


def state_of(tx: Connection, application_id: str) -> StateRow | None:
    return find_one(tx, StateRow, table.application_state, application_id=application_id)


def change_state(tx: Connection, new: StateRow, *, seen_entry: str) -> None:
    """Set the state that follows the entry `seen_entry`; Conflict("application.moved-on") when another came between."""
    if not changed(tx, _CHANGE_STATE, {"of": new.application_id, "seen": seen_entry, **_state_values(new)}):
        raise Conflict("application.moved-on", "this application moved on meanwhile: read it again")


def waiting_for(
    tx: Connection, institution_id: str, roles: Collection[str], *, after: tuple[str, str] = ("", ""), limit: int = 200
) -> list[StateRow]:
    """Return a page of an institution's states that wait for one of these roles, or whose step was escalated to one; those due first.

    `after`: the day on which the last one of the page before is due, and its id.
    """
    rows, raised = table.application_state.c, table.escalation.c
    is_raised = exists().where(
        raised.application_id == rows.application_id,
        raised.version == rows.version,
        raised.step == rows.step,
        raised.role.in_(roles),
    )
    statement = (
        select_rows(StateRow, table.application_state)
        .join(table.application, table.application.c.id == rows.application_id)
        .where(
            table.application.c.institution_id == institution_id,
            rows.waiting_for > "",
            rows.waiting_for.in_(roles) | is_raised,
            tuple_(rows.due_on, rows.application_id) > after,
        )
    )
    return fetch_all(tx, StateRow, statement.order_by(rows.due_on, rows.application_id).limit(page_size(limit)))


def overdue(tx: Connection, before: str, *, after: str = "", limit: int = 200) -> list[StateRow]:
    """Return a page of the states whose step was due on a day before `before`, in the order of their ids."""
    rows = table.application_state
    statement = select_rows(StateRow, rows).where(
        rows.c.due_on != "", rows.c.due_on < before, rows.c.waiting_for != "", rows.c.application_id > after
    )
    return fetch_all(tx, StateRow, statement.order_by(rows.c.application_id).limit(page_size(limit)))


def insert_decision(tx: Connection, row: DecisionRow) -> None:
    """Store a decision; Conflict("statement.nonce-used") when this statement was used before."""
    if not insert_new(tx, table.decision, values_of(row)):
        raise Conflict("statement.nonce-used", "this statement was used before; fetch a fresh one and sign that")


def decisions_of(tx: Connection, application_id: str) -> list[DecisionRow]:
    """Return the decisions on an application in the order in which they were recorded."""
    return find_all(tx, DecisionRow, table.decision, "entry_id", application_id=application_id)


def insert_sitting(tx: Connection, row: SittingRow) -> None:
    insert_new(tx, table.sitting, values_of(row))


def sittings_of(tx: Connection, application_id: str) -> list[SittingRow]:
    return find_all(tx, SittingRow, table.sitting, "entry_id", application_id=application_id)


def insert_fulfilled(tx: Connection, row: FulfilledRow) -> None:
    """Note that a condition is met; Conflict("condition.fulfilled") when it was noted before."""
    if not insert_new(tx, table.condition_fulfilled, values_of(row)):
        raise Conflict("condition.fulfilled", "this condition was noted as met before")


def fulfilled_of(tx: Connection, application_id: str) -> list[FulfilledRow]:
    return find_all(tx, FulfilledRow, table.condition_fulfilled, "place", application_id=application_id)


def _state_values(row: StateRow) -> dict[str, object]:
    return {name: value for name, value in values_of(row).items() if name != "application_id"}


_CHANGE_STATE = Kept(
    update(table.application_state)
    .where(
        table.application_state.c.application_id == bindparam("of"),
        table.application_state.c.changed_entry == bindparam("seen"),
    )
    .values(
        {
            name: bindparam(name)
            for name in (
                "state",
                "version",
                "step",
                "waiting_for",
                "due_on",
                "policy_id",
                "path",
                "submitted_entry",
                "changed_entry",
                "changed_at",
            )
        }
    )
)
