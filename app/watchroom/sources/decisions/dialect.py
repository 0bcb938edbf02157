"""Where DuckDB and Spark say the same thing in other words. Everything else of a question is the same text for both."""

from __future__ import annotations

from typing import Protocol

from watchroom.sources.decisions.contract import FileShape


class Dialect(Protocol):
    """The few words that differ, for one question: it keeps the values that are bound to it."""

    text: str
    """The type of text."""

    def name(self, column: str) -> str:
        """The column's name, quoted."""
        ...

    def bound(self, value: str) -> str:
        """A parameter of the question that has this value: a text from outside never becomes SQL."""
        ...

    def scan(self, shapes: tuple[FileShape, ...]) -> str:
        """A table of files of one shape: their columns, `__file` (the path as given) and `__row` (its place in it)."""
        ...

    def to_microseconds(self, time: str, kind: str) -> str:
        """A time, with what is finer than a microsecond cut off; `kind` is what the engine calls its type."""
        ...

    def zoned_as_utc(self, time: str) -> str:
        """A time with a zone as one without, in UTC."""
        ...

    def text_as_utc(self, text: str) -> str:
        """A text as a time in UTC, without a zone; NULL when it is none."""
        ...

    def has_zone(self, text: str) -> str:
        """Whether the text of a time names a zone."""
        ...

    def row_hash(self, columns: tuple[str, ...]) -> str:
        """An integer of 64 bits from the values; NULL counts as a value."""
        ...

    def hash_sum(self, value: str) -> str:
        """The exact sum of such integers, as text."""
        ...

    def digest32(self, text: str) -> str:
        """The first 32 bits of the MD5 of a text, as an integer (`contract.id_digest`)."""
        ...
