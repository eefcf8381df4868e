"""Mails to applicants. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, number, text

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    create_guarded(
        "applicant_notice",
        Rule.PASSING,
        text("id", key=True),
        text("application_id", ForeignKey("application.id")),
        text("applicant"),
        text("recorder_id"),
        text("cause"),
        text("until"),
        text("made_at"),
        text("due_at"),
        text("status"),
        number("attempts"),
        text("last_code", null=True),
        text("done_at", null=True),
        UniqueConstraint("application_id", "applicant", "cause"),
        Index(None, "status", "due_at"),
    )
