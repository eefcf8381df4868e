"""Let a program's address have this institution's events. The secret that signs them is shown once (DESIGN section 9)."""

from dataclasses import dataclass
from hashlib import sha256

from ledger.core.log.deliveries import SECRET_BYTES
from ledger.core.log.entry import ENTRY_TYPES
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import Conflict, InvalidInput
from ledger.messages.address_guard import check_url
from ledger.services.agreements.webhook_secret import seal_secret
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.webhooks import EndpointRow, endpoints_of, insert_endpoint

MOST_ENDPOINTS = 10


@dataclass(frozen=True, kw_only=True)
class NewWebhook:
    """Where to, and which types of entries: none named means all of agreements."""

    url: str
    events: tuple[str, ...] = ()
    allow_private: bool = False


@dataclass(frozen=True)
class AddedWebhook:
    written: Written
    secret: str  # hexadecimal; never to be had again


def add_webhook(stores: Stores, act: Act, new: NewWebhook, key: InstitutionKey) -> AddedWebhook:
    """Queue the signed `webhook.added` entry and keep the secret sealed.

    Raises NotAllowed, InvalidInput("webhook.url" | "webhook.events"), Conflict("webhook.too-many" | "webhook.shown-once").
    """
    require(act.principal, Action.WEBHOOK_CHANGE, Resource(key.institution_id, Grade.COMMERCIAL))
    check_url(new.url, allow_private=new.allow_private)
    unknown = [event for event in new.events if event not in ENTRY_TYPES or not event.startswith("agreement.")]
    if unknown or len(set(new.events)) != len(new.events):
        raise InvalidInput("webhook.events", "expected types such as agreement.signed, each once", field="events")
    _refuse_repeated(stores, act)
    endpoint_id, secret = act.new_id(), act.random(SECRET_BYTES)
    record_key = RecordKey(endpoint_id, stores.record_keys.create(endpoint_id))
    written = stores.database.write(lambda tx: _write(tx, stores, act, _Plan(new, key, record_key, secret)))
    return AddedWebhook(written, secret.hex())


def _refuse_repeated(stores: Stores, act: Act) -> None:
    if earlier := find_earlier(stores, act):
        raise Conflict(
            "webhook.shown-once",
            f"this request added the webhook {earlier.resource_id}, whose secret was shown once; if it was lost, remove it and add another",
        )


@dataclass(frozen=True)
class _Plan:
    new: NewWebhook
    key: InstitutionKey
    record: RecordKey
    secret: bytes


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    institution_id, endpoint_id = plan.key.institution_id, plan.record.record_id
    if len(endpoints_of(tx, institution_id)) >= MOST_ENDPOINTS:
        raise Conflict("webhook.too-many", f"an institution has at most {MOST_ENDPOINTS} webhooks; remove one first")
    events = " ".join(plan.new.events)
    event = Event(
        type="webhook.added",
        log=directory_log(tx, institution_id),
        subject_kind="webhook",
        subject_id=endpoint_id,
        role="administrator",
        record=plan.record,
        private={"url": plan.new.url, "events": events, "secret_sha256": sha256(plan.secret).hexdigest()},
    )
    recorded = record(tx, stores, act, event, plan.key.finish())
    row = EndpointRow(endpoint_id, institution_id, plan.new.url, events, recorded.entry_id)
    insert_endpoint(tx, row, seal_secret(plan.record.key, endpoint_id, plan.secret))
    written = recorded.written(endpoint_id)
    remember_answer(tx, act, written)
    return written
