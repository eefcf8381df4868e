"""Steps of a listing's life, and its clock. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

import json

from alembic import op
from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql

from ledger.storage.migrations.steps import create_guarded
from ledger.storage.tables.schema import Rule, blob, text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    create_guarded(
        "listing_step",
        Rule.APPEND_ONLY,
        text("entry_id", key=True),
        text("listing_id", ForeignKey("listing.id")),
        text("institution_id"),
        text("step"),
        blob("record"),
        text("at"),
        Index(None, "listing_id", "entry_id"),
    )
    create_guarded(
        "listing_clock",
        Rule.ROLLING,
        text("listing_id", ForeignKey("listing.id"), key=True),
        text("due_at"),
        Index(None, "due_at"),
    )
    _start_clocks()


def _start_clocks() -> None:
    """Every listing that is there has only been proposed: its clock is its own end."""
    tx = op.get_bind()
    insert = sql("INSERT INTO listing_clock (listing_id, due_at) VALUES (:listing, :due)")
    for listing, record in tx.execute(sql("SELECT id, record FROM listing")).all():
        tx.execute(insert, {"listing": listing, "due": json.loads(bytes(record))["record"]["expires_at"]})
