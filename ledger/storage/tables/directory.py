"""Tables of the directory: institutions, people, roles, keys, numbering and search, each row named by its entry.

Promises: a revocation fills a null column once and never changes again; names of people stand only in the vault.
Leaves the rules to `ledger.core.log.directory` and `permissions`. DESIGN 3 and 9.
"""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.tables.schema import Rule, blob, define, number, text

institution = define(
    "institution",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("code"),
    text("numbering_rule"),
    text("zone"),
    text("calendar"),  # canonical JSON
    text("key_id"),
    text("public_key"),  # canonical JSON
    text("opened_entry"),
    UniqueConstraint("code"),
)

person = define(
    "person",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("institution_id", ForeignKey("institution.id")),
    text("added_entry"),
    Index("ix_person_institution_id_id", "institution_id", "id"),
)

person_address = define(
    "person_address",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),  # holds the address among its private fields
    text("institution_id", ForeignKey("institution.id")),
    text("person_id", ForeignKey("person.id")),
    Index(None, "person_id"),
)

role_grant = define(
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

department_member = define(
    "department_member",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("institution_id", ForeignKey("institution.id")),
    text("principal_id"),
    text("department"),
    text("joined_entry"),
    text("left_entry", null=True),
    Index(None, "principal_id"),
    once=("left_entry",),
)

enrolled_key = define(
    "enrolled_key",
    Rule.APPEND_ONLY,
    text("key_id", key=True),
    text("institution_id", ForeignKey("institution.id"), key=True),
    text("owner_kind"),  # person | customer | organisation
    text("owner_id"),
    text("suite"),
    blob("public_key"),
    text("purpose"),  # sign | login | seal
    blob("credential_id", null=True),  # by which a browser and its authenticator know a passkey
    text("enrolled_entry"),
    text("enrolled_at"),
    text("revoked_entry", null=True),
    text("revoked_ground", null=True),  # orderly | lost | compromised
    text("revoked_since", null=True),
    Index(None, "owner_id"),
    Index(None, "credential_id"),
    once=("revoked_entry", "revoked_ground", "revoked_since"),
)

challenge = define(
    "challenge",
    Rule.ERASABLE,  # taken once: whoever deletes the row has it
    blob("digest", key=True),
    text("purpose"),
    text("bound_to"),
    text("expires_at"),
    Index(None, "expires_at"),
)

setup_code = define(
    "setup_code",
    Rule.APPEND_ONLY,
    blob("digest", key=True),
    text("institution_id", ForeignKey("institution.id")),
    text("person_id", null=True),  # null: makes the first administrator
    text("expires_at"),
    text("used_at", null=True),
    once=("used_at",),
)

staff_session = define(
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

api_key = define(
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

number_counter = define(
    "number_counter",
    Rule.ROLLING,
    text("institution_id", ForeignKey("institution.id"), key=True),
    text("kind", key=True),
    text("period", key=True),
    number("last"),
)

blind_index = define(
    "blind_index",
    Rule.ERASABLE,
    text("institution_id", ForeignKey("institution.id"), key=True),
    text("kind", key=True),
    blob("digest", key=True),
    text("subject_kind", key=True),
    text("subject_id", key=True),
    text("entry_id"),
)
