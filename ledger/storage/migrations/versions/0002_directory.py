"""The directory: institutions, people, roles, keys, numbering, search. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number, text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_guarded(
        "institution",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("code"),
        text("numbering_rule"),
        text("zone"),
        text("calendar"),
        text("key_id"),
        text("public_key"),
        text("opened_entry"),
        UniqueConstraint("code"),
    )
    create_guarded(
        "person",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("added_entry"),
        Index("ix_person_institution_id_id", "institution_id", "id"),
    )
    create_guarded(
        "role_grant",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("principal_id"),
        text("role"),
        text("granted_entry"),
        text("revoked_entry", null=True),
        Index(None, "principal_id"),
        once=("revoked_entry",),
    )
    create_guarded(
        "enrolled_key",
        Rule.APPEND_ONLY,
        text("key_id", key=True),
        text("owner_id"),
        text("institution_id", ForeignKey("institution.id")),
        text("suite"),
        blob("public_key"),
        text("purpose"),
        text("enrolled_entry"),
        text("revoked_entry", null=True),
        text("revoked_reason", null=True),
        Index(None, "owner_id"),
        once=("revoked_entry", "revoked_reason"),
    )
    create_guarded(
        "api_key",
        Rule.APPEND_ONLY,
        text("id", key=True),
        text("institution_id", ForeignKey("institution.id")),
        text("principal_id"),
        text("prefix"),
        blob("secret_hash"),
        text("issued_entry"),
        text("revoked_entry", null=True),
        UniqueConstraint("prefix"),
        Index(None, "principal_id"),
        once=("revoked_entry",),
    )
    create_guarded(
        "number_counter",
        Rule.ROLLING,
        text("institution_id", ForeignKey("institution.id"), key=True),
        text("kind", key=True),
        text("period", key=True),
        number("last"),
    )
    create_guarded(
        "blind_index",
        Rule.ERASABLE,
        text("institution_id", ForeignKey("institution.id"), key=True),
        text("kind", key=True),
        blob("digest", key=True),
        text("subject_kind", key=True),
        text("subject_id", key=True),
        text("entry_id"),
    )
