"""Rows of what comes to an application after it was written: attachments, evidence, escalations.

Promises: each row names the entry that made it, and none changes. Leaves what they say to the vault and to `core.applications`. DESIGN 6.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from ledger.errors import Conflict
from ledger.storage.forms import Instant
from ledger.storage.rows import find_all, find_one, insert_new, values_of
from ledger.storage.tables import applications as table


@dataclass(frozen=True)
class AttachmentRow:
    id: str
    application_id: str
    sha256: bytes
    byte_length: int
    media_type: str
    object_name: str
    author_id: str
    received_entry: str


@dataclass(frozen=True)
class EvidenceRow:
    entry_id: str
    application_id: str
    version: int
    kind: str
    author_id: str
    recorded_at: Instant


@dataclass(frozen=True)
class EscalationRow:
    entry_id: str
    application_id: str
    version: int
    step: int
    role: str
    due_on: str
    escalated_at: Instant


def insert_attachment(tx: Connection, row: AttachmentRow) -> None:
    """Store an attachment; Conflict("attachment.exists") when the application has these bytes already."""
    if not insert_new(tx, table.attachment, values_of(row)):
        raise Conflict("attachment.exists", "this application has these very bytes already")


def attachment_by_id(tx: Connection, attachment_id: str) -> AttachmentRow | None:
    return find_one(tx, AttachmentRow, table.attachment, id=attachment_id)


def attachments_of(tx: Connection, application_id: str) -> list[AttachmentRow]:
    return find_all(tx, AttachmentRow, table.attachment, "id", application_id=application_id)


def insert_evidence(tx: Connection, row: EvidenceRow) -> None:
    insert_new(tx, table.evidence, values_of(row))


def evidence_of(tx: Connection, application_id: str) -> list[EvidenceRow]:
    """Return what was recorded about an application, in the order in which it was."""
    return find_all(tx, EvidenceRow, table.evidence, "entry_id", application_id=application_id)


def insert_escalation(tx: Connection, row: EscalationRow) -> None:
    insert_new(tx, table.escalation, values_of(row))


def escalations_of(tx: Connection, application_id: str) -> list[EscalationRow]:
    return find_all(tx, EscalationRow, table.escalation, "entry_id", application_id=application_id)
