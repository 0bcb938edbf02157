"""The schema of the ledger, step by step, for Alembic. A step that has been released is never changed."""
