"""The ceremony played again from the log: seats, steps, deadline, authority and state as the entries make them.

Promises: the machine that let an act happen judges it here too; an entry that it would have refused is a finding.
DESIGN sections 5 and 8.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from ledger.core.agreements import ceremony as machine
from ledger.core.agreements.authority import Scope, check_authority, parse_scope
from ledger.core.agreements.ceremony import Ceremony, Seat, Step
from ledger.core.agreements.expected_seal import expect_sealed
from ledger.core.agreements.expected_signature import Created, expect_document, object_of
from ledger.core.agreements.parties import Signer, read_signers
from ledger.core.agreements.people import Person, check_age, needs_of, person_field, person_of_value
from ledger.core.agreements.states import Move, State
from ledger.core.log.audit_directory import blind_row, check_directory_signature
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import Value
from ledger.errors import InvalidInput, LedgerError
from signing.canonical import Json

_STEPS = {f"agreement.{step}": step for step in Step}
_ACCEPTED = "accepted"


@dataclass
class Folding:
    """The agreement as its entries so far make it."""

    projection: Projection
    created: Created
    ceremony: Ceremony
    world: World
    scopes: dict[str, Scope] = field(default_factory=dict)

    @classmethod
    def begin(cls, projection: Projection, created: Created, world: World) -> Self:
        """Begin with a draft, whose seats are rows."""
        seats = machine.seats_of(
            (signer.id, signer.order, _steps(signer, created.people.get(signer.id))) for signer in created.signers
        )
        folding = cls(projection, created, Ceremony(state=State.DRAFT, seats=seats), world)
        for place, signer in enumerate(created.signers):
            _expect_signer(folding, created.told, signer, place, person_field(place))
        return folding

    @property
    def key(self) -> tuple[str]:
        return (self.created.told.placed.entry.subject.id,)


def follow(folding: Folding, told: Told) -> None:
    """Expect the rows of one entry after the creation, and play it; what the machine refuses is a finding."""
    check_directory_signature(folding.projection, told, folding.world)
    rows = _ROWS.get(told.type)
    if rows is not None:
        rows(folding, told)
    if not folding.created.signers:  # erased: nobody can say who did what
        return
    before = folding.ceremony
    try:
        folding.ceremony = _play(folding, told)
    except LedgerError as error:
        found = "type" if error.field is None else error.field
        folding.projection.object_to(
            told, "entry.contradicts", found, expected="an act that the ceremony allows", found=error.code
        )
        return
    if folding.ceremony.state is not before.state or told.type == "agreement.signed":
        values = {"state": str(folding.ceremony.state), "changed_entry": told.placed.entry.id}
        folding.projection.amend("agreement_state", told, folding.key, values)


def _play(folding: Folding, told: Told) -> Ceremony:
    if told.type in _STEPS:
        return _step(folding, told, _STEPS[told.type])
    special = _PLAYS.get(told.type)
    if special is not None:
        return special(folding, told)
    kind = told.type.removeprefix("agreement.")
    if kind not in set(Move):
        return folding.ceremony  # of a later version: it verifies, and makes no rows that we know
    return machine.move(folding.ceremony, Move(kind))


def _step(folding: Folding, told: Told, step: Step) -> Ceremony:
    signer_id = told.values.get("signer")
    if step is Step.IDENTIFIED and (told.values.get("result") != _ACCEPTED or folding.ceremony.state is State.COMPLETE):
        return machine.move(folding.ceremony, Move.IDENTIFIED)
    if not isinstance(signer_id, str):
        folding.projection.untold.add("signer_seat")
        return folding.ceremony
    after = machine.take_step(folding.ceremony, signer_id, step)
    if step not in folding.ceremony.seat(signer_id).done:
        key = (*folding.key, signer_id)
        folding.projection.amend("signer_seat", told, key, {f"{step}_entry": told.placed.entry.id})
    return after


def _submitted_row(folding: Folding, told: Told) -> None:
    entry, application = told.placed.entry, text_of(told.values.get("application"))
    row: dict[str, Value] = {"agreement_id": entry.subject.id, "submitted_entry": entry.id}
    folding.projection.expect("agreement_submitted", told, {**row, "application_id": application})


def _sent_row(folding: Folding, told: Told) -> None:
    entry = told.placed.entry
    row: dict[str, Value] = {"agreement_id": entry.subject.id, "sent_entry": entry.id, "sent_at": entry.at}
    folding.projection.expect("agreement_sent", told, {**row, "expires_at": text_of(told.values.get("expires_at"))})


def _sent(folding: Folding, told: Told) -> Ceremony:
    expires_at = told.values.get("expires_at")
    after = machine.move(folding.ceremony, Move.SENT)
    return replace(after, expires_at=_instant(expires_at)) if isinstance(expires_at, str) else after


def _signed(folding: Folding, told: Told) -> Ceremony:
    signer_id, at = told.values.get("signer"), datetime.fromisoformat(told.placed.entry.at)
    if not isinstance(signer_id, str):
        folding.projection.untold.add("agreement_state")
        return folding.ceremony
    after = machine.sign(folding.ceremony, signer_id, at)
    person, terms = folding.created.people.get(signer_id), folding.created.terms
    if person is not None and terms is not None:
        check_age(person, at)
        check_authority(folding.scopes.get(signer_id), person, terms.product, terms.amount, at)
    return after


def _authority_rows(folding: Folding, told: Told) -> None:
    values, entry = told.values, told.placed.entry
    file, signer_id = object_of(values.get("file")), text_of(values.get("signer"))
    expect_document(folding.projection, told, object_of(values.get("document")), file)
    row: dict[str, Value] = {"entry_id": entry.id, "agreement_id": entry.subject.id, "signer_id": signer_id}
    folding.projection.expect("agreement_authority", told, {**row, "document_id": text_of(file.get("id"))})


def _authority(folding: Folding, told: Told) -> Ceremony:
    signer_id = told.values.get("signer")
    if isinstance(signer_id, str) and "scope" in told.values:
        folding.scopes[signer_id] = parse_scope(told.values["scope"])
    return machine.move(folding.ceremony, Move.AUTHORITY_ATTACHED)


def _replaced(folding: Folding, told: Told) -> Ceremony:
    old, parties = told.values.get("signer"), told.values.get("parties")
    if not isinstance(old, str) or parties is None:
        folding.projection.untold |= {"signer_seat", "agreement_signer"}
        return folding.ceremony
    signers = read_signers(parties)
    newcomer = next((item for item in signers if item.id not in {one.id for one in folding.created.signers}), None)
    if newcomer is None:
        raise InvalidInput("entry.value", "parties: expected one who was not there before", field="parties")
    people = dict(folding.created.people)
    if "person" in told.values:
        person_id, person = person_of_value(told.values["person"])
        people[person_id] = person
    seat = Seat(signer_id=newcomer.id, needs=_steps(newcomer, people.get(newcomer.id)))
    after = machine.replace_signer(folding.ceremony, old, seat)
    folding.projection.amend("signer_seat", told, (*folding.key, old), {"replaced_entry": told.placed.entry.id})
    folding.created = replace(folding.created, signers=signers, people=people)
    _expect_signer(folding, told, newcomer, signers.index(newcomer), "person")
    found = blind_row(told, folding.world, "name", newcomer.name)
    if not folding.projection.amend(
        "blind_index", told, tuple(found.values())[:-1], {}
    ):  # unless findable by it before
        folding.projection.expect("blind_index", told, found)
    return after


def _void_row(folding: Folding, told: Told) -> None:
    entry = told.placed.entry
    row: dict[str, Value] = {"entry_id": entry.id, "agreement_id": entry.subject.id}
    proposer = text_of(told.values.get("proposer"))
    folding.projection.expect("void_proposal", told, {**row, "proposer_id": proposer})


def _sealed_rows(folding: Folding, told: Told) -> None:
    expect_sealed(folding.projection, told)


_PLAYS: Mapping[str, Callable[[Folding, Told], Ceremony]] = {
    "agreement.sent": _sent,
    "agreement.signed": _signed,
    "agreement.authority-attached": _authority,
    "agreement.signer-replaced": _replaced,
}
_ROWS: Mapping[str, Callable[[Folding, Told], None]] = {
    "agreement.submitted": _submitted_row,
    "agreement.sent": _sent_row,
    "agreement.authority-attached": _authority_rows,
    "agreement.void-proposed": _void_row,
    "agreement.sealed": _sealed_rows,
    "agreement.seal-renewed": _sealed_rows,
}


def _expect_signer(folding: Folding, told: Told, signer: Signer, place: int, field_name: str) -> None:
    entry, person = told.placed.entry, folding.created.people.get(signer.id)
    folding.projection.expect(
        "agreement_signer",
        told,
        {
            "agreement_id": entry.subject.id,
            "signer_id": signer.id,
            "ordinal": place,
            "role": str(signer.role),
            "key_id": signer.key.key_id if signer.key else "",
            "suite": str(signer.key.suite) if signer.key else "",
            "public_key": signer.key.raw if signer.key else b"",
        },
    )
    folding.projection.expect(
        "signer_seat",
        told,
        {
            "agreement_id": entry.subject.id,
            "signer_id": signer.id,
            "seated_entry": entry.id,
            "signing_order": signer.order,
            "needs": needs_of(signer, person),
            "person_field": None if person is None else field_name,
            **{f"{step}_entry": None for step in Step},
            "replaced_entry": None,
        },
    )


def _steps(signer: Signer, person: Person | None) -> frozenset[Step]:
    return frozenset(Step(word) for word in needs_of(signer, person).split())


def _instant(text: Json) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as error:
        raise InvalidInput("entry.value", "expires_at: expected an instant", field="expires_at") from error
