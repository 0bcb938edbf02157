"""`docs/tables.md`, made from the schema; a test keeps the two the same."""

from __future__ import annotations

from watchroom.store.schema import SCHEMA_VERSION, TABLES, Table

_INTRODUCTION = f"""\
# Tables

Everything the pages show is in these tables, and anyone may ask them:

    watchroom sql "select name, status from runs order by start_time desc limit 5"
    watchroom sql "…" --format csv > runs.csv

The statement runs on the current snapshot, read only, without access to files or the network. Times are UTC, without a
zone. NULL means unknown or none, as said beside each column. Names keep their meaning from one version to the next;
this is schema {SCHEMA_VERSION}. More tables arrive with the parts of Watchroom that fill them.

This page is made from `app/watchroom/store/tables_*.py`.
"""


def tables_markdown() -> str:
    """The text of `docs/tables.md`, whole."""
    public = [table for table in TABLES.values() if not table.private]
    return "\n".join([_INTRODUCTION, *(_section(table) for table in public)])


def _section(table: Table) -> str:
    rows = "\n".join(f"| `{column.name}` | {column.type} | {column.doc} |" for column in table.columns)
    key = ", ".join(f"`{name}`" for name in table.key)
    return (
        f"## {table.name}\n\n{table.doc} One row for each {key}.\n\n| column | type | holds |\n|---|---|---|\n{rows}\n"
    )
