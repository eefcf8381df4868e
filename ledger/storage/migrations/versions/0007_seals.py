"""Seals: versions of sealed files and the jobs that make them. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from alembic import op
from sqlalchemy import ForeignKey, Index

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, number, text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_guarded(
        "sealed_version",
        Rule.APPEND_ONLY,
        text("agreement_id", ForeignKey("agreement.id"), key=True),
        number("version", key=True),
        text("document_id", ForeignKey("document.id")),
        number("contract_bytes"),
        text("sealed_at"),
        text("renew_before"),
        text("entry_id"),
        Index(None, "renew_before"),
        Index(None, "document_id"),
    )
    create_guarded(
        "seal_job",
        Rule.ROLLING,
        text("agreement_id", ForeignKey("agreement.id"), key=True),
        text("wanted"),
        number("attempts"),
        text("holder"),
        text("held_until"),
        text("next_at"),
        text("last_code", null=True),
        text("last_message", null=True),
        text("changed_at"),
        Index(None, "wanted", "next_at"),
    )
    op.create_index("ix_agreement_state_state", "agreement_state", ["state"])
