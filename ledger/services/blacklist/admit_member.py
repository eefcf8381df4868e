"""Admit an institution to the blacklist: its key, and how many subjects a day it may ask about."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput
from ledger.services.blacklist.parties import RegistryKey, house_key
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import directory_log
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.blacklist import MemberRow, insert_member
from ledger.storage.database import Connection
from signing.algorithms import PublicKey
from signing.canonical import encode

SUBJECT_KIND = "blacklist-member"
MOST_A_DAY = 10_000_000  # a portfolio of ten million, once a day


@dataclass(frozen=True)
class NewMember:
    """An institution, the key that signs its requests and listings, its daily quota of subjects."""

    institution: str
    key: PublicKey
    quota: int


def admit_member(stores: Stores, act: Act, new: NewMember, key: RegistryKey) -> Written:
    """Record the membership; raise NotAllowed, InvalidInput("member.quota"), Conflict("member.exists")."""
    require(act.principal, Action.BLACKLIST_OPERATE, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    if not 0 <= new.quota <= MOST_A_DAY:
        raise InvalidInput("member.quota", f"expected a daily quota of 0 to {MOST_A_DAY} subjects", field="quota")
    house = house_key(stores, f"member-{new.institution}")
    return stores.database.write(lambda tx: _write(tx, stores, act, (new, key, house)))


def _write(tx: Connection, stores: Stores, act: Act, parts: tuple[NewMember, RegistryKey, RecordKey]) -> Written:
    new, key, house = parts
    public = new.key.to_json()
    event = Event(
        type="blacklist.member-admitted",
        log=directory_log(tx, key.institution_id),
        subject_kind=SUBJECT_KIND,
        subject_id=new.institution,
        role="operator",
        record=house,
        facts={"key": public, "quota": new.quota},
    )
    recorded = record(tx, stores, act, event)
    insert_member(tx, MemberRow(recorded.entry_id, new.institution, encode(public).decode(), new.quota))
    return recorded.written(new.institution)
