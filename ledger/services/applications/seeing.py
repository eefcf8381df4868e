"""Up to which grade somebody sees an application, from its rows: the one question that lists and single reads ask."""

from ledger.core.applications.grades import Involved, grade_of
from ledger.core.applications.policy import Path
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Grade
from ledger.errors import NotAllowed
from ledger.services.applications.policies import policy_of
from ledger.services.applications.view import ApplicationView
from ledger.services.context import Act
from ledger.storage.database import Connection
from ledger.storage.policies import delegations_to
from signing.canonical import decode


def seen_grade(tx: Connection, act: Act, view: ApplicationView) -> Grade | None:
    """Return the grade; None for who does not see the application."""
    at = format_instant(act.now)
    delegated = frozenset(row.role for row in delegations_to(tx, act.principal.id) if row.until > at)
    return grade_of(act.principal, _involved(tx, view), delegated)


def require_personal(tx: Connection, act: Act, view: ApplicationView) -> None:
    """Raise NotAllowed("permission.grade") unless personal fields of the application are for the reader."""
    if seen_grade(tx, act, view) is not Grade.PERSONAL:
        raise NotAllowed(
            "permission.grade", "personal fields are for those who work on this application; its path does not ask you"
        )


def _involved(tx: Connection, view: ApplicationView) -> Involved:
    members = {str(member) for row in view.sittings for member in _members(row.members)}
    return Involved(
        institution_id=view.row.institution_id,
        people=view.own | {row.decider_id for row in view.decisions} | members,
        roles=_roles(_path(tx, view)),
    )


def _members(text: str) -> list[object]:
    value = decode(text.encode())
    return list(value) if isinstance(value, list) else []


def _path(tx: Connection, view: ApplicationView) -> Path | None:
    if not view.state.policy_id:
        return None
    _, policy = policy_of(tx, view.state.policy_id)
    return policy.paths.get(view.state.path)


def _roles(path: Path | None) -> frozenset[str]:
    steps = path.steps if path else ()
    return frozenset(role for step in steps for role in (step.role, step.escalates_to) if role)
