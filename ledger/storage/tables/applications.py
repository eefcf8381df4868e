"""Tables of the applications wing: applications, versions, decisions, committees, conditions, policies, rule sets, delegations.

Promises: everything but the current state is append-only and named by its entry; amounts and people stand in the vault and in
what was signed only. Leaves the rules to `ledger.core.applications`. DESIGN 6.
"""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.tables.schema import Rule, blob, define, number, text

application = define(
    "application",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("institution_id", ForeignKey("institution.id")),
    text("number"),
    text("branch"),
    text("author_id"),
    text("created_entry"),
    text("created_at"),
    UniqueConstraint("institution_id", "number"),
    Index("ix_application_institution_id_id", "institution_id", "id"),
)

application_version = define(
    "application_version",
    Rule.APPEND_ONLY,
    text("application_id", ForeignKey("application.id"), key=True),
    number("version", key=True),
    blob("content_sha256"),
    text("author_id"),
    text("entry_id"),
    text("recorded_at"),
)

application_state = define(
    "application_state",
    Rule.ROLLING,
    text("application_id", ForeignKey("application.id"), key=True),
    text("state"),
    number("version"),
    number("step"),  # of the path, from 0; what the work queue looks at
    text("waiting_for"),  # the role that decides next; empty when nobody does
    text("due_on"),  # the business day by which it should; empty when nobody waits
    text("policy_id"),  # empty before the first submission
    text("path"),
    text("submitted_entry"),  # of the newest submission; empty before the first
    text("changed_entry"),
    text("changed_at"),
    Index(None, "waiting_for", "due_on"),
)

# What a decision says, and its signature, stand in the vault alone: words about a person, and a hash of them (decision 0242).
decision = define(
    "decision",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("application_id", ForeignKey("application.id")),
    number("version"),
    text("decider_id"),
    blob("nonce"),
    text("suite"),
    text("decided_at"),
    UniqueConstraint("nonce"),
    Index(None, "application_id", "entry_id"),
)

sitting = define(
    "sitting",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("application_id", ForeignKey("application.id")),
    number("version"),
    text("members"),  # canonical JSON: the list of their person ids
    text("chair_id"),
    text("named_at"),
    Index(None, "application_id", "entry_id"),
)

condition_fulfilled = define(
    "condition_fulfilled",
    Rule.APPEND_ONLY,
    text("application_id", ForeignKey("application.id"), key=True),
    number("place", key=True),
    text("entry_id"),
    text("recorded_at"),
)

escalation = define(
    "escalation",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("application_id", ForeignKey("application.id")),
    number("version"),
    number("step"),
    text("role"),  # that may decide as well from then on
    text("due_on"),
    text("escalated_at"),
    Index(None, "application_id", "entry_id"),
    Index(None, "role"),
)

attachment = define(
    "attachment",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("application_id", ForeignKey("application.id")),
    blob("sha256"),
    number("byte_length"),
    text("media_type"),
    text("object_name"),  # random: the name tells nothing about the content
    text("author_id"),
    text("received_entry"),
    UniqueConstraint("object_name"),
    UniqueConstraint("application_id", "sha256"),
)

evidence = define(
    "evidence",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("application_id", ForeignKey("application.id")),
    number("version"),
    text("kind"),  # verification | third-party | check; what it says stands in the vault
    text("author_id"),
    text("recorded_at"),
    Index(None, "application_id", "entry_id"),
)

policy = define(
    "policy",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("institution_id", ForeignKey("institution.id")),
    text("name"),
    blob("sha256"),
    text("content"),  # canonical JSON of tally/policy/v1
    text("valid_from"),
    text("author_id"),
    text("proposed_entry"),
    text("published_entry", null=True),
    text("published_at", null=True),
    Index(None, "institution_id", "id"),
    once=("published_entry", "published_at"),
)

delegation = define(
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

condition_report = define(
    "condition_report",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("application_id", ForeignKey("application.id")),
    number("place"),  # of the condition, from 0
    text("reporter_id"),
    text("recorded_at"),
    Index(None, "application_id", "entry_id"),
)

rule_set = define(
    "rule_set",
    Rule.APPEND_ONLY,
    text("id", key=True),
    text("institution_id", ForeignKey("institution.id")),
    text("name"),
    number("version"),
    blob("sha256"),
    text("content"),  # canonical JSON of tally/rule-set/v1
    text("valid_from"),
    text("author_id"),
    text("proposed_entry"),
    text("public_key", null=True),  # canonical JSON: what it signs with, from its publication on
    text("published_entry", null=True),
    text("published_at", null=True),
    UniqueConstraint("institution_id", "name", "version"),
    Index(None, "institution_id", "id"),
    once=("public_key", "published_entry", "published_at"),
)

# What follows is derived: the fold of entries that the figures are counted from, made anew from the log at any time.

approval_fact = define(
    "approval_fact",
    Rule.PASSING,
    number("log_id", ForeignKey("log.id"), key=True),
    number("idx", key=True),
    text("application_id", ForeignKey("application.id")),
    text("at"),
    text("stage"),  # the role that was waited for; empty when none was
    number("ends"),  # 1: the stage ended with this entry
    number("seconds"),  # business seconds since the stage began
    number("late"),  # 1: after the stage's due day
    text("actor"),  # the person who decided; empty for other entries
    number("automated"),  # 1: a rule set decided
    text("moved"),  # the state that the entry moved the application to; empty when it stayed
    text("policy_id"),
    text("path"),
    Index("ix_approval_fact_application_id", "application_id"),
    # Each of these covers one question, so that it is answered from the index alone, in its order.
    Index("ix_approval_fact_stages", "log_id", "ends", "stage", "seconds", "at", "policy_id", "late"),
    Index("ix_approval_fact_actors", "log_id", "actor", "seconds", "at", "policy_id", "late"),
    Index("ix_approval_fact_moves", "log_id", "moved", "automated", "at", "policy_id"),
)

approval_stage = define(
    "approval_stage",
    Rule.PASSING,
    text("application_id", ForeignKey("application.id"), key=True),
    number("log_id", ForeignKey("log.id")),
    text("state"),
    number("version"),
    number("step"),
    text("stage"),
    text("since"),
    text("due_on"),
    text("policy_id"),
    text("path"),
    Index("ix_approval_stage_waiting", "log_id", "stage", "due_on", "policy_id"),
)
