"""One key becomes an entry and a row of the registry, and one revocation: in the transaction of whoever decided it."""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.log.directory import format_instant
from ledger.core.log.keys import (
    ENROLLED,
    REVOKED,
    SUBJECT_KIND,
    Enrolment,
    Owner,
    OwnerKind,
    Proofing,
    Purpose,
    check_purpose,
    facts_of,
    pen_for,
)
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.core.log.revocation import Ground
from ledger.errors import NotFound
from ledger.services.context import Act, Stores
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.recording import Event, Recorded, RecordKey, record
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import BlindRow, find_blind, insert_blind
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow, insert_key, key_by_id, revoke_key
from ledger.storage.staff_access import end_sessions
from ledger.storage.turns import PEOPLE, take_turn
from signing.algorithms import PublicKey
from signing.canonical import Json

Finding = tuple[
    str, str
]  # (kind, normalised value) under which an owner is found again: ("identity", …), ("signer", …)


_ACTIONS = {
    OwnerKind.PERSON: Action.STAFF_KEY_CHANGE,
    OwnerKind.ORGANISATION: Action.STAFF_KEY_CHANGE,
    OwnerKind.CUSTOMER: Action.CUSTOMER_KEY_CHANGE,
}


@dataclass(frozen=True, kw_only=True)
class Device:
    """What is known of the device that holds a passkey."""

    credential_id: bytes
    is_backup_eligible: bool
    is_backed_up: bool
    facts: dict[str, Json]


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key to enrol: whose, for what, on whose word."""

    key: PublicKey
    purpose: Purpose
    owner: Owner
    proofing: Proofing
    found_by: tuple[Finding, ...] = ()
    device: Device | None = None
    certificate: bytes | None = None  # DER, of a one-time key
    replaces: str | None = None  # the key that was lost


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """With what an entry of the registry is recorded: the signing institution, the owner's record key, the acting role."""

    key: InstitutionKey
    record: RecordKey
    role: str


def require_key_change(act: Act, kind: OwnerKind, owner_id: str, institution_id: str) -> None:
    """Raise NotAllowed unless the principal may change this owner's keys: their own, once signed in, or by their role."""
    principal = act.principal
    own = (
        principal.kind in {"person", "signer"}
        and principal.institution_id == institution_id
        and principal.id == owner_id
    )
    if not own:
        require(principal, _ACTIONS[kind], Resource(institution_id, Grade.PERSONAL))


def record_key_of(stores: Stores, key: PublicKey) -> bytes:
    """Return the key that seals the fields of a key's entries; an earlier try that a crash undid may have left it."""
    try:
        return stores.record_keys.get(key.key_id)
    except NotFound:
        return stores.record_keys.create(key.key_id)


def acting_role(act: Act) -> str:
    """Return the role word of an entry: an administrator or officer who changes keys, or the owner of them."""
    return "staff" if act.principal.roles else "owner"


def record_enrolment(tx: Connection, stores: Stores, act: Act, new: NewKey, by: Recorder) -> Recorded:
    """Queue `key.enrolled` and insert the row; raise InvalidInput("key.wrong-pen"), Conflict("key.enrolled")."""
    check_purpose(new.key, new.purpose)
    institution_id = by.key.institution_id
    event = Event(
        type=ENROLLED,
        log=directory_log(tx, institution_id),
        subject_kind=SUBJECT_KIND,
        subject_id=new.key.key_id,
        role=by.role,
        record=by.record,
        facts=_facts(new),
        private=_private(new),
    )
    recorded = record(tx, stores, act, event, by.key.finish())
    insert_key(
        tx,
        EnrolledKeyRow(
            key_id=new.key.key_id,
            owner_kind=new.owner.kind,
            owner_id=new.owner.id,
            institution_id=institution_id,
            suite=new.key.suite,
            public_key=new.key.raw,
            purpose=new.purpose,
            credential_id=new.device.credential_id if new.device else None,
            enrolled_entry=recorded.entry_id,
            enrolled_at=format_instant(act.now),
        ),
    )
    for kind, value in new.found_by:
        digest = blind(stores.index_key, kind, value)
        insert_blind(tx, BlindRow(institution_id, kind, digest, SUBJECT_KIND, new.key.key_id, recorded.entry_id))
    return recorded


