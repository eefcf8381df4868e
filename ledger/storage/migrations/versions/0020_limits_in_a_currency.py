"""A delegation's limit names its currency; those given before were read in CNY. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index

from ledger.storage.migrations.steps import carried_over, create_guarded
from ledger.storage.tables.schema import Rule, text

revision = "0020"
down_revision = "0019"

_KEPT = (
    "id",
    "institution_id",
    "holder_id",
    "delegate_id",
    "role",
    "until",
    "limit_minor",
    "granted_entry",
    "revoked_entry",
)


def upgrade() -> None:
    with carried_over("delegation", _KEPT, {"currency": "'CNY'"}):
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
