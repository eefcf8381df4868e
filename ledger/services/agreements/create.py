"""Put a loan contract on record: inspect, encrypt, number, store and log it (DESIGN sections 2, 3 and 5)."""

import hashlib
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from ledger.core.agreements.parties import MAX_SIGNERS, Signer, parse_signers
from ledger.core.agreements.states import State
from ledger.core.agreements.terms import Terms, parse_terms
from ledger.core.log.directory import format_instant, parse_numbering_rule
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import Unavailable
from ledger.services.context import Act, Stores, Written
from ledger.services.log.stop import require_running
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import agreements as rows
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import BlindRow, insert_blind
from ledger.storage.database import Connection
from ledger.storage.directory import InstitutionRow, institution_by_id, next_number
from ledger.storage.frames import seal
from ledger.storage.logs import LogRow, log_of_institution
from signing.canonical import Json
from signing.pdf.inspect import Inspection, Limits, inspect

DOCUMENT_HEADER = b"tally/document/v1\n"  # followed by the document's id: a frame file cannot stand in for another
MEDIA_TYPE = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class NewAgreement:
    """What a client sends: the PDF's bytes, and terms and signers as JSON values not yet looked at."""

    document: bytes
    terms: Json
    signers: Json


@dataclass(frozen=True, kw_only=True)
class _Plan:
    agreement_id: str
    terms: Terms
    signers: tuple[Signer, ...]
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
    terms = parse_terms(new.terms)
    signers = parse_signers(new.signers, tuple(act.new_id() for _ in range(MAX_SIGNERS)))
    inspection = inspect(new.document, limits)
    plan = _plan(stores, act, terms, signers, inspection)
    _store_document(stores, plan, new.document)
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _plan(stores: Stores, act: Act, terms: Terms, signers: tuple[Signer, ...], inspection: Inspection) -> _Plan:
    institution, log = stores.database.read(lambda tx: _home(tx, act.principal.institution_id))
    agreement_id, document_id = act.new_id(), act.new_id()
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
        agreement_id=agreement_id, terms=terms, signers=signers, inspection=inspection, document=document, record=key, institution=institution, log=log
    )  # fmt: skip


def _home(tx: Connection, institution_id: str) -> tuple[InstitutionRow, LogRow]:
    institution, log = institution_by_id(tx, institution_id), log_of_institution(tx, institution_id)
    if institution is None or log is None:
        raise Unavailable(
            "institution.unknown",
            "this institution has no log here; the operator opens one with `tally db institution`",
        )
    require_running(tx, log.id)  # before the document is stored, not only when its entry is queued
    return institution, log


def _store_document(stores: Stores, plan: _Plan, document: bytes) -> None:
    """Put the encrypted bytes before the transaction that names them: a crash in between leaves an object nobody names."""
    header = DOCUMENT_HEADER + plan.document.id.encode()
    stores.objects.put(plan.document.object_name, seal(plan.record.key, document, header=header))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    number = _take_number(tx, act, plan.institution)
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
        },
    )
    recorded = record(tx, stores, act, event)
    _insert_rows(tx, act, plan, number, recorded.entry_id)
    _insert_search(tx, stores, plan, number, recorded.entry_id)
    written = recorded.written(plan.agreement_id)
    remember_answer(tx, act, written)
    return written


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


def _take_number(tx: Connection, act: Act, institution: InstitutionRow) -> str:
    rule = parse_numbering_rule(institution.numbering_rule)
    day: date = act.now.astimezone(ZoneInfo(institution.zone)).date()
    sequence = next_number(tx, institution.id, "agreement", rule.period(day))
    return rule.number(code=institution.code, day=day, sequence=sequence)


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
    signers = [
        rows.SignerRow(
            plan.agreement_id, signer.id, place, signer.role, signer.key.key_id, signer.key.suite, signer.key.raw
        )
        for place, signer in enumerate(plan.signers)
    ]
    rows.insert_agreement(tx, agreement, signers, State.SENT)


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


def digest_of(document: bytes) -> bytes:
    """Return the SHA-256 that names a document."""
    return hashlib.sha256(document).digest()
