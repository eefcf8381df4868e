"""Add a person to one's institution, with first roles. The name stands only in the vault."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, Role, require
from ledger.errors import InvalidInput
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import BlindRow, insert_blind
from ledger.storage.database import Connection
from ledger.storage.directory import PersonRow, RoleGrantRow, insert_grant, insert_person


@dataclass(frozen=True)
class NewPerson:
    """A name as printed, and the roles to begin with."""

    name: str
    roles: tuple[Role, ...]


def add_person(stores: Stores, act: Act, new: NewPerson, key: InstitutionKey) -> Written:
    """Store the person and queue `person.added` and one `role.granted` per role; raise NotAllowed, InvalidInput."""
    require(act.principal, Action.PERSON_ADD, Resource(key.institution_id, Grade.PERSONAL))
    if new.name != new.name.strip() or not new.name.isprintable() or not new.name:
        raise InvalidInput("person.name", "expected a printable name without spaces at its ends", field="name")
    if earlier := find_earlier(stores, act):
        return earlier
    person_id = act.new_id()
    sealed_under = RecordKey(person_id, stores.record_keys.create(person_id))
    return write_once(stores, act, lambda tx: _write(tx, stores, act, _Plan(new, key, sealed_under)))


@dataclass(frozen=True)
class _Plan:
    new: NewPerson
    key: InstitutionKey
    record: RecordKey


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    institution_id, person_id = plan.key.institution_id, plan.record.record_id
    log = directory_log(tx, institution_id)
    event = Event(
        type="person.added", log=log, subject_kind="person", subject_id=person_id, role="administrator", record=plan.record, private={"name": plan.new.name}
    )  # fmt: skip
    latest = added = record(tx, stores, act, event, plan.key.finish())
    insert_person(tx, PersonRow(person_id, institution_id, added.entry_id))
    insert_blind(
        tx,
        BlindRow(
            institution_id, "name", blind(stores.index_key, "name", plan.new.name), "person", person_id, added.entry_id
        ),
    )
    for role in dict.fromkeys(plan.new.roles):
        event = Event(
            type="role.granted", log=log, subject_kind="person", subject_id=person_id, role="administrator", record=plan.record, facts={"role": role.value}
        )  # fmt: skip
        latest = record(tx, stores, act, event, plan.key.finish())
        insert_grant(tx, RoleGrantRow(latest.entry_id, institution_id, person_id, role.value, latest.entry_id))
    written = latest.written(person_id)
    remember_answer(tx, act, written)
    return written
