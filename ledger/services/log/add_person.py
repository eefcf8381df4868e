"""Add a person to one's institution, with first roles. The name stands only in the vault."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.adding import NewPerson, add_person_in, check_name
from ledger.services.context import Act, Stores, Written
from ledger.services.enrolling import Recorder
from ledger.services.log.institution_key import InstitutionKey
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import RecordKey
from ledger.storage.database import Connection

__all__ = ["NewPerson", "add_person"]


def add_person(stores: Stores, act: Act, new: NewPerson, key: InstitutionKey) -> Written:
    """Store the person and queue `person.added` and one `role.granted` per role; raise NotAllowed, InvalidInput."""
    require(act.principal, Action.PERSON_ADD, Resource(key.institution_id, Grade.PERSONAL))
    check_name(new.name)
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
    by = Recorder(key=plan.key, record=plan.record, role="administrator")
    written = add_person_in(tx, stores, act, plan.new, by).written(plan.record.record_id)
    remember_answer(tx, act, written)
    return written
