"""Revoke an API key: it stops working at once, and the revocation is a signed entry."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import NotFound
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import directory as rows
from ledger.storage.database import Connection


def revoke_api_key(stores: Stores, act: Act, api_key_id: str, key: InstitutionKey) -> Written:
    """Queue the signed entry and mark the key; raise NotAllowed, NotFound("api-key.unknown"), Conflict("api-key.not-active")."""
    require(act.principal, Action.API_KEY_CHANGE, Resource(key.institution_id, Grade.PERSONAL))
    if earlier := find_earlier(stores, act):
        return earlier
    return write_once(stores, act, lambda tx: _write(tx, stores, act, api_key_id, key))


def _write(tx: Connection, stores: Stores, act: Act, api_key_id: str, key: InstitutionKey) -> Written:
    row = rows.api_key_by_id(tx, api_key_id)
    if row is None or row.institution_id != key.institution_id:
        raise NotFound("api-key.unknown", "there is no such API key in your institution")
    event = Event(
        type="apikey.revoked",
        log=directory_log(tx, key.institution_id),
        subject_kind="person",
        subject_id=row.principal_id,
        role="administrator",
        record=RecordKey(row.principal_id, b""),  # plain facts only: nothing is sealed
        facts={"prefix": row.prefix},
    )
    recorded = record(tx, stores, act, event, key.finish())
    rows.revoke_api_key(tx, api_key_id, entry_id=recorded.entry_id)
    written = recorded.written(api_key_id)
    remember_answer(tx, act, written)
    return written
