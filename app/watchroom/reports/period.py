"""The period that a report is about: the last whole week, month, quarter or year, or one that is named.

Days are UTC days, weeks begin on Monday. Which period is the last whole one is judged by the snapshot's day, not by the
clock: a snapshot knows nothing of what came after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from watchroom.charts.words import days
from watchroom.domain.periods import Grain, span_of
from watchroom.errors import SettingError

Length = Literal["week", "month", "quarter", "year"]
LENGTHS: tuple[Length, ...] = ("week", "month", "quarter", "year")

FORMS = "`week`, `month`, `quarter` or `year` for the last whole one, or `2026-W43`, `2026-10`, `2026-Q3`, `2026`"

_ISO_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_YEAR = re.compile(r"(\d{4})")


@dataclass(frozen=True)
class Period:
    """What a report is about: its first and its last day, both included, and how long it is."""

    length: Length
    first: date
    last: date

    @property
    def name(self) -> str:
        """`October 2026`, `July to September 2026`, `2026`, `the week of 12 to 18 Oct 2026`."""
        if self.length == "week":
            return f"the week of {days(self.first, self.last)}"
        if self.length == "year":
            return f"{self.first.year}"
        month = f"{self.last:%B} {self.last.year}"
        return month if self.length == "month" else f"{self.first:%B} to {month}"

    @property
    def grain(self) -> Grain:
        """The grain of the figures that it is made of: months, or of a week the week."""
        return "week" if self.length == "week" else "month"

    @property
    def key(self) -> str:
        """What it is called in a file's name, and in `--period`: `2026-10`, `2026-Q3`, `2026`, `2026-W42`."""
        if self.length == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.length == "quarter":
            return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}" if self.length == "month" else f"{self.first.year}"

    def is_over(self, day: date) -> bool:
        """Whether its last day is before that day."""
        return self.last < day

    def holds(self, first: date, last: date) -> bool:
        """Whether a period from `first` to `last` lies in it."""
        return self.first <= first and last <= self.last


def period_of(asked: str, day: date) -> Period:
    """The period that somebody asked for, on that day. Raises SettingError for what is none, or has not begun."""
    text = asked.strip()
    if text in LENGTHS:
        return last_whole(text, day)
    try:
        found = _named(text)
    except ValueError:
        found = None
    if found is None:
        raise SettingError(f"{asked[:40]!r} is no period.", next_step=f"Give {FORMS}.")
    if found.first > day:
        raise SettingError(f"{_capital(found.name)} has not begun on {day.isoformat()}, the day of the snapshot.")
    return found


def last_whole(length: Length, day: date) -> Period:
    """The last week, month, quarter or year that was over on that day."""
    return spanning(length, spanning(length, day).first - timedelta(1))


def spanning(length: Length, day: date) -> Period:
    """The week, month, quarter or year that the day lies in."""
    if length == "week" or length == "month":
        return Period(length, *span_of(length, day))
    if length == "year":
        return Period(length, date(day.year, 1, 1), date(day.year, 12, 31))
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    return Period(length, first, span_of("month", first + timedelta(75))[1])


def _named(text: str) -> Period | None:
    """The period of that name. Raises ValueError for a date that there is not."""
    if found := _ISO_WEEK.fullmatch(text):
        return spanning("week", date.fromisocalendar(int(found[1]), int(found[2]), 1))
    if found := _QUARTER.fullmatch(text):
        return spanning("quarter", date(int(found[1]), 3 * int(found[2]), 1))
    if found := _MONTH.fullmatch(text):
        return spanning("month", date(int(found[1]), int(found[2]), 1))
    return spanning("year", date(int(found[1]), 1, 1)) if (found := _YEAR.fullmatch(text)) else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
