"""The consortium on chain, and which versions are on record there. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number, text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    create_guarded(
        "consortium_binding",
        Rule.APPEND_ONLY,
        number("id", key=True),
        blob("consortium"),
        blob("registry"),
        text("at"),
    )
    create_guarded(
        "consortium_seen",
        Rule.APPEND_ONLY,
        number("changes", key=True),
        text("record"),
        text("at"),
    )
    create_guarded(
        "version_endorsement",
        Rule.APPEND_ONLY,
        blob("digest", key=True),
        blob("signer", key=True),
        blob("signature"),
        text("at"),
    )
    create_guarded(
        "version_on_chain",
        Rule.APPEND_ONLY,
        blob("epoch_id", ForeignKey("blacklist_epoch.id"), key=True),
        number("number", key=True),
        number("block_number"),
        text("at"),
    )
