"""What Alembic runs: the steps on the connection, and in the transaction, that `watchroom.ledger.migrate` hands it."""

from __future__ import annotations

from alembic import context

from watchroom.ledger.tables import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
