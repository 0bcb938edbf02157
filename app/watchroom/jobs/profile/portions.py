"""Days in portions that one question can be asked about, however long the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

ROWS_AT_ONCE = 20_000_000
"""Rows that one question is about: what is kept of each to find ids that stand twice is 16 bytes."""


def portions(days: Iterable[date], rows_of: Callable[[date], int]) -> Iterator[frozenset[date]]:
    """The days, in order, in portions of at most `ROWS_AT_ONCE` rows, if a single day has not more."""
    portion, rows = set[date](), 0
    for day in sorted(days):
        n = rows_of(day)
        if portion and rows + n > ROWS_AT_ONCE:
            yield frozenset(portion)
            portion, rows = set(), 0
        portion.add(day)
        rows += n
    if portion:
        yield frozenset(portion)
