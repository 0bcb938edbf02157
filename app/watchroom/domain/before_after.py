"""Before and after an event: the mean of a daily figure in as many whole weeks on either side, and the difference.

Whole weeks, so that Mondays weigh alike on both sides. Days are taken as independent: what lasts from day to day makes
the intervals too narrow, and what else changed meanwhile is in the difference too. So it says what happened after the
event, never what the event did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from watchroom.domain import spread
from watchroom.domain.spread import Better, Difference, Spread

WINDOWS = (28, 14, 7)
"""Days on either side, the usual first: four weeks tell a change of a fifth of most daily figures from chance."""

MIN_DAYS = 4
"""Days with a figure on either side, or nothing is said of the difference: an interval of three days says nothing."""

Verdict = Literal["rose", "fell", "no change beyond chance", "too early to tell"]


@dataclass(frozen=True)
class Compared:
    """A daily figure round an event. `during` is None for an event of one day, whose day belongs to what came after.

    `difference` is after less before, by Welch; NaN where there are too few days.
    """

    before: Spread
    during: Spread | None
    after: Spread
    difference: Difference

    @property
    def verdict(self) -> Verdict:
        """What can be said: whether all of the 95 % interval lies on one side of nothing."""
        if min(self.before.n, self.after.n) < MIN_DAYS or self.difference.low != self.difference.low:
            return "too early to tell"
        if self.difference.low > 0:
            return "rose"
        return "fell" if self.difference.high < 0 else "no change beyond chance"


@dataclass(frozen=True)
class Windows:
    """The days before, during and after an event: pairs of a first and a last day, both included."""

    before: tuple[date, date]
    during: tuple[date, date] | None
    after: tuple[date, date]


def windows(first_day: date, last_day: date, days: int) -> Windows:
    """So many days on either side of an event; one of a single day divides time, one of several lies between."""
    before = (first_day - timedelta(days), first_day - timedelta(1))
    if last_day <= first_day:
        return Windows(before, None, (first_day, first_day + timedelta(days - 1)))
    return Windows(before, (first_day, last_day), (last_day + timedelta(1), last_day + timedelta(days)))


def compare(by_day: Mapping[date, float], around: Windows, better: Better | None = None) -> Compared:
    """A daily figure in the windows; days without one, or with NaN, are left out."""

    def values(window: tuple[date, date]) -> list[float]:
        return [value for day, value in by_day.items() if window[0] <= day <= window[1]]

    before, after = values(around.before), values(around.after)
    return Compared(
        spread.of(before),
        spread.of(values(around.during)) if around.during else None,
        spread.of(after),
        spread.between(before, after, better or "higher"),
    )
