"""A delegation's limit names its currency; those given before were read in CNY. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from alembic import op
from sqlalchemy import ForeignKey, Index

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, text

revision = "0020"
down_revision = "0019"

_KEPT = '"id", "institution_id", "holder_id", "delegate_id", "role", "until", "limit_minor", "granted_entry", "revoked_entry"'


def upgrade() -> None:
    op.execute("CREATE TABLE delegation_before AS SELECT * FROM delegation")  # a guard names every column of its table
    op.drop_table("delegation")
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
        text("currency"),
        text("granted_entry"),
        text("revoked_entry", null=True),
        Index(None, "delegate_id"),
        once=("revoked_entry",),
    )
    op.execute(f"INSERT INTO delegation ({_KEPT}, currency) SELECT {_KEPT}, 'CNY' FROM delegation_before")  # noqa: S608  # names of ours
    op.drop_table("delegation_before")
