"""The blacklist: epochs, members, listings, the token tree, evaluators' requests. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_guarded(
        "blacklist_epoch",
        Rule.APPEND_ONLY,
        blob("id", key=True),
        text("institution_id"),
        text("purpose"),
        number("number"),
        blob("record"),
        text("opened_entry"),
        text("opened_at"),
        UniqueConstraint("purpose", "number"),
    )
    create_guarded(
        "blacklist_member",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("institution_id"),
        text("public_key"),
        number("quota"),
        text("left_entry", null=True),
        Index(None, "institution_id"),
        once=("left_entry",),
    )
    create_guarded(
        "listing",
        Rule.APPEND_ONLY,
        text("id", key=True),
        blob("epoch_id", ForeignKey("blacklist_epoch.id")),
        text("institution_id"),
        blob("token"),
        blob("record"),
        blob("sealed"),
        text("proposed_entry"),
        text("proposed_at"),
        Index(None, "epoch_id", "token"),
    )
    create_guarded(
        "listing_state",
        Rule.ROLLING,
        text("listing_id", ForeignKey("listing.id"), key=True),
        text("state"),
        text("changed_entry"),
        text("published"),
        number("published_version"),
    )
    create_guarded(
        "token_node",
        Rule.APPEND_ONLY,
        blob("hash", key=True),
        number("is_leaf"),
        blob("first"),
        blob("second"),
    )
    create_guarded(
        "token_leaf",
        Rule.ERASABLE,
        blob("epoch_id", ForeignKey("blacklist_epoch.id"), key=True),
        blob("token", key=True),
        blob("value"),
    )
    create_guarded(
        "token_change",
        Rule.APPEND_ONLY,
        blob("epoch_id", ForeignKey("blacklist_epoch.id"), key=True),
        number("version", key=True),
        blob("token", key=True),
        blob("value", null=True),
    )
    create_guarded(
        "token_version",
        Rule.APPEND_ONLY,
        blob("epoch_id", ForeignKey("blacklist_epoch.id"), key=True),
        number("number", key=True),
        blob("root"),
        number("count"),
        blob("record"),
        text("recorded_entry"),
        text("at"),
    )
    create_guarded(
        "evaluator_request",
        Rule.APPEND_ONLY,
        blob("epoch_id", key=True),
        number("evaluator", key=True),
        blob("nonce", key=True),
        blob("request_hash"),
        text("institution_id"),
        text("reason"),
        number("items"),
        text("day"),
        text("at"),
        Index(None, "epoch_id", "evaluator", "institution_id", "day"),
    )
