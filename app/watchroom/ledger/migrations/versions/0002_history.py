"""What lets a hundred thousand entries be looked through by person and by kind without reading what they say."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the indexes; no entry is touched."""
    op.create_index("ledger_entries_actor", "ledger_entries", ["actor", "seq"])
    # All that a filter without words asks for: entries are then counted without reading their payloads.
    op.create_index("ledger_entries_facets", "ledger_entries", ["kind", "at", "seq", "actor"])
