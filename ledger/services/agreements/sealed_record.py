"""How one version of a sealed file is checked, stored and recorded; for the services that seal and renew."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from ledger.core.agreements.sealed import FIELD, SealedFacts, StampFacts
from ledger.core.log.directory import format_instant
from ledger.errors import VerificationFailed
from ledger.services.agreements.acting import MACHINE_ROLE, Doing
from ledger.services.agreements.create import file_value
from ledger.services.agreements.stored_document import MEDIA_TYPE, put_document
from ledger.services.agreements.view import AgreementView
from ledger.services.context import Act, Stores
from ledger.services.recording import RecordKey, record
from ledger.storage import agreements as documents
from ledger.storage import seals as rows
from ledger.storage.database import Connection
from signing.pdf.inspect_sealed import Answer, SealTrust, inspect_sealed
from signing.pdf.seal import Sealed, SealTools


@dataclass(frozen=True)
class Made:
    """A sealed file that was just made, its version, and the last word of the entry that records it."""

    sealed: Sealed
    version: int
    kind: Literal["sealed", "seal-renewed"]


@dataclass(frozen=True, kw_only=True)
class SealContext:
    """For whom a version is recorded: the agreement, its record key, and the attempt whose job this is."""

    stores: Stores
    act: Act
    view: AgreementView
    key: RecordKey
    attempt: int


@dataclass(frozen=True)
class Kept:
    """What is recorded of a stored version."""

    facts: SealedFacts
    document: documents.DocumentRow


def check_made(made: Made, view: AgreementView, tools: SealTools) -> None:
    """Hold the file against the strict rules, and its look against the contract's, before anybody gets it.

    Raises VerificationFailed("seal.self-check").
    """
    trust = SealTrust(roots=(tools.chain[-1],), time_stamp_roots=tools.time_stamp_roots)
    found = inspect_sealed(made.sealed.data, trust, at=tools.clock(), document=view.document.sha256)
    answers = (found.signature_valid, found.covers_whole_file, found.same_look)
    if not found.passed or set(answers) != {Answer.YES} or found.r0_length != view.document.byte_length:
        said = ", ".join(reason.code for reason in found.reasons) or "no reason"
        message = (
            f"expected the sealed file to pass the strict rules, got: {said}; it was discarded and will be made again"
        )
        raise VerificationFailed("seal.self-check", message)


def store_made(context: SealContext, made: Made, *, is_local: bool) -> Kept:
    """Store the file under a random name and return what is to be recorded of it."""
    view, data = context.view, made.sealed.data
    document = replace(
        view.document,
        id=context.act.new_id(),
        sha256=hashlib.sha256(data).digest(),
        byte_length=len(data),
        media_type=MEDIA_TYPE,
        object_name=f"documents/{context.act.random(20).hex()}",
        created_entry="",
    )
    put_document(context.stores, context.key.key, document, data)
    return Kept(_facts(made, document, view, is_local=is_local), document)


def record_sealed(tx: Connection, context: SealContext, made: Made, kept: Kept) -> str:
    """Queue the entry, insert document and version, close the job, and return the entry's id.

    Raises Conflict("lease.lost" | "seal.exists") where another worker was first: what this one made is discarded.
    """
    now, facts = format_instant(context.act.now), kept.facts
    rows.finish_job(tx, context.view.row.id, context.attempt, now)
    doing = Doing(view=context.view, record=context.key, role=MACHINE_ROLE)
    event = doing.event(made.kind, {"file": file_value(kept.document)}, {FIELD: facts.to_json()})
    recorded = record(tx, context.stores, context.act, event)
    documents.insert_document(tx, replace(kept.document, created_entry=recorded.entry_id))
    rows.insert_version(
        tx,
        rows.VersionRow(
            agreement_id=context.view.row.id,
            version=made.version,
            document_id=kept.document.id,
            contract_bytes=facts.contract_bytes,
            sealed_at=facts.sealed_at,
            renew_before=facts.renew_before,
            entry_id=recorded.entry_id,
        ),
    )
    return recorded.entry_id


def _facts(made: Made, document: documents.DocumentRow, view: AgreementView, *, is_local: bool) -> SealedFacts:
    newest = made.sealed.time_stamps[-1]
    return SealedFacts(
        version=made.version,
        sha256=document.sha256,
        byte_length=document.byte_length,
        contract_bytes=view.document.byte_length,
        sealed_at=format_instant(newest.at),
        renew_before=format_instant(newest.expires_at),
        local_time_stamps=is_local,
        time_stamps=tuple(StampFacts(format_instant(stamp.at), stamp.name) for stamp in made.sealed.time_stamps),
    )
