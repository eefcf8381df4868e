"""Put a person of one's institution into a department, or take them out; each change is a signed entry (DESIGN section 6)."""

import re
from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import Conflict, InvalidInput
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log, known_person
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, Recorded, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.departments import DepartmentRow, departments_of, insert_member, leave_department
from ledger.storage.turns import PEOPLE, take_turn

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")  # as policies name departments


@dataclass(frozen=True)
class DepartmentChange:
    """Which department of whom, and whether it is joined or left."""

    person_id: str
    department: str
    joined: bool


def change_department(stores: Stores, act: Act, change: DepartmentChange, key: InstitutionKey) -> Written:
    """Queue the signed entry and change the membership.

    Raises NotAllowed, NotFound("person.unknown"), InvalidInput("department.name"), Conflict("department.member" | "department.not-member").
    """
    require(act.principal, Action.ROLE_CHANGE, Resource(key.institution_id, Grade.PERSONAL))
    if not _NAME.fullmatch(change.department):
        raise InvalidInput("department.name", "expected a lower-case word such as retail-hangzhou", field="department")
    if earlier := find_earlier(stores, act):
        return earlier
    return write_once(stores, act, lambda tx: _write(tx, stores, act, change, key))


def _write(tx: Connection, stores: Stores, act: Act, change: DepartmentChange, key: InstitutionKey) -> Written:
    known_person(tx, key.institution_id, change.person_id)
    take_turn(tx, PEOPLE, key.institution_id)
    held = next((row for row in departments_of(tx, change.person_id) if row.department == change.department), None)
    if change.joined and held is not None:
        raise Conflict("department.member", "this person belongs to this department already")
    if not change.joined and held is None:
        raise Conflict("department.not-member", "this person does not belong to this department")
    recorded = _record(tx, stores, act, change, key)
    if held is not None:
        leave_department(tx, held.id, entry_id=recorded.entry_id)
    else:
        entry, department = recorded.entry_id, change.department
        insert_member(tx, DepartmentRow(entry, key.institution_id, change.person_id, department, entry))
    written = recorded.written(change.person_id)
    remember_answer(tx, act, written)
    return written


def _record(tx: Connection, stores: Stores, act: Act, change: DepartmentChange, key: InstitutionKey) -> Recorded:
    event = Event(
        type="department.joined" if change.joined else "department.left",
        log=directory_log(tx, key.institution_id),
        subject_kind="person",
        subject_id=change.person_id,
        role="administrator",
        record=RecordKey(change.person_id, b""),  # a department is a plain fact: nothing of it is sealed
        facts={"department": change.department},
    )
    return record(tx, stores, act, event, key.finish())
