"""Let a colleague decide in one's place: one of one's own roles, until a time, up to an amount (DESIGN section 6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.core.applications.main_unit import currency_code
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import TABLE, Action, Grade, Resource, Role, require
from ledger.errors import InvalidInput, NotAllowed
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey, directory_log, known_person
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.directory import grants_of
from ledger.storage.policies import DelegationRow, insert_delegation

KIND = "delegation"
LONGEST = timedelta(days=366)  # an absence, not a change of roles
MAX_MINOR = 10**18 - 1


@dataclass(frozen=True, kw_only=True)
class NewDelegation:
    """Which role, to whom, until when, up to which amount, in minor units of one currency, of all linked applications together."""

    delegate_id: str
    role: Role
    until: datetime
    limit_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class _Plan:
    new: NewDelegation
    key: InstitutionKey
    record: RecordKey


def grant_delegation(stores: Stores, act: Act, new: NewDelegation, key: InstitutionKey) -> Written:
    """Queue the signed entry `delegation.granted` and store the delegation.

    Raises NotAllowed ("delegation.not-held"), InvalidInput ("delegation.invalid"), NotFound("person.unknown").
    """
    require(act.principal, Action.DELEGATION_CHANGE, Resource(key.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    _check(act, new)
    delegation_id = act.new_id()
    sealed_under = RecordKey(delegation_id, stores.record_keys.create(delegation_id))
    plan = _Plan(new=new, key=key, record=sealed_under)
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _check(act: Act, new: NewDelegation) -> None:
    if new.delegate_id == act.principal.id:
        raise InvalidInput("delegation.invalid", "expected somebody else to decide in your place", field="delegate")
    if not act.now < new.until <= act.now + LONGEST:
        raise InvalidInput(
            "delegation.invalid", f"expected an end within {LONGEST.days} days, and in the future", field="until"
        )
    if not 0 < new.limit_minor <= MAX_MINOR:
        raise InvalidInput("delegation.invalid", "expected an amount above 0 in minor units", field="limit.minor")
    currency_code(new.currency)


def _check_roles(tx: Connection, act: Act, new: NewDelegation) -> None:
    """Raise unless the giver holds the role in their own right, and the other decides on applications at all."""
    if new.role not in {grant.role for grant in grants_of(tx, act.principal.id)}:
        raise NotAllowed("delegation.not-held", "expected one of your own roles: nobody hands on what they do not hold")
    deciding = set(TABLE[Action.APPLICATION_DECIDE])
    if not deciding & {grant.role for grant in grants_of(tx, new.delegate_id)}:
        raise InvalidInput("delegation.invalid", "expected a colleague who decides on applications", field="delegate")


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    new, institution_id = plan.new, plan.key.institution_id
    known_person(tx, institution_id, new.delegate_id)
    _check_roles(tx, act, new)
    told = {
        "holder": act.principal.id,
        "delegate": new.delegate_id,
        "role": new.role.value,
        "until": format_instant(new.until),
        "limit_minor": str(new.limit_minor),
        "currency": new.currency,
    }
    event = Event(
        type="delegation.granted",
        log=directory_log(tx, institution_id),
        subject_kind=KIND,
        subject_id=plan.record.record_id,
        role="holder",
        record=plan.record,
        private={"delegation": dict(told)},
    )
    recorded = record(tx, stores, act, event, plan.key.finish())
    row = DelegationRow(
        id=plan.record.record_id,
        institution_id=institution_id,
        holder_id=told["holder"],
        delegate_id=told["delegate"],
        role=told["role"],
        until=told["until"],
        limit_minor=told["limit_minor"],
        currency=told["currency"],
        granted_entry=recorded.entry_id,
    )
    insert_delegation(tx, row)
    written = recorded.written(row.id)
    remember_answer(tx, act, written)
    return written
