"""Tables of the ceremony: what each party has done, when the agreement was sent, under which authority somebody signs.

Promises: each row follows from entries and each step is set once; the audit holds them against the log. Links, sessions and
messages, which are no evidence, stand in `messages`. DESIGN 5.
"""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index

from ledger.storage.tables.schema import Rule, define, number, text

signer_seat = define(
    "signer_seat",
    Rule.APPEND_ONLY,
    text("agreement_id", key=True),
    text("signer_id", key=True),
    text("seated_entry"),
    number("signing_order"),
    text("needs"),  # the steps before signing, as words with a space between them
    text("person_field", null=True),  # the committed field of `seated_entry` that holds the person's particulars
    text("viewed_entry", null=True),
    text("identified_entry", null=True),
    text("consented_entry", null=True),
    text("read_entry", null=True),
    text("replaced_entry", null=True),
    ForeignKeyConstraint(
        ["agreement_id", "signer_id"], ["agreement_signer.agreement_id", "agreement_signer.signer_id"]
    ),
    once=("viewed_entry", "identified_entry", "consented_entry", "read_entry", "replaced_entry"),
)

agreement_submitted = define(
    "agreement_submitted",
    Rule.APPEND_ONLY,
    text("agreement_id", ForeignKey("agreement.id"), key=True),
    text("application_id"),
    text("submitted_entry"),
    Index(None, "application_id"),
)

agreement_sent = define(
    "agreement_sent",
    Rule.APPEND_ONLY,
    text("agreement_id", ForeignKey("agreement.id"), key=True),
    text("sent_entry"),
    text("sent_at"),
    text("expires_at"),
    Index(None, "expires_at"),
)

agreement_authority = define(
    "agreement_authority",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("agreement_id", ForeignKey("agreement.id")),
    text("signer_id"),
    text("document_id", ForeignKey("document.id")),
    Index(None, "agreement_id", "signer_id"),
)

void_proposal = define(
    "void_proposal",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("agreement_id", ForeignKey("agreement.id")),
    text("proposer_id"),
    Index(None, "agreement_id"),
)

webhook_endpoint = define(
    "webhook_endpoint",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("institution_id", ForeignKey("institution.id")),
    text("url"),
    text("events"),  # entry types with a space between them; empty: all
    text("added_entry"),
    text("removed_entry", null=True),
    Index(None, "institution_id"),
    once=("removed_entry",),
)
