"""Who may be named to the committee that an application waits for, and by which rules it will vote (DESIGN section 6)."""

from dataclasses import dataclass

from ledger.core.applications.decide import may_not_sit
from ledger.core.applications.policy import Step, StepKind
from ledger.core.log.permissions import Action, Grade, Resource, Role, allowed
from ledger.services.applications.standing import Standing, standing_of
from ledger.services.applications.view import load_application
from ledger.services.colleagues import names_of
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.departments import departments_of
from ledger.storage.directory import grants_of, holders_of


@dataclass(frozen=True)
class Candidate:
    """Somebody who may sit: name, departments, and whether they hold a role whose vote against ends it."""

    id: str
    name: str
    departments: tuple[str, ...]
    has_veto: bool


@dataclass(frozen=True)
class Seating:
    """A committee to be named: by which step of the policy, from whom, and whether it takes the place of one without a quorum."""

    step: Step
    candidates: tuple[Candidate, ...]
    is_again: bool


def seating(stores: Stores, act: Act, application_id: str) -> Seating | None:
    """Return what the principal needs to name a committee; None where none waits to be named, or they may not. Raises NotFound."""
    return stores.database.read(lambda tx: _seating(tx, stores, act, application_id))


def _seating(tx: Connection, stores: Stores, act: Act, application_id: str) -> Seating | None:
    view = load_application(tx, act.principal, application_id, Action.APPLICATION_READ)
    if not view.is_open or not allowed(
        act.principal, Action.SITTING_NAME, Resource(view.row.institution_id, Grade.COMMERCIAL)
    ):
        return None
    standing = standing_of(tx, stores, view)
    step, progress = standing.path.steps[standing.progress.step], standing.progress
    if step.kind is not StepKind.COMMITTEE or (progress.sitting is not None and not progress.inquorate):
        return None
    people = _candidates(tx, stores, view.row.institution_id, standing)
    return Seating(step, people, is_again=progress.sitting is not None)


def _candidates(tx: Connection, stores: Stores, institution_id: str, standing: Standing) -> tuple[Candidate, ...]:
    """Return the holders of the role committee whom nothing keeps from voting on this application; by name."""
    left_out = may_not_sit(standing.review, standing.progress)
    people = [person for person in holders_of(tx, institution_id, Role.COMMITTEE) if person not in left_out]
    names = names_of(tx, stores, institution_id, people)
    veto = set(standing.path.steps[standing.progress.step].veto)
    found = [
        Candidate(
            id=person,
            name=names.get(person, person),
            departments=tuple(sorted(row.department for row in departments_of(tx, person))),
            has_veto=bool(veto & {grant.role for grant in grants_of(tx, person)}),
        )
        for person in people
    ]
    return tuple(sorted(found, key=lambda one: one.name))
