"""The ledger's table as queries see it. How it comes to be in a database is said in `migrations/versions`."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

entries = sa.Table(
    "ledger_entries",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("version", sa.BigInteger),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

VERSION_TABLE = "ledger_version"
"""Where Alembic notes the schema's version; a name of its own, since a team's database may hold MLflow's as well."""

SCHEMA_VERSIONS: tuple[str, ...] = ("0001", "0002")
"""The versions of the schema that this program knows, oldest first; readers compare with it without Alembic."""
