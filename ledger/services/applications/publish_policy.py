"""Put a proposed policy into force: by another person than its author, as a signed entry (four eyes)."""

from dataclasses import dataclass

from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import NotAllowed, NotFound
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.policies import PolicyRow, policy_by_id
from ledger.storage.policies import publish_policy as mark_published
from ledger.storage.turns import LOANS, take_turn


@dataclass(frozen=True, kw_only=True)
class _Plan:
    policy_id: str
    key: InstitutionKey
    record: RecordKey


def publish_policy(stores: Stores, act: Act, policy_id: str, key: InstitutionKey) -> Written:
    """Queue `policy.published` and mark the row.

    Raises NotAllowed (also for the author: "policy.own"), NotFound("policy.unknown"), Conflict("policy.published").
    """
    require(act.principal, Action.POLICY_CHANGE, Resource(key.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    stores.database.read(lambda tx: known_policy(tx, key.institution_id, policy_id))
    plan = _Plan(policy_id=policy_id, key=key, record=RecordKey(policy_id, stores.record_keys.get(policy_id)))
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def known_policy(tx: Connection, institution_id: str, policy_id: str) -> PolicyRow:
    """Return a policy of this institution; raise NotFound("policy.unknown")."""
    row = policy_by_id(tx, policy_id)
    if row is None or row.institution_id != institution_id:
        raise NotFound("policy.unknown", "there is no such policy in your institution; list them with GET /v1/policies")
    return row


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    row = known_policy(tx, plan.key.institution_id, plan.policy_id)
    if row.author_id == act.principal.id:
        raise NotAllowed("policy.own", "whoever proposed a policy does not publish it; ask a second person")
    take_turn(
        tx, LOANS, plan.key.institution_id
    )  # whoever is handed in at the moment is held against one policy, the log's
    event = Event(
        type="policy.published",
        log=directory_log(tx, plan.key.institution_id),
        subject_kind="policy",
        subject_id=row.id,
        role="approver",
        record=plan.record,
        facts={"policy_sha256": row.sha256.hex(), "valid_from": row.valid_from},
        private={"approver": act.principal.id},
    )
    recorded = record(tx, stores, act, event, plan.key.finish())
    mark_published(tx, row.id, entry_id=recorded.entry_id, at=format_instant(act.now))
    written = recorded.written(row.id)
    remember_answer(tx, act, written)
    return written
