"""The key registry, and what signing in needs. A frozen copy: the tables of today stand in `ledger.storage.tables`.

`enrolled_key` had no writer before this revision, so that it is made anew rather than changed.
"""

from alembic import op
from sqlalchemy import ForeignKey, Index

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.drop_table("enrolled_key")
    create_guarded(
        "enrolled_key",
        Rule.APPEND_ONLY,
        text("key_id", key=True),
        text("owner_kind"),
        text("owner_id"),
        text("institution_id", ForeignKey("institution.id")),
        text("suite"),
        blob("public_key"),
        text("purpose"),
        blob("credential_id", null=True),
        text("enrolled_entry"),
        text("enrolled_at"),
        text("revoked_entry", null=True),
        text("revoked_ground", null=True),
        text("revoked_since", null=True),
        Index(None, "owner_id"),
        Index(None, "credential_id"),
        once=("revoked_entry", "revoked_ground", "revoked_since"),
    )
    create_guarded(
        "challenge",
        Rule.ERASABLE,
        blob("digest", key=True),
        text("purpose"),
        text("bound_to"),
        text("expires_at"),
        Index(None, "expires_at"),
    )
    create_guarded(
        "setup_code",
        Rule.APPEND_ONLY,
        blob("digest", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("person_id", null=True),
        text("expires_at"),
        text("used_at", null=True),
        once=("used_at",),
    )
    create_guarded(
        "staff_session",
        Rule.ROLLING,
        blob("token_hash", key=True),
        text("person_id"),
        text("institution_id", ForeignKey("institution.id")),
        text("key_id"),
        text("opened_at"),
        text("seen_at"),
        text("ended_at", null=True),
        Index(None, "person_id"),
    )
