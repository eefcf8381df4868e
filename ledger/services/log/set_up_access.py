"""The first passkey of a person: a code that works once, then a passkey, then a session. The very first makes the administrator.

Promises: a code has 256 random bits, is kept as a hash, expires, and is used once. A code without a person makes the first
administrator, and only while nobody can sign in. Leaves to others: handing the code over.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from ledger.core.log.directory import add_seconds, format_instant
from ledger.core.log.keys import Owner, OwnerKind, ProofGrade, Proofing, Purpose
from ledger.core.log.permissions import Action, Grade, Principal, Resource, Role, require
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.services.adding import NewPerson, add_person_in, check_name
from ledger.services.challenges import issue_challenge, use_challenge
from ledger.services.context import Act, Stores
from ledger.services.enrolling import Device, NewKey, Recorder, known_key, record_enrolment, record_key_of
from ledger.services.log.institution_key import InstitutionKey, known_person
from ledger.services.recording import RecordKey
from ledger.services.staff_sessions import OpenedSession, open_session
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import has_login_key
from ledger.storage.staff_access import SetupCodeRow, insert_setup_code, setup_code, use_first_codes, use_setup_code
from signing.algorithms import PublicKey

VALID_SECONDS: Final = 24 * 3600
_BYTES: Final = 32
_PURPOSE: Final = "set-up"


@dataclass(frozen=True, kw_only=True)
class NewAccess:
    """What the browser answered: the passkey just made, and the name of somebody who is not in the directory yet."""

    key: PublicKey
    device: Device
    challenge: bytes
    name: str | None = None


def needs_set_up(stores: Stores, institution_id: str) -> bool:
    """Say whether nobody of this institution can sign in."""
    return not stores.database.read(lambda tx: has_login_key(tx, institution_id))


def issue_first_code(stores: Stores, act: Act) -> str:
    """Return a code that makes the first administrator of the acting institution; the operator's host alone asks for it."""
    return _issue(stores, act, None)


def invite(stores: Stores, act: Act, person_id: str) -> str:
    """Return a code with which a person makes a passkey to sign in; raise NotAllowed, NotFound("person.unknown")."""
    institution_id = act.principal.institution_id
    require(act.principal, Action.STAFF_KEY_CHANGE, Resource(institution_id, Grade.PERSONAL))
    stores.database.read(lambda tx: known_person(tx, institution_id, person_id))
    return _issue(stores, act, person_id)


def ask_access(stores: Stores, act: Act, code: str) -> tuple[bytes, bool]:
    """Return a challenge for the passkey to make, and whether a name is asked for; raise NotFound("set-up.code")."""
    return stores.database.write(lambda tx: _ask(tx, act, code))


def set_up_access(stores: Stores, act: Act, code: str, new: NewAccess, key: InstitutionKey) -> OpenedSession:
    """Use the code: add the first administrator where it is for that, enrol the passkey, open a session.

    Raises NotFound("set-up.code"), Conflict("set-up.done" | "passkey.challenge-used" | "key.enrolled"), InvalidInput("person.name").
    """
    row = stores.database.read(lambda tx: _known(tx, code))
    first = None if row.person_id else _first(stores, act, new)
    record = RecordKey(new.key.key_id, record_key_of(stores, new.key))
    return stores.database.write(lambda tx: _write(tx, stores, act, _Plan(row, new, key, record, first)))


@dataclass(frozen=True)
class _Plan:
    row: SetupCodeRow
    new: NewAccess
    key: InstitutionKey
    record: RecordKey
    first: RecordKey | None  # of the first administrator, who is made here


def _first(stores: Stores, act: Act, new: NewAccess) -> RecordKey:
    if new.name is None:
        raise InvalidInput("person.name", "expected the name of the first administrator", field="name")
    check_name(new.name)
    person_id = act.new_id()
    return RecordKey(person_id, stores.record_keys.create(person_id))


def institution_of_code(stores: Stores, code: str) -> str:
    """Return the institution that a code belongs to; raise NotFound("set-up.code")."""
    return stores.database.read(lambda tx: _known(tx, code)).institution_id


def _issue(stores: Stores, act: Act, person_id: str | None) -> str:
    code = act.random(_BYTES).hex()
    expires_at = add_seconds(act.now, VALID_SECONDS)
    row = SetupCodeRow(_digest(code), act.principal.institution_id, person_id, expires_at)
    stores.database.write(lambda tx: insert_setup_code(tx, row))
    return code


def _ask(tx: Connection, act: Act, code: str) -> tuple[bytes, bool]:
    row = _known(tx, code)
    if row.used_at is not None or row.expires_at <= format_instant(act.now):
        raise _no_code()
    return issue_challenge(tx, act, _PURPOSE, _digest(code).hex()), row.person_id is None


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> OpenedSession:
    new, row = plan.new, plan.row
    use_challenge(tx, new.challenge, purpose=_PURPOSE, bound_to=row.digest.hex(), now=act.now)
    if not _is_used_now(tx, row, format_instant(act.now)):
        raise _no_code()
    person_id = row.person_id or (plan.first.record_id if plan.first else "")
    own = replace(act, principal=Principal(person_id, row.institution_id, frozenset(), "person"))
    if plan.first is not None:
        _add_first(tx, stores, own, plan)
    enrolled = NewKey(
        key=new.key,
        purpose=Purpose.LOGIN,
        owner=Owner(OwnerKind.PERSON, person_id),
        proofing=Proofing(provider="set-up code", grade=ProofGrade.LENDERS_WORD),
        device=new.device,
    )
    record_enrolment(tx, stores, own, enrolled, Recorder(key=plan.key, record=plan.record, role="owner"))
    return open_session(tx, own, known_key(tx, row.institution_id, new.key.key_id))


def _is_used_now(tx: Connection, row: SetupCodeRow, now: str) -> bool:
    """Use the code; one that makes the first administrator uses up all its like, so that two of them make one administrator."""
    if row.person_id is None:
        return row.digest in use_first_codes(tx, row.institution_id, now=now)
    return use_setup_code(tx, row.digest, now=now)


def _add_first(tx: Connection, stores: Stores, own: Act, plan: _Plan) -> None:
    if has_login_key(tx, plan.key.institution_id):
        raise Conflict("set-up.done", "somebody set this up already; ask an administrator for an invitation")
    person = NewPerson(plan.new.name or "", (Role.ADMINISTRATOR,))
    record = plan.first or plan.record
    add_person_in(tx, stores, own, person, Recorder(key=plan.key, record=record, role="operator"))


def _known(tx: Connection, code: str) -> SetupCodeRow:
    row = setup_code(tx, _digest(code))
    if row is None:
        raise _no_code()
    return row


def _no_code() -> NotFound:
    return NotFound("set-up.code", "this link was used, has expired, or never was one; ask for a new one")


def _digest(code: str) -> bytes:
    return hashlib.sha256(b"tally/set-up-code/v1\n" + code.encode()).digest()
