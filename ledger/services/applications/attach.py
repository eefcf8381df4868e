"""Take in the bytes of an attachment that an application lists: hashed, encrypted under its record's key, on record (DESIGN section 6)."""

from dataclasses import dataclass
from hashlib import sha256

from ledger.core.applications.evidence import listed_attachment, media_type_of
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.applications.view import KIND, ApplicationView, load_application, open_content
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.evidence import AttachmentRow, insert_attachment
from ledger.storage.frames import seal

ATTACHMENT_HEADER = (
    b"tally/attachment/v1\n"  # followed by the attachment's id: a frame file cannot stand in for another
)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    application_id: str
    attachment_id: str
    sha256: bytes
    byte_length: int
    media_type: str
    object_name: str
    record: RecordKey


def attach(stores: Stores, act: Act, application_id: str, data: bytes) -> Written:
    """Store the encrypted bytes and queue `application.attached`; the same request again returns the first answer.

    Raises NotFound, NotAllowed, InvalidInput("attachment.type" | "attachment.too-large" | "attachment.not-listed"),
    Conflict("attachment.exists").
    """
    require(act.principal, Action.APPLICATION_CREATE, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    media_type, digest = media_type_of(data), sha256(data).digest()
    view = stores.database.read(
        lambda tx: load_application(tx, act.principal, application_id, Action.APPLICATION_CREATE)
    )
    listed_attachment(open_content(stores, view), digest, len(data))
    plan = _Plan(
        application_id=application_id,
        attachment_id=act.new_id(),
        sha256=digest,
        byte_length=len(data),
        media_type=media_type,
        object_name=f"attachments/{act.random(20).hex()}",
        record=RecordKey(application_id, stores.record_keys.get(application_id)),
    )
    sealed = seal(plan.record.key, data, header=ATTACHMENT_HEADER + plan.attachment_id.encode())
    stores.objects.put(plan.object_name, sealed)
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    view = load_application(tx, act.principal, plan.application_id, Action.APPLICATION_CREATE)
    recorded = record(tx, stores, act, _event(view, act, plan))
    row = AttachmentRow(
        id=plan.attachment_id,
        application_id=plan.application_id,
        sha256=plan.sha256,
        byte_length=plan.byte_length,
        media_type=plan.media_type,
        object_name=plan.object_name,
        author_id=act.principal.id,
        received_entry=recorded.entry_id,
    )
    insert_attachment(tx, row)
    written = recorded.written(plan.attachment_id)
    remember_answer(tx, act, written)
    return written


def _event(view: ApplicationView, act: Act, plan: _Plan) -> Event:
    return Event(
        type="application.attached",
        log=view.log,
        subject_kind=KIND,
        subject_id=view.row.id,
        role="officer",
        record=plan.record,
        private={
            "attachment": {
                "id": plan.attachment_id,
                "sha256": plan.sha256.hex(),
                "bytes": plan.byte_length,
                "media_type": plan.media_type,
                "object": plan.object_name,
            },
            "author": act.principal.id,
        },
    )
