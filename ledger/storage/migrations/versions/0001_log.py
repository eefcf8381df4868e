"""The log: entries, checkpoints, anchors, the vault and idempotency. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number, serial, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_guarded(
        "log",
        Rule.APPEND_ONLY,
        serial("id"),
        text("origin"),
        text("institution_id"),
        text("kind"),
        text("public_key"),
        blob("evm_address"),
        blob("registry_log_id", null=True),
        text("opened_at"),
        UniqueConstraint("origin"),
        once=("registry_log_id",),
    )
    create_guarded(
        "log_status",
        Rule.ROLLING,
        number("log_id", ForeignKey("log.id"), key=True),
        text("state"),
        text("reason"),
        text("at"),
    )
    create_guarded(
        "lease",
        Rule.ROLLING,
        text("name", key=True),
        text("holder"),
        number("fence"),
        text("expires_at"),
    )
    create_guarded(
        "pending",
        Rule.ERASABLE,
        serial("id"),
        number("log_id", ForeignKey("log.id")),
        text("entry_id"),
        blob("data"),
        blob("leaf_hash"),
        text("subject_kind"),
        text("subject_id"),
        number("n"),
        text("created_at"),
        UniqueConstraint("entry_id"),
        Index("ix_pending_log_id_id", "log_id", "id"),
    )
    create_guarded(
        "entry",
        Rule.APPEND_ONLY,
        number("log_id", ForeignKey("log.id"), key=True),
        number("idx", key=True),
        text("entry_id"),
        blob("leaf_hash"),
        blob("data"),
        text("subject_kind"),
        text("subject_id"),
        number("n"),
        UniqueConstraint("entry_id"),
        UniqueConstraint("log_id", "subject_kind", "subject_id", "n"),
    )
    create_guarded(
        "subject_head",
        Rule.ROLLING,
        number("log_id", ForeignKey("log.id"), key=True),
        text("kind", key=True),
        text("id", key=True),
        number("n"),
        blob("leaf_hash"),
    )
    create_guarded(
        "checkpoint",
        Rule.APPEND_ONLY,
        number("log_id", ForeignKey("log.id"), key=True),
        number("size", key=True),
        blob("root"),
        blob("note"),
        blob("evm_signature", null=True),
        number("fence"),
        text("at"),
    )
    create_guarded(
        "chain_binding",
        Rule.APPEND_ONLY,
        number("id", key=True),
        number("chain_id"),
        blob("genesis_hash"),
        blob("registry"),
        blob("code_hash"),
        blob("deployed_transaction", null=True),
        number("block_number", null=True),
        text("at"),
    )
    create_guarded(
        "log_registration",
        Rule.APPEND_ONLY,
        number("log_id", ForeignKey("log.id"), key=True),
        blob("terms"),
        blob("registry_log_id"),
        text("at"),
    )
    create_guarded(
        "setup_transaction",
        Rule.APPEND_ONLY,
        serial("id"),
        text("purpose"),
        number("log_id", ForeignKey("log.id"), null=True),
        blob("sender"),
        number("nonce"),
        blob("raw_transaction"),
        blob("transaction_hash"),
        text("created_at"),
        UniqueConstraint("transaction_hash"),
        Index(None, "sender", "nonce"),
    )
    create_guarded(
        "anchor_attempt",
        Rule.APPEND_ONLY,
        serial("id"),
        number("log_id"),
        number("size"),
        blob("root"),
        blob("sender"),
        number("nonce"),
        blob("raw_transaction"),
        blob("transaction_hash"),
        number("replaces", ForeignKey("anchor_attempt.id"), null=True),
        text("created_at"),
        UniqueConstraint("transaction_hash"),
        ForeignKeyConstraint(["log_id", "size"], ["checkpoint.log_id", "checkpoint.size"]),
        Index(None, "log_id", "size"),
        Index(None, "sender", "nonce"),
    )
    create_guarded(
        "anchor_event",
        Rule.APPEND_ONLY,
        serial("id"),
        number("attempt_id", ForeignKey("anchor_attempt.id")),
        text("state"),
        number("block_number", null=True),
        blob("block_hash", null=True),
        number("gas_used", null=True),
        text("at"),
        Index("ix_anchor_event_attempt_id_id", "attempt_id", "id"),
    )
    create_guarded(
        "anchor_proof",
        Rule.APPEND_ONLY,
        number("attempt_id", ForeignKey("anchor_attempt.id"), key=True),
        blob("header"),
        blob("proof"),
        text("at"),
    )
    create_guarded(
        "anchor_status",
        Rule.ROLLING,
        number("log_id", ForeignKey("log.id"), key=True),
        text("code"),
        text("message"),
        text("since"),
        number("failures"),
        text("retry_at"),
        text("balance_wei"),
        text("at"),
    )
    create_guarded(
        "vault_field",
        Rule.ERASABLE,
        text("entry_id", key=True),
        text("field", key=True),
        text("record_id"),
        blob("sealed"),
        Index(None, "record_id"),
    )
    create_guarded(
        "idempotency",
        Rule.ERASABLE,
        text("principal_id", key=True),
        text("route", key=True),
        text("key", key=True),
        blob("body_hash"),
        number("status"),
        text("response"),
        text("created_at"),
        Index(None, "created_at"),
    )
