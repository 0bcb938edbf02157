"""Spark's words for the questions put to a log."""

from __future__ import annotations

from collections.abc import Callable

from watchroom.sources.decisions.contract import FileShape

ViewOf = Callable[[tuple[FileShape, ...]], str]


def quoted(column: str) -> str:
    """A column's name in Spark's SQL."""
    return "`" + column.replace("`", "``") + "`"


class SparkDialect:
    """The words for one question, and the values bound to it; `view_of` names the view of some files."""

    text = "string"

    def __init__(self, view_of: ViewOf) -> None:
        self.values: dict[str, str] = {}
        self._view_of = view_of

    def name(self, column: str) -> str:
        """The column's name, quoted."""
        return quoted(column)

    def bound(self, value: str) -> str:
        """A parameter with this value."""
        key = f"p{len(self.values)}"
        self.values[key] = value
        return f":{key}"

    def scan(self, shapes: tuple[FileShape, ...]) -> str:
        """The files as a view of the session."""
        return f"{self._view_of(shapes)} as scanned"

    def to_microseconds(self, time: str, kind: str) -> str:
        """Spark's times are in microseconds, and its views cut finer ones off."""
        return time

    def zoned_as_utc(self, time: str) -> str:
        """The session's zone is UTC, and `timestamp` has none."""
        return f"cast({time} as timestamp)"

    def text_as_utc(self, text: str) -> str:
        """A text without a zone is read in the session's. What Spark alone takes for a time is none.

        That is a year by itself, and a space before an offset.
        """
        both = f"{text} rlike '^ *[0-9]{{4,}}-[0-9]{{1,2}}-[0-9]{{1,2}}' and not {text} rlike ':[0-9.]+ +[+-]'"
        return f"cast(case when {both} then try_cast({text} as timestamp_ltz) end as timestamp)"

    def has_zone(self, text: str) -> str:
        """Whether something that names a zone follows the time."""
        return f"coalesce({text} rlike ':[0-9.]+ *(Z|z|[+-][0-9]|[A-Za-z])', false)"

    def row_hash(self, columns: tuple[str, ...]) -> str:
        """Spark's hash passes over NULL, so each value's being one is hashed beside it."""
        return f"xxhash64({', '.join(f'{column} is null, {column}' for column in columns)})" if columns else "0L"

    def hash_sum(self, value: str) -> str:
        """As a sum of decimals."""
        return f"cast(sum(cast({value} as decimal(20, 0))) as string)"

    def digest32(self, text: str) -> str:
        """From the hexadecimal text."""
        return f"cast(conv(left(md5({text}), 8), 16, 10) as bigint)"
