"""Put a loan contract on record: inspect, encrypt, number, store and log it; send it at once where asked (DESIGN 2, 3, 5)."""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.agreements.ceremony import DEFAULT_DAYS
from ledger.core.agreements.parties import MAX_SIGNERS, Signer, parse_signers
from ledger.core.agreements.people import Person, person_field, person_value, split_people
from ledger.core.agreements.reading import check_reading_code
from ledger.core.agreements.states import State
from ledger.core.agreements.terms import Terms, parse_terms
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.agreements.acting import Doing
from ledger.services.agreements.approving import record_submission
from ledger.services.agreements.seating import seat_row_of, signer_row_of
from ledger.services.agreements.sending import deadline, record_sending
from ledger.services.agreements.stored_document import MEDIA_TYPE, put_document
from ledger.services.agreements.view import load_agreement
from ledger.services.context import Act, Stores, Written
from ledger.services.numbering import home, take_number
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import agreements as rows
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import BlindRow, insert_blind
from ledger.storage.ceremony import insert_seats
from ledger.storage.database import Connection
from ledger.storage.directory import InstitutionRow
from ledger.storage.logs import LogRow
from signing.canonical import Json
from signing.pdf.inspect import Inspection, Limits, inspect


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """What a contract typeset by us shows of itself and no other may have: the agreement's id and its number; and its template."""

    agreement_id: str
    number: str
    template: str
    template_sha256: bytes


@dataclass(frozen=True, kw_only=True)
class NewAgreement:
    """What a client sends: the PDF's bytes, and terms and signers as JSON values not yet looked at.

    `reserved` where we typeset the PDF ourselves, else the agreement takes its id and number as it is recorded.
    `application` is what has to be approved before it may be sent; the agreement is submitted for it as it is recorded.
    `reading_code` is printed inside the PDF: whoever tells it has opened the file. Without one, consent rests on the page alone.
    """

    document: bytes
    terms: Json
    signers: Json
    reserved: Reserved | None = None
    reading_code: str | None = None
    application: str | None = None
    send: bool = False
    valid_days: int = DEFAULT_DAYS


@dataclass(frozen=True, kw_only=True)
class _Plan:
    agreement_id: str
    reserved: Reserved | None
    terms: Terms
    signers: tuple[Signer, ...]
    people: tuple[Person | None, ...]
    reading_code: str | None
    application: str | None
    expires_at: datetime | None  # where it is sent at once
    inspection: Inspection
    document: rows.DocumentRow
    record: RecordKey
    institution: InstitutionRow
    log: LogRow


def create(stores: Stores, act: Act, new: NewAgreement, limits: Limits) -> Written:
    """Store the agreement and queue its `agreement.created` entry; the same request again returns the first answer.

    Raises NotAllowed, InvalidInput (terms, signers), DocumentRefused (the PDF), Conflict (idempotency), Unavailable.
    """
    require(act.principal, Action.AGREEMENT_CREATE, Resource(act.principal.institution_id, Grade.PERSONAL))
    if earlier := find_earlier(stores, act):
        return earlier
    parsed = _parse(act, new)
    inspection = inspect(new.document, limits)
    plan = _plan(stores, act, parsed, inspection)
    _store_document(stores, plan, new.document)
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


@dataclass(frozen=True, kw_only=True)
class _Parsed:
    terms: Terms
    signers: tuple[Signer, ...]
    people: tuple[Person | None, ...]
    reserved: Reserved | None
    reading_code: str | None
    application: str | None
    expires_at: datetime | None


def _parse(act: Act, new: NewAgreement) -> _Parsed:
    bare, people = split_people(new.signers, act.now)
    return _Parsed(
        terms=parse_terms(new.terms),
        signers=parse_signers(bare, tuple(act.new_id() for _ in range(MAX_SIGNERS))),
        people=people,
        reserved=new.reserved,
        reading_code=None if new.reading_code is None else check_reading_code(new.reading_code),
        application=new.application,
        expires_at=deadline(act.now, new.valid_days) if new.send else None,
    )


def _plan(stores: Stores, act: Act, parsed: _Parsed, inspection: Inspection) -> _Plan:
    institution, log = stores.database.read(lambda tx: home(tx, act.principal.institution_id))
    agreement_id = parsed.reserved.agreement_id if parsed.reserved else act.new_id()
    document_id = act.new_id()
    document = rows.DocumentRow(
        id=document_id,
        institution_id=institution.id,
        sha256=inspection.sha256,
        byte_length=inspection.byte_length,
        pages=inspection.pages,
        media_type=MEDIA_TYPE,
        object_name=f"documents/{act.random(20).hex()}",  # random: the name tells nothing about the content
        record_id=agreement_id,
        created_entry="",
    )
    key = RecordKey(agreement_id, stores.record_keys.create(agreement_id))
    return _Plan(
        **vars(parsed), agreement_id=agreement_id, inspection=inspection, document=document, record=key, institution=institution, log=log
    )  # fmt: skip


