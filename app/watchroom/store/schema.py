"""The snapshot's tables, in one place: what they hold, how they are made, what the docs say of them.

A snapshot consists of parts, one DuckDB file each; a part is built anew only when something in it has changed. Every
table belongs to one part. `docs/tables.md` is made from this module, and the tables are public: people script against
them.
"""

from __future__ import annotations

from watchroom.store import (
    tables_checks,
    tables_compare,
    tables_explain,
    tables_health,
    tables_mlflow,
    tables_policies,
    tables_portfolio,
    tables_profile,
    tables_regulation,
    tables_room,
    tables_value,
)
from watchroom.store.table import Column, Table

__all__ = ["PARTS", "SCHEMA_VERSION", "TABLES", "Column", "Table", "tables_of"]

SCHEMA_VERSION = 8
"""Raised when a table changes its shape; a part of another version is rebuilt from its source."""


TABLES: dict[str, Table] = {
    table.name: table
    for module in (
        tables_mlflow,
        tables_profile,
        tables_health,
        tables_explain,
        tables_compare,
        tables_value,
        tables_portfolio,
        tables_room,
        tables_policies,
        tables_checks,
        tables_regulation,
    )
    for table in module.TABLES
}
"""Every table by name, in the order of the docs."""

PARTS: tuple[str, ...] = tuple(dict.fromkeys(table.part for table in TABLES.values()))
"""The parts of a snapshot, in the order in which they are built."""


def tables_of(part: str) -> tuple[Table, ...]:
    """The tables that one part holds, in order."""
    return tuple(table for table in TABLES.values() if table.part == part)
