"""Where Alembic meets our database: runs the steps on the connection that `migrate` hands over."""

from alembic import context

from ledger.storage.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