def _facts(new: NewKey) -> dict[str, Json]:
    enrolment = Enrolment(
        key=new.key,
        purpose=new.purpose,
        pen=pen_for(new.key.suite, new.purpose),
        provider=new.proofing.provider,
        grade=new.proofing.grade,
    )
    facts = facts_of(enrolment)
    if new.device is not None:
        facts["backup"] = {"eligible": new.device.is_backup_eligible, "backed_up": new.device.is_backed_up}
    if new.replaces is not None:
        facts["replaces"] = new.replaces
    return facts


def _private(new: NewKey) -> dict[str, Json]:
    found_by: list[Json] = [[kind, value] for kind, value in new.found_by]
    private: dict[str, Json] = {"owner": new.owner.to_json(), "reference": new.proofing.reference, "found_by": found_by}
    if new.device is not None:
        private["device"] = new.device.facts
    if new.certificate is not None:
        private["certificate"] = new.certificate.hex()
    return private


@dataclass(frozen=True, kw_only=True)
class NewRevocation:
    """A key to revoke: why, and since when it was compromised."""

    key_id: str
    ground: Ground
    since: datetime | None = None


def record_revocation(tx: Connection, stores: Stores, act: Act, new: NewRevocation, by: Recorder) -> Recorded:
    """Queue `key.revoked`, mark the row and end what the key opened; raise Conflict("key.not-active")."""
    since = format_instant(new.since) if new.since else None
    take_turn(tx, PEOPLE, by.key.institution_id)
    event = Event(
        type=REVOKED,
        log=directory_log(tx, by.key.institution_id),
        subject_kind=SUBJECT_KIND,
        subject_id=new.key_id,
        role=by.role,
        record=by.record,
        facts={"ground": new.ground.value, **({"since": since} if since else {})},
    )
    recorded = record(tx, stores, act, event, by.key.finish())
    revoke_key(tx, by.key.institution_id, new.key_id, entry_id=recorded.entry_id, ground=new.ground, since=since)
    end_sessions(tx, now=format_instant(act.now), key_id=new.key_id)
    return recorded


def known_key(tx: Connection, institution_id: str, key_id: str) -> EnrolledKeyRow:
    """Return a key of this institution's registry; raise NotFound("key.unknown")."""
    row = key_by_id(tx, institution_id, key_id)
    if row is None:
        raise NotFound(
            "key.unknown", "there is no such key in your institution's registry; list them with GET /v1/keys"
        )
    return row


def keys_found_by(
    tx: Connection, stores: Stores, institution_id: str, found_by: tuple[Finding, ...]
) -> list[EnrolledKeyRow]:
    """Return the keys that were enrolled under any of these findings, revoked ones too, the oldest first."""
    found: dict[str, EnrolledKeyRow] = {}
    for kind, value in found_by:
        for row in find_blind(tx, institution_id, kind, blind(stores.index_key, kind, value)):
            key = key_by_id(tx, institution_id, row.subject_id) if row.subject_kind == SUBJECT_KIND else None
            if key is not None:
                found[key.key_id] = key
    return sorted(found.values(), key=lambda key: (key.enrolled_at, key.key_id))


def customer_of(stores: Stores, act: Act, institution_id: str, found_by: tuple[Finding, ...]) -> Owner:
    """Return the customer whom earlier keys were enrolled for under these findings, or a new one."""
    known = stores.database.read(lambda tx: keys_found_by(tx, stores, institution_id, found_by))
    owner = next((key.owner_id for key in known if key.owner_kind == OwnerKind.CUSTOMER), None)
    return Owner(OwnerKind.CUSTOMER, owner or act.new_id())
