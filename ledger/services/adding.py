"""One person becomes entries and rows of the directory, in the transaction of whoever decided it."""

from dataclasses import dataclass

from ledger.core.log.permissions import Role
from ledger.core.log.printable import is_printable
from ledger.errors import InvalidInput
from ledger.services.context import Act, Stores
from ledger.services.enrolling import Recorder
from ledger.services.log.institution_key import directory_log
from ledger.services.recording import Event, Recorded, record
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import BlindRow, insert_blind
from ledger.storage.database import Connection
from ledger.storage.directory import PersonRow, RoleGrantRow, insert_grant, insert_person


@dataclass(frozen=True)
class NewPerson:
    """A name as printed, and the roles to begin with."""

    name: str
    roles: tuple[Role, ...]


def check_name(name: str) -> None:
    """Raise InvalidInput("person.name") for a name that cannot be printed."""
    if name != name.strip() or not is_printable(name) or not name:
        raise InvalidInput("person.name", "expected a printable name without spaces at its ends", field="name")


def add_person_in(tx: Connection, stores: Stores, act: Act, new: NewPerson, by: Recorder) -> Recorded:
    """Queue `person.added` and one `role.granted` per role, insert their rows; return the last. The person's id is the record's."""
    institution_id, person_id = by.key.institution_id, by.record.record_id
    log = directory_log(tx, institution_id)
    event = Event(
        type="person.added", log=log, subject_kind="person", subject_id=person_id, role=by.role, record=by.record, private={"name": new.name}
    )  # fmt: skip
    latest = added = record(tx, stores, act, event, by.key.finish())
    insert_person(tx, PersonRow(person_id, institution_id, added.entry_id))
    digest = blind(stores.index_key, "name", new.name)
    insert_blind(tx, BlindRow(institution_id, "name", digest, "person", person_id, added.entry_id))
    for role in dict.fromkeys(new.roles):
        event = Event(
            type="role.granted", log=log, subject_kind="person", subject_id=person_id, role=by.role, record=by.record, facts={"role": role.value}
        )  # fmt: skip
        latest = record(tx, stores, act, event, by.key.finish())
        insert_grant(tx, RoleGrantRow(latest.entry_id, institution_id, person_id, role.value, latest.entry_id))
    return latest
