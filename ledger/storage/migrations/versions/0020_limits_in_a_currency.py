"""A delegation's limit names its currency; those given before were read in CNY. A frozen copy: the tables of today stand in `ledger.storage.tables`."""

import sqlalchemy
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("delegation", sqlalchemy.Column("currency", sqlalchemy.Text(), nullable=False, server_default="CNY"))
