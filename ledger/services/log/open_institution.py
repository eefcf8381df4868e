"""Open an institution: its two logs, its own key, its first administrator. The first thing an installation does."""

from dataclasses import dataclass, replace

from ledger.core.log.directory import Calendar, check_code, check_zone, format_instant, parse_numbering_rule
from ledger.core.log.permissions import Role
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import BlindRow, insert_blind
from ledger.storage.database import Connection
from ledger.storage.directory import (
    InstitutionRow,
    PersonRow,
    RoleGrantRow,
    insert_grant,
    insert_institution,
    insert_person,
)
from ledger.storage.logs import NewLog, insert_log
from signing.canonical import encode


@dataclass(frozen=True, kw_only=True)
class LogKeys:
    """The public halves of one log's keys, and the origin under which it is published."""

    origin: str
    public_key: str  # C2SP verifier key
    evm_address: bytes


@dataclass(frozen=True, kw_only=True)
class NewInstitution:
    """What an institution decides about itself; `access` is the log of who read personal data."""

    code: str
    name: str
    numbering_rule: str
    zone: str
    calendar: Calendar
    main: LogKeys
    access: LogKeys
    administrator_name: str


def open_institution(stores: Stores, act: Act, new: NewInstitution, key: InstitutionKey) -> Written:
    """Store the institution and queue its first entries; return its id. The administrator's person id is `act.principal.id`.

    Raises InvalidInput (code, zone, numbering rule), Conflict("institution.exists").
    """
    check_code(new.code)
    check_zone(new.zone)
    parse_numbering_rule(new.numbering_rule)
    person = RecordKey(act.principal.id, stores.record_keys.create(act.principal.id))
    house = RecordKey(key.institution_id, stores.record_keys.create(key.institution_id))
    return stores.database.write(lambda tx: _write(tx, stores, act, _Opening(new, key, person, house)))


@dataclass(frozen=True)
class _Opening:
    new: NewInstitution
    key: InstitutionKey
    person: RecordKey
    house: RecordKey


def _write(tx: Connection, stores: Stores, act: Act, opening: _Opening) -> Written:
    new, key = opening.new, opening.key
    at = format_instant(act.now)
    for kind, log in (("main", new.main), ("access", new.access)):
        insert_log(
            tx,
            NewLog(
                origin=log.origin,
                institution_id=key.institution_id,
                kind=kind,
                public_key=log.public_key,
                evm_address=log.evm_address,
                opened_at=at,
            ),
        )
    opened = record(tx, stores, act, _opened(tx, opening), key.finish())
    public = key.signer.public
    insert_institution(
        tx,
        InstitutionRow(
            id=key.institution_id,
            code=new.code,
            numbering_rule=new.numbering_rule,
            zone=new.zone,
            calendar=encode(new.calendar.to_json()).decode(),  # type: ignore[arg-type]  # lists of int or str are Json
            key_id=public.key_id,
            public_key=encode(public.to_json()).decode(),
            opened_entry=opened.entry_id,
        ),
    )
    _add_administrator(tx, stores, act, opening)
    return opened.written(key.institution_id)


def _opened(tx: Connection, opening: _Opening) -> Event:
    new, key = opening.new, opening.key
    return Event(
        type="institution.opened",
        log=directory_log(tx, key.institution_id),
        subject_kind="institution",
        subject_id=key.institution_id,
        role="operator",
        record=opening.house,
        facts={
            "code": new.code,
            "name": new.name,
            "numbering_rule": new.numbering_rule,
            "zone": new.zone,
            "calendar": new.calendar.to_json(),  # type: ignore[dict-item]  # lists of int or str are Json
            "key": key.signer.public.to_json(),
            "log_key": new.main.public_key,
            "log_address": new.main.evm_address.hex(),
            "access_log": new.access.origin,
            "access_key": new.access.public_key,
            "access_address": new.access.evm_address.hex(),
        },
    )


def _add_administrator(tx: Connection, stores: Stores, act: Act, opening: _Opening) -> None:
    person_id, institution_id, role = act.principal.id, opening.key.institution_id, Role.ADMINISTRATOR
    base = Event(
        type="person.added",
        log=directory_log(tx, institution_id),
        subject_kind="person",
        subject_id=person_id,
        role="operator",
        record=opening.person,
        private={"name": opening.new.administrator_name},
    )
    added = record(tx, stores, act, base, opening.key.finish())
    insert_person(tx, PersonRow(person_id, institution_id, added.entry_id))
    name = blind(stores.index_key, "name", opening.new.administrator_name)
    insert_blind(tx, BlindRow(institution_id, "name", name, "person", person_id, added.entry_id))
    grant = replace(base, type="role.granted", facts={"role": role.value}, private={})
    granted = record(tx, stores, act, grant, opening.key.finish())
    insert_grant(tx, RoleGrantRow(granted.entry_id, institution_id, person_id, role.value, granted.entry_id))