def _store_document(stores: Stores, plan: _Plan, document: bytes) -> None:
    """Put the encrypted bytes before the transaction that names them: a crash in between leaves an object nobody names."""
    put_document(stores, plan.record.key, plan.document, document)


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    number = plan.reserved.number if plan.reserved else take_number(tx, act, plan.institution)
    event = Event(
        type="agreement.created",
        log=plan.log,
        subject_kind="agreement",
        subject_id=plan.agreement_id,
        role="officer",
        record=plan.record,
        shared={"document": document_value(plan.inspection.sha256, plan.inspection.byte_length)},
        private={
            "number": number,
            "file": file_value(plan.document),
            "terms": plan.terms.to_json(),
            "parties": [signer.to_json() for signer in plan.signers],
            **_private_parts(plan),
        },
    )
    recorded = record(tx, stores, act, event)
    _insert_rows(tx, act, plan, number, recorded.entry_id)
    _insert_search(tx, stores, plan, number, recorded.entry_id)
    if plan.application is not None:
        recorded = record_submission(tx, stores, act, _doing(tx, act, plan), plan.application)
    if plan.expires_at is not None:
        recorded = record_sending(tx, stores, act, _doing(tx, act, plan), plan.expires_at)
    written = recorded.written(plan.agreement_id)
    remember_answer(tx, act, written)
    return written


def _doing(tx: Connection, act: Act, plan: _Plan) -> Doing:
    """Return the agreement as it is by now, to go on with in the same transaction."""
    view = load_agreement(tx, act.principal, plan.agreement_id, Action.AGREEMENT_SEND)
    return Doing(view=view, record=plan.record, role="officer")


def _private_parts(plan: _Plan) -> dict[str, Json]:
    """Return what concerns one person alone, each under a commitment of its own, the code inside the PDF, and its template."""
    parts: dict[str, Json] = {
        person_field(place): person_value(signer.id, person)
        for place, (signer, person) in enumerate(zip(plan.signers, plan.people, strict=True))
        if person is not None
    }
    if plan.reading_code is not None:
        parts["reading_code"] = plan.reading_code
    if plan.reserved is not None:
        parts["template"] = {"name": plan.reserved.template, "sha256": plan.reserved.template_sha256.hex()}
    return parts


def document_value(sha256: bytes, byte_length: int) -> Json:
    """Return the committed value that names a document: its SHA-256 and its length."""
    return {"sha256": sha256.hex(), "bytes": byte_length}


def file_value(document: rows.DocumentRow) -> Json:
    """Return the committed value that says how we keep a document, so that its row can be held against the log."""
    return {
        "id": document.id,
        "pages": document.pages,
        "media_type": document.media_type,
        "object": document.object_name,
    }


def _insert_rows(tx: Connection, act: Act, plan: _Plan, number: str, entry_id: str) -> None:
    document = plan.document
    rows.insert_document(tx, rows.DocumentRow(**{**vars(document), "created_entry": entry_id}))
    agreement = rows.AgreementRow(
        id=plan.agreement_id,
        institution_id=plan.institution.id,
        number=number,
        document_id=document.id,
        terms_sha256=plan.terms.sha256(),
        created_entry=entry_id,
        created_at=format_instant(act.now),
    )
    signers = [signer_row_of(plan.agreement_id, place, signer) for place, signer in enumerate(plan.signers)]
    rows.insert_agreement(tx, agreement, signers, State.DRAFT)
    seats = [
        seat_row_of(plan.agreement_id, entry_id, signer, person, place)
        for place, (signer, person) in enumerate(zip(plan.signers, plan.people, strict=True))
    ]
    insert_seats(tx, seats)


def _insert_search(tx: Connection, stores: Stores, plan: _Plan, number: str, entry_id: str) -> None:
    """Make the agreement findable by number, file and party name without keeping any of them in clear."""
    values = [
        ("number", number),
        ("document", plan.inspection.sha256.hex()),
        *(("name", signer.name) for signer in plan.signers),
    ]
    for kind, value in values:
        digest = blind(stores.index_key, kind, value)
        insert_blind(tx, BlindRow(plan.institution.id, kind, digest, "agreement", plan.agreement_id, entry_id))
