"""Issue an API key to a person or program of one's institution. The secret is shown once; only its hash is kept."""

import hashlib
from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import Conflict
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log, known_person
from ledger.services.once import find_earlier, remember_answer
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.directory import ApiKeyRow, insert_api_key

PREFIX_BYTES = 6
SECRET_BYTES = 32  # 256 random bits: one SHA-256 is enough, there is nothing to guess


@dataclass(frozen=True)
class IssuedKey:
    """The new key: its id for revoking, and the token that goes into the Authorization header, never to be had again."""

    written: Written
    token: str


def secret_hash(secret: str) -> bytes:
    """Return what is stored of an API key's secret."""
    return hashlib.sha256(b"tally/api-key/v1\n" + secret.encode()).digest()


def issue_api_key(stores: Stores, act: Act, principal_id: str, key: InstitutionKey) -> IssuedKey:
    """Queue the signed entry and store the key's hash; raise NotAllowed, NotFound("person.unknown").

    The same request again raises Conflict("api-key.shown-once"): answering twice would mean keeping the secret.
    """
    require(act.principal, Action.API_KEY_CHANGE, Resource(key.institution_id, Grade.PERSONAL))
    _refuse_repeated(stores, act)
    stores.database.read(lambda tx: known_person(tx, key.institution_id, principal_id))
    prefix, secret = act.random(PREFIX_BYTES).hex(), act.random(SECRET_BYTES).hex()
    sealed_under = RecordKey(principal_id, stores.record_keys.get(principal_id))
    plan = _Plan(principal_id, prefix, secret_hash(secret), key, sealed_under)
    try:
        written = stores.database.write(lambda tx: _write(tx, stores, act, plan))
    except Conflict:
        _refuse_repeated(stores, act)  # the same request got in first meanwhile
        raise
    return IssuedKey(written, f"tally_{prefix}_{secret}")


def _refuse_repeated(stores: Stores, act: Act) -> None:
    if earlier := find_earlier(stores, act):
        raise Conflict(
            "api-key.shown-once",
            f"this request issued the key {earlier.resource_id}, shown once; if it was lost, revoke it and issue another with a new Idempotency-Key",
        )


@dataclass(frozen=True)
class _Plan:
    principal_id: str
    prefix: str
    secret_hash: bytes
    key: InstitutionKey
    record: RecordKey


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    institution_id = plan.key.institution_id
    known_person(tx, institution_id, plan.principal_id)
    event = Event(
        type="apikey.issued",
        log=directory_log(tx, institution_id),
        subject_kind="person",
        subject_id=plan.principal_id,
        role="administrator",
        record=plan.record,
        facts={"prefix": plan.prefix},
        private={"secret_hash": plan.secret_hash.hex()},
    )
    recorded = record(tx, stores, act, event, plan.key.finish())
    row = ApiKeyRow(
        recorded.entry_id, institution_id, plan.principal_id, plan.prefix, plan.secret_hash, recorded.entry_id
    )
    insert_api_key(tx, row)
    written = recorded.written(row.id)
    remember_answer(tx, act, written)
    return written
