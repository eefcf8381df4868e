"""Addresses of staff, and mails to them. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, number, text

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    create_guarded(
        "person_address",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("person_id", ForeignKey("person.id")),
        Index(None, "person_id"),
    )
    create_guarded(
        "staff_notice",
        Rule.PASSING,
        text("id", key=True),
        text("institution_id"),
        text("person_id"),
        text("kind"),
        text("subject_id"),
        text("cause"),
        text("made_at"),
        text("due_at"),
        text("status"),
        number("attempts"),
        text("last_code", null=True),
        text("done_at", null=True),
        UniqueConstraint("person_id", "kind", "cause"),
        Index(None, "status", "due_at"),
    )
