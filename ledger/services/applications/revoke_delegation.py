"""Take a delegation back, before its end; it stops counting at once (DESIGN section 6)."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import NotFound
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.policies import delegation_by_id
from ledger.storage.policies import revoke_delegation as mark_revoked
from ledger.storage.turns import PEOPLE, take_turn


def revoke_delegation(stores: Stores, act: Act, delegation_id: str, key: InstitutionKey) -> Written:
    """Queue the signed entry `delegation.revoked` and mark the row.

    Raises NotAllowed, NotFound("delegation.unknown") unless the principal gave it, Conflict("delegation.not-active").
    """
    require(act.principal, Action.DELEGATION_CHANGE, Resource(key.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    return write_once(stores, act, lambda tx: _write(tx, stores, act, delegation_id, key))


def _write(tx: Connection, stores: Stores, act: Act, delegation_id: str, key: InstitutionKey) -> Written:
    row = delegation_by_id(tx, delegation_id)
    if row is None or row.institution_id != key.institution_id or row.holder_id != act.principal.id:
        raise NotFound("delegation.unknown", "you have given no such delegation; list yours with GET /v1/delegations")
    take_turn(tx, PEOPLE, key.institution_id)
    event = Event(
        type="delegation.revoked",
        log=directory_log(tx, key.institution_id),
        subject_kind="delegation",
        subject_id=row.id,
        role="holder",
        record=RecordKey(row.id, b""),  # nothing of it is sealed
    )
    recorded = record(tx, stores, act, event, key.finish())
    mark_revoked(tx, row.id, entry_id=recorded.entry_id)
    written = recorded.written(row.id)
    remember_answer(tx, act, written)
    return written
