"""Propose a version of a rule set: read strictly, stored, its hash in the log. It decides only once another person publishes it."""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.applications.rule_set import RuleSet, parse_rule_set
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.rule_sets import RuleSetRow, insert_rule_set
from signing.canonical import Json, encode

KIND = "ruleset"


@dataclass(frozen=True, kw_only=True)
class NewRuleSet:
    """A rule set as JSON not yet looked at, and when it is to hold at the earliest: never before its publication."""

    rule_set: Json
    valid_from: datetime


@dataclass(frozen=True, kw_only=True)
class _Plan:
    rule_set: RuleSet
    valid_from: str
    key: InstitutionKey
    record: RecordKey


def propose_rule_set(stores: Stores, act: Act, new: NewRuleSet, key: InstitutionKey) -> Written:
    """Store the proposal and queue `ruleset.proposed`.

    Raises NotAllowed, InvalidInput("ruleset.invalid"), Conflict("ruleset.version").
    """
    require(act.principal, Action.POLICY_CHANGE, Resource(key.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    rule_set, rule_set_id = parse_rule_set(new.rule_set), act.new_id()
    plan = _Plan(
        rule_set=rule_set,
        valid_from=format_instant(new.valid_from),
        key=key,
        record=RecordKey(rule_set_id, stores.record_keys.create(rule_set_id)),
    )
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    rule_set, rule_set_id = plan.rule_set, plan.record.record_id
    event = Event(
        type="ruleset.proposed",
        log=directory_log(tx, plan.key.institution_id),
        subject_kind=KIND,
        subject_id=rule_set_id,
        role="author",
        record=plan.record,
        facts={"rule_set_sha256": rule_set.sha256().hex(), "valid_from": plan.valid_from},
        private={"rule_set": rule_set.to_json(), "author": act.principal.id},
    )
    recorded = record(tx, stores, act, event, plan.key.finish())
    row = RuleSetRow(
        id=rule_set_id,
        institution_id=plan.key.institution_id,
        name=rule_set.name,
        version=rule_set.version,
        sha256=rule_set.sha256(),
        content=encode(rule_set.to_json()).decode(),
        valid_from=plan.valid_from,
        author_id=act.principal.id,
        proposed_entry=recorded.entry_id,
    )
    insert_rule_set(tx, row)
    written = recorded.written(rule_set_id)
    remember_answer(tx, act, written)
    return written
