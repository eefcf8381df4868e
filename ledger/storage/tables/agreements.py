"""Tables of the agreements wing: documents, agreements, who must sign and who has signed.

Promises: everything but the current state is append-only and named by its entry. Leaves the ceremony to
`ledger.core.agreements`. DESIGN 5.
"""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint

from ledger.storage.tables.schema import Rule, blob, define, number, text

document = define(
    "document",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("institution_id", ForeignKey("institution.id")),
    blob("sha256"),
    number("byte_length"),
    number("pages"),
    text("media_type"),
    text("object_name"),  # random: the name tells nothing about the content
    text("record_id"),
    text("created_entry"),
    UniqueConstraint("object_name"),
    Index(None, "institution_id", "sha256"),
)

agreement = define(
    "agreement",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("institution_id", ForeignKey("institution.id")),
    text("number"),
    text("document_id", ForeignKey("document.id")),
    blob("terms_sha256"),
    text("created_entry"),
    text("created_at"),
    UniqueConstraint("institution_id", "number"),
    Index("ix_agreement_institution_id_id", "institution_id", "id"),
    Index(None, "document_id"),
)

agreement_state = define(
    "agreement_state",
    Rule.ROLLING,
    text("agreement_id", ForeignKey("agreement.id"), key=True),
    text("state"),
    text("changed_entry"),
    Index(None, "state"),
)

agreement_signer = define(
    "agreement_signer",
    Rule.APPEND_ONLY,
    text("agreement_id", ForeignKey("agreement.id"), key=True),
    text("signer_id", key=True),
    number("ordinal"),
    text("role"),
    text("key_id"),
    text("suite"),
    blob("public_key"),
)

agreement_signature = define(
    "agreement_signature",
    Rule.APPEND_ONLY,
    text("agreement_id", key=True),
    text("signer_id", key=True),
    blob("nonce"),
    blob("statement"),
    text("suite"),
    blob("signature"),
    text("entry_id"),
    text("signed_at"),
    UniqueConstraint("nonce"),
    ForeignKeyConstraint(
        ["agreement_id", "signer_id"], ["agreement_signer.agreement_id", "agreement_signer.signer_id"]
    ),
)
