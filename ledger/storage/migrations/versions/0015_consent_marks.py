"""Marks of consents in requests. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, number

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    create_guarded(
        "consent_marks",
        Rule.APPEND_ONLY,
        blob("epoch_id", key=True),
        number("evaluator", key=True),
        blob("nonce", key=True),
        blob("marks"),
    )
