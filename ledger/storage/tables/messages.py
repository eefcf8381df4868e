"""Tables of what comes and goes: links, browser sessions, codes, submitted identity papers, notices, webhook deliveries.

Promises: no secret stands here but as a hash, and no name or address of a person. All of it is operational: it may change, and
it is deleted when it has served. What it led to stands in entries. DESIGN 5 and 9.
"""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.tables.schema import Rule, blob, define, number, text

invitation = define(
    "invitation",
    Rule.PASSING,
    text("id", key=True),
    text("agreement_id", ForeignKey("agreement.id")),
    text("signer_id"),
    blob("token_hash"),
    text("made_at"),
    text("expires_at"),
    text("used_at", null=True),
    text("revoked_at", null=True),
    UniqueConstraint("token_hash"),
    Index(None, "agreement_id", "signer_id"),
)

signer_session = define(
    "signer_session",
    Rule.PASSING,
    text("id", key=True),
    text("agreement_id", ForeignKey("agreement.id")),
    text("signer_id"),
    text("invitation_id"),
    blob("token_hash"),
    text("opened_at"),
    text("expires_at"),
    text("confirmed_at", null=True),  # since when the code of this browser was given rightly
    text("proved_at", null=True),  # since when the person was proved beyond the code: own key, or papers checked
    text("ended_at", null=True),
    number("failures"),  # wrong reading codes
    UniqueConstraint("token_hash"),
    Index(None, "agreement_id", "signer_id"),
)

one_time_code = define(
    "one_time_code",
    Rule.PASSING,
    text("id", key=True),
    text("session_id", ForeignKey("signer_session.id")),
    text("agreement_id"),
    text("signer_id"),
    blob("digest"),
    text("channel"),
    text("made_at"),
    number("failures"),
    text("used_at", null=True),
    text("delivery"),  # sending | sent | failed
    Index(None, "session_id"),
    Index(None, "agreement_id", "signer_id"),
)

identity_submission = define(
    "identity_submission",
    Rule.PASSING,
    text("id", key=True),
    text("agreement_id", ForeignKey("agreement.id")),
    text("signer_id"),
    text("session_id"),
    text("institution_id"),
    text("provider"),
    text("paper"),  # id-card | passport | licence
    text("object_name"),
    blob("sha256"),
    text("submitted_at"),
    text("decided_entry", null=True),
    text("result", null=True),  # accepted | refused
    Index(None, "agreement_id", "signer_id"),
    Index(None, "institution_id", "submitted_at"),
)

notice = define(
    "notice",
    Rule.PASSING,
    text("id", key=True),
    text("institution_id"),
    text("agreement_id", ForeignKey("agreement.id")),
    text("signer_id"),
    text("kind"),
    text("cause"),  # the entry that caused it, or the id of a request for another link
    text("made_at"),
    text("due_at"),
    text("status"),  # waiting | sent | dead | dropped
    number("attempts"),
    text("channel", null=True),
    text("last_code", null=True),
    text("done_at", null=True),
    UniqueConstraint("signer_id", "kind", "cause"),
    Index(None, "status", "due_at"),
    Index(None, "agreement_id"),
)

staff_notice = define(
    "staff_notice",
    Rule.PASSING,
    text("id", key=True),
    text("institution_id"),
    text("person_id"),
    text("kind"),  # countersign | identity | decision | sitting | void
    text("subject_id"),  # the agreement or application
    text("cause"),  # what makes it wait: the party and entry, the papers, or version and step
    text("made_at"),
    text("due_at"),
    text("status"),  # waiting | sent | dead | dropped
    number("attempts"),
    text("last_code", null=True),
    text("done_at", null=True),
    UniqueConstraint("person_id", "kind", "cause"),
    Index(None, "status", "due_at"),
)

applicant_notice = define(
    "applicant_notice",
    Rule.PASSING,
    text("id", key=True),
    text("application_id", ForeignKey("application.id")),
    text("applicant"),  # the institution's keyed hash of who that is
    text("recorder_id"),
    text("cause"),  # the entry on which the application stood when the mail was asked for
    text("until"),
    text("made_at"),
    text("due_at"),
    text("status"),  # waiting | sent | dead | dropped
    number("attempts"),
    text("last_code", null=True),
    text("done_at", null=True),
    UniqueConstraint("application_id", "applicant", "cause"),
    Index(None, "status", "due_at"),
)

webhook_delivery = define(
    "webhook_delivery",
    Rule.PASSING,
    text("id", key=True),
    text("endpoint_id", ForeignKey("webhook_endpoint.id")),
    text("event_id"),
    text("body"),
    text("made_at"),
    text("due_at"),
    text("status"),  # waiting | sent | dead
    number("attempts"),
    number("last_status", null=True),
    text("last_code", null=True),
    text("done_at", null=True),
    UniqueConstraint("endpoint_id", "event_id"),
    Index(None, "status", "due_at"),
)

webhook_secret = define(
    "webhook_secret",
    Rule.PASSING,
    text("endpoint_id", ForeignKey("webhook_endpoint.id"), key=True),
    blob("sealed"),  # under the endpoint's record key
)

log_cursor = define(
    "log_cursor",
    Rule.PASSING,
    text("reader", key=True),
    number("log_id", ForeignKey("log.id"), key=True),
    number("next_index"),
)
