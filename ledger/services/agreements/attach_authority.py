"""Attach the power of attorney under which a person signs for an organisation: the document, its scope, its dates (DESIGN 5)."""

from dataclasses import dataclass

from ledger.core.agreements.authority import Scope, parse_scope
from ledger.core.agreements.ceremony import move
from ledger.core.agreements.states import Move
from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform, record_key
from ledger.services.agreements.create import document_value, file_value
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.stored_document import MEDIA_TYPE, put_document
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier
from ledger.services.recording import record
from ledger.storage.agreements import DocumentRow, insert_document
from ledger.storage.ceremony import AuthorityRow, insert_authority
from ledger.storage.database import Connection
from signing.canonical import Json
from signing.pdf.inspect import Inspection, Limits, inspect


@dataclass(frozen=True, kw_only=True)
class NewAuthority:
    """The PDF and the scope {products, limit, valid_from, valid_until}, not yet looked at."""

    document: bytes
    scope: Json


def attach_authority(stores: Stores, act: Act, place: tuple[str, str], new: NewAuthority, limits: Limits) -> Written:
    """Queue `agreement.authority-attached` for the signer at `place` (agreement id, signer id); the newest one counts.

    Raises NotFound, NotAllowed, InvalidInput("authority.invalid"), DocumentRefused, Conflict("signature.exists" |
    "signer.replaced" | "agreement.wrong-state").
    """
    agreement_id, signer_id = place
    if earlier := find_earlier(stores, act):
        return earlier
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.SIGNER_CHANGE))
    scope = parse_scope(new.scope)
    ceremony_of(view).unsigned_seat(signer_id)
    document = _document(act, view, inspect(new.document, limits))
    put_document(stores, record_key(stores, view).key, document, new.document)

    def work(tx: Connection, doing: Doing) -> Written:
        return _write(tx, stores, act, _Plan(doing, signer_id, scope, document))

    return perform(stores, act, agreement_id, Action.SIGNER_CHANGE, work)


@dataclass(frozen=True)
class _Plan:
    doing: Doing
    signer_id: str
    scope: Scope
    document: DocumentRow


def _document(act: Act, view: AgreementView, inspection: Inspection) -> DocumentRow:
    return DocumentRow(
        id=act.new_id(),
        institution_id=view.row.institution_id,
        sha256=inspection.sha256,
        byte_length=inspection.byte_length,
        pages=inspection.pages,
        media_type=MEDIA_TYPE,
        object_name=f"documents/{act.random(20).hex()}",
        record_id=view.document.record_id,
        created_entry="",
    )


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    ceremony = ceremony_of(plan.doing.view)
    move(ceremony, Move.AUTHORITY_ATTACHED)
    ceremony.unsigned_seat(plan.signer_id)
    document = plan.document
    private: dict[str, Json] = {
        "signer": plan.signer_id,
        "scope": plan.scope.to_json(),
        "document": document_value(document.sha256, document.byte_length),
        "file": file_value(document),
    }
    recorded = record(tx, stores, act, plan.doing.event(Move.AUTHORITY_ATTACHED, private))
    agreement_id = plan.doing.view.row.id
    insert_document(tx, DocumentRow(**{**vars(document), "created_entry": recorded.entry_id}))
    insert_authority(tx, AuthorityRow(recorded.entry_id, agreement_id, plan.signer_id, document.id))
    return recorded.written(agreement_id)
