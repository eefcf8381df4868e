"""Each institution's key registry is its own: one key may stand in several. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index

from ledger.storage.migrations.steps import carried_over, create_guarded
from ledger.storage.tables.schema import Rule, blob, text

revision = "0019"
down_revision = "0018"

_KEPT = (
    "key_id", "institution_id", "owner_kind", "owner_id", "suite", "public_key", "purpose", "credential_id", "enrolled_entry", "enrolled_at",
    "revoked_entry", "revoked_ground", "revoked_since",
)  # fmt: skip


def upgrade() -> None:
    with carried_over("enrolled_key", _KEPT):
        create_guarded(
            "enrolled_key",
            Rule.APPEND_ONLY,
            text("key_id", key=True),
            text("institution_id", ForeignKey("institution.id"), key=True),
            text("owner_kind"),
            text("owner_id"),
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
