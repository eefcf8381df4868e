"""Put another person in a party's place, who begins anew; links and sessions of the one before are dead (DESIGN section 5)."""

from dataclasses import dataclass, replace

from ledger.core.agreements import ceremony as machine
from ledger.core.agreements.ceremony import Seat, Step
from ledger.core.agreements.parties import Signer, parse_signers
from ledger.core.agreements.people import Person, needs_of, person_value, split_people
from ledger.core.agreements.strict_fields import invalid
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform
from ledger.services.agreements.ending import check_reason
from ledger.services.agreements.seating import REPLACED_FIELD, seat_row_of, signer_row_of
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.view import open_signers
from ledger.services.context import Act, Stores, Written
from ledger.services.recording import record
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import BlindRow, insert_blind
from ledger.storage.ceremony import insert_successor, set_step
from ledger.storage.database import Connection
from ledger.storage.sessions import end_sessions, revoke_invitations
from signing.canonical import Json


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """Who comes in: a signer as at creation ({role, name, key, pens, person}); the role must be the same. And why."""

    signer: Json
    reason: str


def replace_signer(stores: Stores, act: Act, agreement_id: str, signer_id: str, replacement: Replacement) -> Written:
    """Queue `agreement.signer-replaced`; the newcomer signs in the same order, after steps of their own.

    Raises NotFound("signer.unknown"), NotAllowed, InvalidInput("signers.invalid" | "reason.malformed"),
    Conflict("signature.exists" | "signer.replaced" | "agreement.wrong-state").
    """
    newcomer_id = act.new_id()

    def work(tx: Connection, doing: Doing) -> Written:
        reason = check_reason(replacement.reason)
        bare, people = split_people([replacement.signer], act.now)
        signers = open_signers(doing.record.key, doing.view)
        machine_seat = ceremony_of(doing.view).unsigned_seat(signer_id)
        place = next(number for number, signer in enumerate(signers) if signer.id == signer_id)
        parties = _with_newcomer(signers, place, bare, newcomer_id)
        if parties[place].role is not signers[place].role:
            raise invalid(
                "signers[0].role", f"expected {signers[place].role}: the contract names it", "signers.invalid"
            )
        newcomer = replace(parties[place], order=machine_seat.order)
        coming = _Coming(place, newcomer, people[0], (*parties[:place], newcomer, *parties[place + 1 :]), reason)
        return _write(tx, stores, act, doing, (signer_id, coming))

    return perform(stores, act, agreement_id, Action.SIGNER_CHANGE, work)


@dataclass(frozen=True)
class _Coming:
    place: int
    signer: Signer
    person: Person | None
    parties: tuple[Signer, ...]
    reason: str


def _with_newcomer(signers: tuple[Signer, ...], place: int, bare: Json, newcomer_id: str) -> tuple[Signer, ...]:
    """Return the parties with one of them new, checked as a whole: no two with one key, a borrower among them."""
    listed = bare if isinstance(bare, list) else [bare]
    values: list[Json] = [_without_id(signer) for signer in signers]
    values[place] = listed[0]
    ids = [signer.id for signer in signers]
    ids[place] = newcomer_id
    return parse_signers(values, tuple(ids))


def _without_id(signer: Signer) -> Json:
    value = signer.to_json()
    del value["signer"]
    return value


def _write(tx: Connection, stores: Stores, act: Act, doing: Doing, change: tuple[str, _Coming]) -> Written:
    old, coming = change
    view, signer = doing.view, coming.signer
    needs = frozenset(Step(word) for word in needs_of(signer, coming.person).split())
    machine.replace_signer(ceremony_of(view), old, Seat(signer_id=signer.id, needs=needs))
    private: dict[str, Json] = {
        "signer": old,
        "reason": coming.reason,
        "parties": [party.to_json() for party in coming.parties],
    }
    if coming.person is not None:
        private[REPLACED_FIELD] = person_value(signer.id, coming.person)
    recorded = record(tx, stores, act, doing.event("signer-replaced", private))
    set_step(tx, view.row.id, old, "replaced_entry", recorded.entry_id)
    seat = seat_row_of(view.row.id, recorded.entry_id, signer, coming.person, coming.place)
    seat = replace(seat, person_field=None if coming.person is None else REPLACED_FIELD)
    insert_successor(tx, signer_row_of(view.row.id, coming.place, signer), seat)
    digest = blind(stores.index_key, "name", signer.name)
    insert_blind(tx, BlindRow(view.row.institution_id, "name", digest, "agreement", view.row.id, recorded.entry_id))
    at = format_instant(act.now)
    revoke_invitations(tx, view.row.id, old, at)
    end_sessions(tx, view.row.id, old, at)
    return recorded.written(view.row.id)
