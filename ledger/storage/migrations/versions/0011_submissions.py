"""Agreements that wait for an application. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    create_guarded(
        "agreement_submitted",
        Rule.APPEND_ONLY,
        text("agreement_id", ForeignKey("agreement.id"), key=True),
        text("application_id"),
        text("submitted_entry"),
        Index(None, "application_id"),
    )
