"""DuckDB's words for a question, and what its types come down to."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from watchroom.sources.decisions import files as listing
from watchroom.sources.decisions.contract import Family, FileShape, LogFile

_FAMILIES: tuple[tuple[str, Family], ...] = (
    ("TIMESTAMP WITH TIME ZONE", "zoned"),
    ("TIMESTAMPTZ", "zoned"),
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

    def __init__(self, broken_lines: Container[LogFile] = ()) -> None:
        self.values: dict[str, Any] = {}
        self._broken_lines = broken_lines

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
        apart = [
            [shape for shape in shapes if (shape.file in self._broken_lines) == broken] for broken in (False, True)
        ]
        parts = [self._part(some, padded=some is apart[0]) for some in apart if some]
        return f"({' union all '.join(parts)}) as scanned"

    def _part(self, shapes: Sequence[FileShape], *, padded: bool) -> str:
        paths = self.bound([listing.literal_glob(shape.file) for shape in shapes])
        shape = shapes[0]
        taken = {name.casefold() for name in shape.header}
        file = _free("__file", taken)
        columns = "".join(f"{self.name(column)}, " for column, _ in shape.columns)
        if shape.format == "parquet":
            row = "row_number() over ()" if "file_row_number" in taken else "file_row_number"
            scanned = f"read_parquet({paths}, filename = '{file}')"
        else:
            row, scanned = "row_number() over ()", self._csv(shape, paths, file, padded=padded)
        return f"select {columns}{file} as __file, {row} as __row from {scanned}"

    def _csv(self, shape: FileShape, paths: str, file: str, *, padded: bool) -> str:
        """A last row that is half written is filled up with NULL (`padded`), unless lines are broken inside quotes.

        DuckDB can do both only with one thread, and then takes all that follows a lone quote for one value.
        """
        columns = ", ".join(f"{self.name(column)}: 'VARCHAR'" for column in shape.header)
        return (
            f"read_csv({paths}, auto_detect = false, header = true, skip = {shape.skip}, "
            f"delim = {self.bound(shape.delimiter)}, quote = '\"', escape = '\"', columns = {{{columns}}}, "
            f"null_padding = {str(padded).lower()}, filename = '{file}')"
        )

    def to_microseconds(self, time: str, kind: str) -> str:
        """DuckDB would round nanoseconds, and the end of a day into the next."""
        return f"make_timestamp(epoch_ns(cast({time} as timestamp_ns)) // 1000)" if kind.endswith("_NS") else time

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

    def digest32(self, text: str) -> str:
        """From the hexadecimal text: it takes no longer than the number of 128 bits."""
        return f"cast('0x' || left(md5({text}), 8) as bigint)"


def _free(name: str, taken: Container[str]) -> str:
    """The name, made longer until no column of a file bears it."""
    while name in taken:
        name += "_"
    return name


def family_of(kind: str) -> Family:
    """What a type of DuckDB comes down to."""
    return next((family for name, family in _FAMILIES if kind.startswith(name) and not kind.endswith("]")), "other")
