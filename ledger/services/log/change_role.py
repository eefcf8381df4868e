"""Grant a role to a person of one's institution, or take it back; each change is a signed entry."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, Role, require
from ledger.errors import Conflict, NotAllowed
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log, known_person
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, Recorded, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.directory import RoleGrantRow, grants_of, insert_grant, revoke_grant
from ledger.storage.turns import PEOPLE, take_turn


@dataclass(frozen=True)
class RoleChange:
    """Which role of whom, and whether it is granted or taken back."""

    person_id: str
    role: Role
    granted: bool


def change_role(stores: Stores, act: Act, change: RoleChange, key: InstitutionKey) -> Written:
    """Queue the signed entry and change the grant.

    Raises NotAllowed (also for one's own administrator role: a second administrator takes it back), NotFound("person.unknown"),
    Conflict("role.held" | "role.not-held").
    """
    require(act.principal, Action.ROLE_CHANGE, Resource(key.institution_id, Grade.PERSONAL))
    if change.person_id == act.principal.id:
        raise NotAllowed("role.own", "nobody changes their own roles; ask another administrator")
    if earlier := find_earlier(stores, act):
        return earlier
    sealed_under = RecordKey(change.person_id, b"")  # a role is a plain fact: nothing of it is sealed
    return write_once(stores, act, lambda tx: _write(tx, stores, act, _Plan(change, key, sealed_under)))


@dataclass(frozen=True)
class _Plan:
    change: RoleChange
    key: InstitutionKey
    record: RecordKey


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    change, institution_id = plan.change, plan.key.institution_id
    known_person(tx, institution_id, change.person_id)
    take_turn(tx, PEOPLE, institution_id)
    held = next((grant for grant in grants_of(tx, change.person_id) if grant.role == change.role), None)
    if change.granted and held is not None:
        raise Conflict("role.held", f"this person is {change.role} already")
    recorded = _record(tx, stores, act, plan)
    if change.granted:
        insert_grant(
            tx, RoleGrantRow(recorded.entry_id, institution_id, change.person_id, change.role.value, recorded.entry_id)
        )
    elif held is None:
        raise Conflict("role.not-held", f"this person is not {change.role}")
    else:
        revoke_grant(tx, held.id, entry_id=recorded.entry_id)
    written = recorded.written(change.person_id)
    remember_answer(tx, act, written)
    return written


def _record(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Recorded:
    event = Event(
        type="role.granted" if plan.change.granted else "role.revoked",
        log=directory_log(tx, plan.key.institution_id),
        subject_kind="person",
        subject_id=plan.change.person_id,
        role="administrator",
        record=plan.record,
        facts={"role": plan.change.role.value},
    )
    return record(tx, stores, act, event, plan.key.finish())
