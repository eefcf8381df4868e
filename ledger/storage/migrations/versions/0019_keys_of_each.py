"""Each institution's key registry is its own: one key may stand in several. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from alembic import op
from sqlalchemy import ForeignKey, Index

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, text

revision = "0019"
down_revision = "0018"

_COLUMNS = """key_id, institution_id, owner_kind, owner_id, suite, public_key, purpose, credential_id, enrolled_entry, enrolled_at,
    revoked_entry, revoked_ground, revoked_since"""


def upgrade() -> None:
    op.execute(
        "CREATE TABLE enrolled_key_before AS SELECT * FROM enrolled_key"
    )  # a primary key is not changed in place
    op.drop_table("enrolled_key")
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
    op.execute(f"INSERT INTO enrolled_key ({_COLUMNS}) SELECT {_COLUMNS} FROM enrolled_key_before")  # noqa: S608  # names of ours
    op.drop_table("enrolled_key_before")
