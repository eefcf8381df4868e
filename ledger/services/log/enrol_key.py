"""Enrol a public key: an entry signed by the institution that says whose key it is and on whose word (DESIGN section 5)."""

from dataclasses import dataclass, replace

from ledger.core.log.keys import OwnerKind, ProofGrade
from ledger.core.log.revocation import Ground
from ledger.errors import Conflict, NotAllowed
from ledger.services.context import Act, Stores, Written
from ledger.services.enrolling import (
    NewKey,
    NewRevocation,
    Recorder,
    acting_role,
    known_key,
    record_enrolment,
    record_key_of,
    record_revocation,
    require_key_change,
)
from ledger.services.log.institution_key import InstitutionKey, known_person
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import RecordKey
from ledger.storage.database import Connection


def enrol_key(stores: Stores, act: Act, new: NewKey, key: InstitutionKey) -> Written:
    """Queue `key.enrolled` and store the key; with `replaces`, the lost key is revoked in the same breath.

    Raises NotAllowed, NotFound("person.unknown" | "key.unknown"), InvalidInput("key.wrong-pen"), Conflict("key.enrolled" |
    "key.not-active" | "key.other-owner").
    """
    require_key_change(act, new.owner.kind, new.owner.id, key.institution_id)
    if new.replaces is not None and new.proofing.grade is ProofGrade.CODE_ONLY:
        raise NotAllowed("key.not-proofed", "a lost key is replaced only after the identity was proofed again")
    if earlier := find_earlier(stores, act):
        return earlier
    plan = _Plan(new, key, RecordKey(new.key.key_id, record_key_of(stores, new.key)))
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


@dataclass(frozen=True)
class _Plan:
    new: NewKey
    key: InstitutionKey
    record: RecordKey


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    new, institution_id = plan.new, plan.key.institution_id
    if new.owner.kind is OwnerKind.PERSON:
        known_person(tx, institution_id, new.owner.id)
    if new.owner.kind is OwnerKind.ORGANISATION and new.owner.id != institution_id:
        raise Conflict("key.other-owner", "an institution enrols organisation keys of its own and of no other")
    by = Recorder(key=plan.key, record=plan.record, role=acting_role(act))
    if new.replaces is not None:
        _revoke_lost(tx, stores, act, new, by)
    written = record_enrolment(tx, stores, act, new, by).written(new.key.key_id)
    remember_answer(tx, act, written)
    return written


def _revoke_lost(tx: Connection, stores: Stores, act: Act, new: NewKey, by: Recorder) -> None:
    lost = known_key(tx, by.key.institution_id, str(new.replaces))
    if (lost.owner_kind, lost.owner_id, lost.purpose) != (new.owner.kind, new.owner.id, new.purpose):
        raise Conflict("key.other-owner", "the key to replace is another person's, or has another purpose")
    bare = replace(by, record=RecordKey(by.record.record_id, b""))  # a revocation is plain facts: nothing is sealed
    record_revocation(tx, stores, act, NewRevocation(key_id=lost.key_id, ground=Ground.LOST), bare)
