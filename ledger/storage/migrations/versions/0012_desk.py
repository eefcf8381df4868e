"""Departments, escalations, attachments and evidence. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number, text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    create_guarded(
        "department_member",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("principal_id"),
        text("department"),
        text("joined_entry"),
        text("left_entry", null=True),
        Index(None, "principal_id"),
        once=("left_entry",),
    )
    create_guarded(
        "escalation",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("application_id", ForeignKey("application.id")),
        number("version"),
        number("step"),
        text("role"),
        text("due_on"),
        text("escalated_at"),
        Index(None, "application_id", "entry_id"),
        Index(None, "role"),
    )
    create_guarded(
        "attachment",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("application_id", ForeignKey("application.id")),
        blob("sha256"),
        number("byte_length"),
        text("media_type"),
        text("object_name"),
        text("author_id"),
        text("received_entry"),
        UniqueConstraint("object_name"),
        UniqueConstraint("application_id", "sha256"),
    )
    create_guarded(
        "evidence",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("application_id", ForeignKey("application.id")),
        number("version"),
        text("kind"),
        text("author_id"),
        text("recorded_at"),
        Index(None, "application_id", "entry_id"),
    )
