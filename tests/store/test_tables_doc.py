"""The public tables: documented from the schema, whole."""

from __future__ import annotations

from pathlib import Path

from watchroom.store.schema import PARTS, TABLES
from watchroom.store.tables_doc import tables_markdown

DOCS = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_page_says_what_the_schema_says() -> None:
    assert DOCS.read_text() == tables_markdown(), "make docs"


def test_every_public_table_and_column_is_described() -> None:
    text = DOCS.read_text()
    for table in TABLES.values():
        assert table.part in PARTS
        assert set(table.key) <= set(table.column_names)
        assert all(column.doc for column in table.columns)
        assert (f"## {table.name}\n" in text) is not table.private
