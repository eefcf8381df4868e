"""The ceremony: seats, sending, authority, links, sessions, codes, notices, webhooks. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number, text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_guarded(
        "signer_seat",
        Rule.APPEND_ONLY,
        text("agreement_id", key=True),
        text("signer_id", key=True),
        text("seated_entry"),
        number("signing_order"),
        text("needs"),
        text("person_field", null=True),
        text("viewed_entry", null=True),
        text("identified_entry", null=True),
        text("consented_entry", null=True),
        text("read_entry", null=True),
        text("replaced_entry", null=True),
        ForeignKeyConstraint(
            ["agreement_id", "signer_id"], ["agreement_signer.agreement_id", "agreement_signer.signer_id"]
        ),
        once=("viewed_entry", "identified_entry", "consented_entry", "read_entry", "replaced_entry"),
    )
    create_guarded(
        "agreement_sent",
        Rule.APPEND_ONLY,
        text("agreement_id", ForeignKey("agreement.id"), key=True),
        text("sent_entry"),
        text("sent_at"),
        text("expires_at"),
        Index(None, "expires_at"),
    )
    create_guarded(
        "agreement_authority",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("agreement_id", ForeignKey("agreement.id")),
        text("signer_id"),
        text("document_id", ForeignKey("document.id")),
        Index(None, "agreement_id", "signer_id"),
    )
    create_guarded(
        "void_proposal",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("agreement_id", ForeignKey("agreement.id")),
        text("proposer_id"),
        Index(None, "agreement_id"),
    )
    create_guarded(
        "webhook_endpoint",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("url"),
        text("events"),
        text("added_entry"),
        text("removed_entry", null=True),
        Index(None, "institution_id"),
        once=("removed_entry",),
    )
    create_guarded(
        "invitation",
        Rule.PASSING,
        text("id", key=True),
        text("agreement_id", ForeignKey("agreement.id")),
        text("signer_id"),
        blob("token_hash"),
        text("made_at"),
        text("expires_at"),
        text("used_at", null=True),
        text("revoked_at", null=True),
        UniqueConstraint("token_hash"),
        Index(None, "agreement_id", "signer_id"),
    )
    create_guarded(
        "signer_session",
        Rule.PASSING,
        text("id", key=True),
        text("agreement_id", ForeignKey("agreement.id")),
        text("signer_id"),
        text("invitation_id"),
        blob("token_hash"),
        text("opened_at"),
        text("expires_at"),
        text("confirmed_at", null=True),
        text("proved_at", null=True),
        text("ended_at", null=True),
        number("failures"),
        UniqueConstraint("token_hash"),
        Index(None, "agreement_id", "signer_id"),
    )
    create_guarded(
        "one_time_code",
        Rule.PASSING,
        text("id", key=True),
        text("session_id", ForeignKey("signer_session.id")),
        text("agreement_id"),
        text("signer_id"),
        blob("digest"),
        text("channel"),
        text("made_at"),
        number("failures"),
        text("used_at", null=True),
        text("delivery"),
        Index(None, "session_id"),
        Index(None, "agreement_id", "signer_id"),
    )
    create_guarded(
        "identity_submission",
        Rule.PASSING,
        text("id", key=True),
        text("agreement_id", ForeignKey("agreement.id")),
        text("signer_id"),
        text("session_id"),
        text("institution_id"),
        text("provider"),
        text("paper"),
        text("object_name"),
        blob("sha256"),
        text("submitted_at"),
        text("decided_entry", null=True),
        text("result", null=True),
        Index(None, "agreement_id", "signer_id"),
        Index(None, "institution_id", "submitted_at"),
    )
    create_guarded(
        "notice",
        Rule.PASSING,
        text("id", key=True),
        text("institution_id"),
        text("agreement_id", ForeignKey("agreement.id")),
        text("signer_id"),
        text("kind"),
        text("cause"),
        text("made_at"),
        text("due_at"),
        text("status"),
        number("attempts"),
        text("channel", null=True),
        text("last_code", null=True),
        text("done_at", null=True),
        UniqueConstraint("signer_id", "kind", "cause"),
        Index(None, "status", "due_at"),
        Index(None, "agreement_id"),
    )
    create_guarded(
        "webhook_delivery",
        Rule.PASSING,
        text("id", key=True),
        text("endpoint_id", ForeignKey("webhook_endpoint.id")),
        text("event_id"),
        text("body"),
        text("made_at"),
        text("due_at"),
        text("status"),
        number("attempts"),
        number("last_status", null=True),
        text("last_code", null=True),
        text("done_at", null=True),
        UniqueConstraint("endpoint_id", "event_id"),
        Index(None, "status", "due_at"),
    )
    create_guarded(
        "webhook_secret",
        Rule.PASSING,
        text("endpoint_id", ForeignKey("webhook_endpoint.id"), key=True),
        blob("sealed"),
    )
    create_guarded(
        "log_cursor",
        Rule.PASSING,
        text("reader", key=True),
        number("log_id", ForeignKey("log.id"), key=True),
        number("next_index"),
    )
