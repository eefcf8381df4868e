"""Propose a policy: checked for gaps and overlaps, stored, its hash in the log. It is in force only once another publishes it."""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.applications.policy import Policy, parse_policy
from ledger.core.applications.policy_check import NO_PLACES, Places, check_policy
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.policies import PolicyRow, insert_policy
from signing.canonical import Json, encode

KIND = "policy"


@dataclass(frozen=True, kw_only=True)
class NewPolicy:
    """A policy as JSON not yet looked at, and when it is to hold at the earliest: never before its publication.

    `places` tells where its parts stand in the file that it came in, for messages.
    """

    policy: Json
    valid_from: datetime
    places: Places = NO_PLACES


@dataclass(frozen=True, kw_only=True)
class _Plan:
    policy: Policy
    valid_from: str
    key: InstitutionKey
    record: RecordKey


def propose_policy(stores: Stores, act: Act, new: NewPolicy, key: InstitutionKey) -> Written:
    """Store the proposal and queue `policy.proposed`.

    Raises NotAllowed, InvalidInput("policy.invalid" | "policy.gap" | "policy.overlap" | "policy.too-large").
    """
    require(act.principal, Action.POLICY_CHANGE, Resource(key.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    policy = parse_policy(new.policy)
    check_policy(policy, new.places)
    policy_id = act.new_id()
    plan = _Plan(
        policy=policy,
        valid_from=format_instant(new.valid_from),
        key=key,
        record=RecordKey(policy_id, stores.record_keys.create(policy_id)),
    )
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    policy, policy_id = plan.policy, plan.record.record_id
    event = Event(
        type="policy.proposed",
        log=directory_log(tx, plan.key.institution_id),
        subject_kind=KIND,
        subject_id=policy_id,
        role="author",
        record=plan.record,
        facts={"policy_sha256": policy.sha256().hex(), "valid_from": plan.valid_from},
        private={"policy": policy.to_json(), "author": act.principal.id},
    )
    recorded = record(tx, stores, act, event, plan.key.finish())
    row = PolicyRow(
        id=policy_id,
        institution_id=plan.key.institution_id,
        name=policy.name,
        sha256=policy.sha256(),
        content=encode(policy.to_json()).decode(),
        valid_from=plan.valid_from,
        author_id=act.principal.id,
        proposed_entry=recorded.entry_id,
    )
    insert_policy(tx, row)
    written = recorded.written(policy_id)
    remember_answer(tx, act, written)
    return written
