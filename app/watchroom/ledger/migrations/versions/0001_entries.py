"""The entries, and the triggers that keep them: an entry is added after the last one, never changed, never removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_GENESIS = "0" * 64
_KEPT = "An entry of the ledger is never changed or removed."
_NEXT = "An entry of the ledger follows the last one."

# `insert or replace` deletes without running a delete trigger: the check on insert is what stops it.
_SQLITE = (
    f"create trigger ledger_entries_update before update on ledger_entries begin select raise(abort, '{_KEPT}'); end",
    f"create trigger ledger_entries_delete before delete on ledger_entries begin select raise(abort, '{_KEPT}'); end",
    f"""
    create trigger ledger_entries_insert before insert on ledger_entries
    when new.seq is not (select coalesce(max(seq), 0) + 1 from ledger_entries)
        or new.prev_hash is not coalesce((select hash from ledger_entries order by seq desc limit 1), '{_GENESIS}')
    begin select raise(abort, '{_NEXT}'); end
    """,
)

_POSTGRESQL = (
    f"""
    create function ledger_entries_keep() returns trigger language plpgsql as $$
    begin raise exception '{_KEPT}'; end $$
    """,
    f"""
    create function ledger_entries_follow() returns trigger language plpgsql as $$
    declare
        last_seq bigint := 0;
        last_hash text := '{_GENESIS}';
    begin
        select seq, hash into last_seq, last_hash from ledger_entries order by seq desc limit 1;
        if new.seq <> coalesce(last_seq, 0) + 1 or new.prev_hash <> coalesce(last_hash, '{_GENESIS}') then
            raise exception '{_NEXT}';
        end if;
        return new;
    end $$
    """,
    """
    create trigger ledger_entries_keep before update or delete on ledger_entries
    for each row execute function ledger_entries_keep()
    """,
    """
    create trigger ledger_entries_truncate before truncate on ledger_entries
    for each statement execute function ledger_entries_keep()
    """,
    """
    create trigger ledger_entries_follow before insert on ledger_entries
    for each row execute function ledger_entries_follow()
    """,
)


def upgrade() -> None:
    """Makes the table, its indexes and its triggers."""
    op.create_table(
        "ledger_entries",
        # SQLite makes the row id of an INTEGER key only; PostgreSQL's integer would end at two thousand million.
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
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
    op.create_index("ledger_entries_kind", "ledger_entries", ["kind", "seq"])
    op.create_index("ledger_entries_model", "ledger_entries", ["model", "seq"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(sa.text(statement.replace(":=", "\\:=")))
