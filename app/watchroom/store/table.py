"""What is said of a table of the snapshot: its columns, its key, its part. Which tables there are is in `schema`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column: its DuckDB type, and what a reader of the docs needs to know (units, what NULL means)."""

    name: str
    type: str
    doc: str


@dataclass(frozen=True)
class Table:
    """A table of the snapshot. `key` identifies a row; `private` tables are the refresh's own notes."""

    name: str
    part: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    private: bool = False
    uncompressed: tuple[str, ...] = ()
    """Columns whose text is kept as it is: random ids compress badly, and unpacking them is most of a query's time."""
    view: str = ""
    """The SELECT over tables of the same part that it is, giving its columns in their order; empty for a real table."""

    @property
    def create_sql(self) -> str:
        """The statement that makes the empty table, or the view."""
        if self.view:
            names = ", ".join(f'"{column.name}"' for column in self.columns)
            return f'create view "{self.name}" ({names}) as {self.view}'
        columns = ", ".join(self._column_sql(column) for column in self.columns)
        return f'create table "{self.name}" ({columns})'

    def _column_sql(self, column: Column) -> str:
        form = " using compression uncompressed" if column.name in self.uncompressed else ""
        return f'"{column.name}" {column.type}{form}'

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names, in their order."""
        return tuple(column.name for column in self.columns)


def columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    """Columns from rows of name, type and description."""
    return tuple(Column(*row) for row in rows)
