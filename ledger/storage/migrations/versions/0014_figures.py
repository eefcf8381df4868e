"""The fold that the figures of approvals are counted from. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from sqlalchemy import ForeignKey, Index

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, number, text

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    create_guarded(
        "approval_fact",
        Rule.PASSING,
        number("log_id", ForeignKey("log.id"), key=True),
        number("idx", key=True),
        text("application_id", ForeignKey("application.id")),
        text("at"),
        text("stage"),
        number("ends"),
        number("seconds"),
        number("late"),
        text("actor"),
        number("automated"),
        text("moved"),
        text("policy_id"),
        text("path"),
        Index("ix_approval_fact_application_id", "application_id"),
        Index("ix_approval_fact_stages", "log_id", "ends", "stage", "seconds", "at", "policy_id", "late"),
        Index("ix_approval_fact_actors", "log_id", "actor", "seconds", "at", "policy_id", "late"),
        Index("ix_approval_fact_moves", "log_id", "moved", "automated", "at", "policy_id"),
    )
    create_guarded(
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
