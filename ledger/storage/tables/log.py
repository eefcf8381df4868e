"""Tables of the log wing: what is waiting, what is in the log, which checkpoints cover it, how they were anchored.

Promises: `entry.data` are the exact bytes of an entry; every other column of an append-only row can be recomputed from
the log. Leaves the order of writes to `ledger.storage.log` and `ledger.storage.anchors`. DESIGN 3 and 4.
"""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint

from ledger.storage.tables.schema import Rule, blob, define, number, serial, text

log = define(
    "log",
    Rule.APPEND_ONLY,
    serial("id"),
    text("origin"),
    text("institution_id"),
    text("kind"),  # main | access
    text("public_key"),  # the C2SP verifier key of its checkpoints
    blob("evm_address"),  # the key that signs its checkpoints for the registry, 20 bytes
    blob("registry_log_id", null=True),  # set once, when the registry knows the log
    text("opened_at"),
    UniqueConstraint("origin"),
    once=("registry_log_id",),
)

log_status = define(
    "log_status",
    Rule.ROLLING,
    number("log_id", ForeignKey("log.id"), key=True),
    text("state"),  # running | stopped
    text("reason"),
    text("at"),
)

lease = define(
    "lease",
    Rule.ROLLING,
    text("name", key=True),
    text("holder"),
    number("fence"),
    text("expires_at"),
)

pending = define(
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

entry = define(
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

subject_head = define(
    "subject_head",
    Rule.ROLLING,
    number("log_id", ForeignKey("log.id"), key=True),
    text("kind", key=True),
    text("id", key=True),
    number("n"),
    blob("leaf_hash"),
)

checkpoint = define(
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

chain_binding = define(
    "chain_binding",
    Rule.APPEND_ONLY,
    number("id", key=True),  # always 1: an installation belongs to one chain and one registry
    number("chain_id"),
    blob("genesis_hash"),
    blob("registry"),  # address of the CheckpointRegistry
    blob("code_hash"),
    blob("deployed_transaction", null=True),  # null where somebody else deployed it
    number("block_number", null=True),
    text("at"),
)

log_registration = define(
    "log_registration",
    Rule.APPEND_ONLY,
    number("log_id", ForeignKey("log.id"), key=True),
    blob("terms"),  # canonical JSON of everything that the registry's id of the log commits to, salt included
    blob("registry_log_id"),
    text("at"),
)

setup_transaction = define(
    "setup_transaction",
    Rule.APPEND_ONLY,
    serial("id"),
    text("purpose"),  # deploy | verifier | register | blacklist:…
    number("log_id", ForeignKey("log.id"), null=True),
    blob("sender"),
    number("nonce"),
    blob("raw_transaction"),
    blob("transaction_hash"),
    text("created_at"),
    UniqueConstraint("transaction_hash"),
    Index(None, "sender", "nonce"),
)

anchor_attempt = define(
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

anchor_event = define(
    "anchor_event",
    Rule.APPEND_ONLY,
    serial("id"),
    number("attempt_id", ForeignKey("anchor_attempt.id")),
    text("state"),  # signed | sent | mined | final | reverted | spent | replaced | reorged
    number("block_number", null=True),
    blob("block_hash", null=True),
    number("gas_used", null=True),
    text("at"),
    Index("ix_anchor_event_attempt_id_id", "attempt_id", "id"),
)

anchor_proof = define(
    "anchor_proof",
    Rule.APPEND_ONLY,
    number("attempt_id", ForeignKey("anchor_attempt.id"), key=True),
    blob("header"),
    blob("proof"),  # canonical JSON
    text("at"),
)

anchor_status = define(
    "anchor_status",
    Rule.ROLLING,
    number("log_id", ForeignKey("log.id"), key=True),
    text("code"),  # of what keeps the log from being anchored; empty when nothing does
    text("message"),
    text("since"),
    number("failures"),
    text("retry_at"),
    text("balance_wei"),  # decimal: wei do not fit 64 bits
    text("at"),
)

vault_field = define(
    "vault_field",
    Rule.ERASABLE,
    text("entry_id", key=True),
    text("field", key=True),
    text("record_id"),
    blob("sealed"),
    Index(None, "record_id"),
)

idempotency = define(
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
