"""Put a proposed rule set into force: by another person than its author, naming the key with which it will sign (four eyes)."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import NotAllowed, NotFound
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.rule_sets import RuleSetRow, rule_set_by_id
from ledger.storage.rule_sets import publish_rule_set as mark_published
from ledger.storage.turns import LOANS, take_turn
from signing.algorithms import PublicKey
from signing.canonical import encode


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Which rule set is published, under the institution's key; `rules_key` gives the key that signs what it decides."""

    rule_set_id: str
    key: InstitutionKey
    rules_key: Callable[[], PublicKey]  # for that purpose alone; asked once it is known that the caller may


@dataclass(frozen=True, kw_only=True)
class _Plan:
    wanted: Publication
    rules_key: PublicKey
    record: RecordKey


def publish_rule_set(stores: Stores, act: Act, wanted: Publication) -> Written:
    """Queue `ruleset.published` and mark the row.

    Raises NotAllowed (also for the author: "ruleset.own"), NotFound("ruleset.unknown"), Conflict("ruleset.published").
    """
    institution_id = wanted.key.institution_id
    require(act.principal, Action.POLICY_CHANGE, Resource(institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    row = stores.database.read(lambda tx: _known(tx, institution_id, wanted.rule_set_id))
    key = RecordKey(row.id, stores.record_keys.get(row.id))
    plan = _Plan(wanted=wanted, rules_key=wanted.rules_key(), record=key)
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _known(tx: Connection, institution_id: str, rule_set_id: str) -> RuleSetRow:
    row = rule_set_by_id(tx, rule_set_id)
    if row is None or row.institution_id != institution_id:
        raise NotFound(
            "ruleset.unknown", "there is no such rule set in your institution; list them with GET /v1/rule-sets"
        )
    return row


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    key, public = plan.wanted.key, plan.rules_key.to_json()
    row = _known(tx, key.institution_id, plan.wanted.rule_set_id)
    if row.author_id == act.principal.id:
        raise NotAllowed("ruleset.own", "whoever proposed a rule set does not publish it; ask a second person")
    take_turn(tx, LOANS, key.institution_id)  # whoever is handed in at the moment is held against one policy, the log's
    event = Event(
        type="ruleset.published",
        log=directory_log(tx, key.institution_id),
        subject_kind="ruleset",
        subject_id=row.id,
        role="approver",
        record=plan.record,
        facts={"rule_set_sha256": row.sha256.hex(), "valid_from": row.valid_from, "key": public},
        private={"approver": act.principal.id},
    )
    recorded = record(tx, stores, act, event, key.finish())
    mark_published(
        tx, row.id, public_key=encode(public).decode(), entry_id=recorded.entry_id, at=format_instant(act.now)
    )
    written = recorded.written(row.id)
    remember_answer(tx, act, written)
    return written
