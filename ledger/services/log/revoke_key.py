"""Revoke a key, with the ground on which its signatures are judged from now on; the revocation is a signed entry."""

from dataclasses import dataclass

from ledger.core.log.keys import OwnerKind
from ledger.core.log.revocation import check_stated_time
from ledger.services.context import Act, Stores, Written
from ledger.services.enrolling import (
    NewRevocation,
    Recorder,
    acting_role,
    known_key,
    record_revocation,
    require_key_change,
)
from ledger.services.log.institution_key import InstitutionKey
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import RecordKey
from ledger.storage.database import Connection


@dataclass(frozen=True)
class _Plan:
    new: NewRevocation
    key: InstitutionKey


def revoke_key(stores: Stores, act: Act, new: NewRevocation, key: InstitutionKey) -> Written:
    """Queue `key.revoked`, mark the key and end the sessions that it opened; it stops signing at once.

    Raises NotFound("key.unknown"), NotAllowed, InvalidInput("key.since"), Conflict("key.not-active").
    """
    row = stores.database.read(lambda tx: known_key(tx, key.institution_id, new.key_id))
    require_key_change(act, OwnerKind(row.owner_kind), row.owner_id, key.institution_id)
    check_stated_time(new.ground, new.since, act.now)
    if earlier := find_earlier(stores, act):
        return earlier
    return write_once(stores, act, lambda tx: _write(tx, stores, act, _Plan(new, key)))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    row = known_key(tx, plan.key.institution_id, plan.new.key_id)
    by = Recorder(
        key=plan.key, record=RecordKey(row.owner_id, b""), role=acting_role(act)
    )  # plain facts only: nothing is sealed
    written = record_revocation(tx, stores, act, plan.new, by).written(row.key_id)
    remember_answer(tx, act, written)
    return written
