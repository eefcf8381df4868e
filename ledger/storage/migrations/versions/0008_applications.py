"""Applications, decisions, policies, delegations. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number, text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_guarded(
        "application",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("number"),
        text("branch"),
        text("author_id"),
        text("created_entry"),
        text("created_at"),
        UniqueConstraint("institution_id", "number"),
        Index("ix_application_institution_id_id", "institution_id", "id"),
    )
    create_guarded(
        "application_version",
        Rule.APPEND_ONLY,
        text("application_id", ForeignKey("application.id"), key=True),
        number("version", key=True),
        blob("content_sha256"),
        text("author_id"),
        text("entry_id"),
        text("recorded_at"),
    )
    create_guarded(
        "application_state",
        Rule.ROLLING,
        text("application_id", ForeignKey("application.id"), key=True),
        text("state"),
        number("version"),
        number("step"),
        text("waiting_for"),
        text("due_on"),
        text("policy_id"),
        text("path"),
        text("submitted_entry"),
        text("changed_entry"),
        text("changed_at"),
        Index(None, "waiting_for", "due_on"),
    )
    create_guarded(
        "decision",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("application_id", ForeignKey("application.id")),
        number("version"),
        text("decider_id"),
        blob("nonce"),
        blob("statement"),
        text("suite"),
        blob("signature"),
        text("decided_at"),
        UniqueConstraint("nonce"),
        Index(None, "application_id", "entry_id"),
    )
    create_guarded(
        "sitting",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("application_id", ForeignKey("application.id")),
        number("version"),
        text("members"),
        text("chair_id"),
        text("named_at"),
        Index(None, "application_id", "entry_id"),
    )
    create_guarded(
        "condition_fulfilled",
        Rule.APPEND_ONLY,
        text("application_id", ForeignKey("application.id"), key=True),
        number("place", key=True),
        text("entry_id"),
        text("recorded_at"),
    )
    create_guarded(
        "policy",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("name"),
        blob("sha256"),
        text("content"),
        text("valid_from"),
        text("author_id"),
        text("proposed_entry"),
        text("published_entry", null=True),
        text("published_at", null=True),
        Index(None, "institution_id", "id"),
        once=("published_entry", "published_at"),
    )
    create_guarded(
        "delegation",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("holder_id"),
        text("delegate_id"),
        text("role"),
        text("until"),
        text("limit_minor"),
        text("granted_entry"),
        text("revoked_entry", null=True),
        Index(None, "delegate_id"),
        once=("revoked_entry",),
    )
