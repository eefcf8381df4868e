"""Rule sets, and what is brought for a condition of an approval. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number, text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    create_guarded(
        "condition_report",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("application_id", ForeignKey("application.id")),
        number("place"),
        text("reporter_id"),
        text("recorded_at"),
        Index("ix_condition_report_application_id_entry_id", "application_id", "entry_id"),
    )
    create_guarded(
        "rule_set",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("name"),
        number("version"),
        blob("sha256"),
        text("content"),
        text("valid_from"),
        text("author_id"),
        text("proposed_entry"),
        text("public_key", null=True),
        text("published_entry", null=True),
        text("published_at", null=True),
        UniqueConstraint("institution_id", "name", "version"),
        Index("ix_rule_set_institution_id_id", "institution_id", "id"),
        once=("public_key", "published_entry", "published_at"),
    )
