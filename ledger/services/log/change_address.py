"""Say where a member of staff is reached by mail, or that they no longer are. The address stands only in the vault, as their name does."""

from dataclasses import dataclass

from ledger.core.log.mail_address import can_be_mailed
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log, known_person
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.person_addresses import PersonAddressRow, insert_address


@dataclass(frozen=True)
class AddressChange:
    """Whose address, and which; None: no mail from now on."""

    person_id: str
    email: str | None


def change_address(stores: Stores, act: Act, change: AddressChange, key: InstitutionKey) -> Written:
    """Queue `person.address-set`, signed by the institution; a person changes their own, an administrator everybody's.

    Raises NotAllowed, NotFound("person.unknown"), InvalidInput("person.email").
    """
    is_own = (act.principal.id, act.principal.institution_id) == (change.person_id, key.institution_id)
    if not is_own:
        require(act.principal, Action.PERSON_ADD, Resource(key.institution_id, Grade.PERSONAL))
    if change.email is not None and not can_be_mailed(change.email):
        raise InvalidInput("person.email", "expected an e-mail address such as lin@example.com", field="email")
    if earlier := find_earlier(stores, act):
        return earlier
    stores.database.read(lambda tx: known_person(tx, key.institution_id, change.person_id))
    sealed_under = RecordKey(change.person_id, stores.record_keys.get(change.person_id))
    plan = _Plan(change, key, sealed_under, "owner" if is_own else "administrator")
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


@dataclass(frozen=True)
class _Plan:
    change: AddressChange
    key: InstitutionKey
    record: RecordKey
    role: str


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    institution_id, person_id = plan.key.institution_id, plan.change.person_id
    event = Event(
        type="person.address-set",
        log=directory_log(tx, institution_id),
        subject_kind="person",
        subject_id=person_id,
        role=plan.role,
        record=plan.record,
        private={"email": plan.change.email},
    )
    recorded = record(tx, stores, act, event, plan.key.finish())
    insert_address(tx, PersonAddressRow(recorded.entry_id, institution_id, person_id))
    written = recorded.written(person_id)
    remember_answer(tx, act, written)
    return written
