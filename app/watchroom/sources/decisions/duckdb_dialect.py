"""DuckDB's words for a question, and what its types come down to."""

from __future__ import annotations

from typing import Any

from watchroom.sources.decisions import files as listing
from watchroom.sources.decisions.contract import Family, FileShape

_FAMILIES: tuple[tuple[str, Family], ...] = (
    ("TIMESTAMP WITH TIME ZONE", "zoned"),
    ("TIMESTAMP", "naive"),
    ("DATE", "date"),
    ("BOOLEAN", "boolean"),
    ("VARCHAR", "text"),
    ("ENUM", "text"),
    ("FLOAT", "float"),
    ("DOUBLE", "float"),
    ("DECIMAL", "float"),
    *((name, "integer") for name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")),
    *((f"U{name}", "integer") for name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")),
)


class DuckDialect:
    """DuckDB's words for one question, and the values bound to it."""

    text = "varchar"

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def name(self, column: str) -> str:
        """The column's name, quoted."""
        return '"' + column.replace('"', '""') + '"'

    def bound(self, value: object) -> str:
        """A parameter with this value."""
        key = f"p{len(self.values)}"
        self.values[key] = value
        return f"${key}"

    def scan(self, shapes: tuple[FileShape, ...]) -> str:
        """The files as a table, with their columns as the shape has them."""
        paths = self.bound([listing.literal_glob(shape.file) for shape in shapes])
        if shapes[0].format == "parquet":
            return f"(select *, file_row_number as __row from read_parquet({paths}, filename = '__file')) as scanned"
        return f"(select *, row_number() over () as __row from {self._csv(shapes[0], paths)}) as scanned"

    def _csv(self, shape: FileShape, paths: str) -> str:
        columns = ", ".join(f"{self.name(column)}: 'VARCHAR'" for column, _ in shape.columns)
        return (
            f"read_csv({paths}, auto_detect = false, header = true, delim = {self.bound(shape.delimiter)}, "
            f"quote = '\"', escape = '\"', columns = {{{columns}}}, null_padding = true, filename = '__file')"
        )

    def zoned_as_utc(self, time: str) -> str:
        """The session's zone is UTC."""
        return f"cast({time} as timestamp)"

    def text_as_utc(self, text: str) -> str:
        """A text without a zone is read in the session's, which is UTC."""
        return f"cast(try_cast({text} as timestamptz) as timestamp)"

    def has_zone(self, text: str) -> str:
        """Whether something that names a zone follows the time."""
        return f"coalesce(regexp_matches({text}, ':[0-9.]+ *(Z|z|[+-][0-9]|[A-Za-z])'), false)"

    def row_hash(self, columns: tuple[str, ...]) -> str:
        """DuckDB's own hash: stable within a version of DuckDB."""
        return f"hash({', '.join(columns)})" if columns else "hash(0)"

    def hash_sum(self, value: str) -> str:
        """As a sum of 128 bits."""
        return f"cast(sum({value}) as varchar)"


def family_of(kind: str) -> Family:
    """What a type of DuckDB comes down to."""
    return next((family for name, family in _FAMILIES if kind.startswith(name) and not kind.endswith("]")), "other")
