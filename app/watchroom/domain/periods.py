"""The periods that are looked at ahead of time: days, weeks, months, and the seven days up to each day.

All are UTC days; a period is known by its first and its last day, both included.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Whole = Literal["day", "week", "month"]
WHOLE: tuple[Whole, ...] = ("day", "week", "month")
"""Periods that do not overlap: those of KPIs and of money."""

Grain = Literal["day", "week", "month", "last_7_days"]
GRAINS: tuple[Grain, ...] = (*WHOLE, "last_7_days")

MONTH_DAYS = 30
"""What happened in some days is told for so many of them where months are not to differ by their lengths."""

MEAN_MONTH_DAYS = 365.25 / 12
"""Days of a month as they are on the average."""

CURRENT_DAYS = 7
"""Days in the window of the lights and alerts: every weekday once, so that a weekend is not taken for a change."""


@dataclass(frozen=True)
class Periods:
    """Periods of one or several grains over the days of a log.

    `starts` and `ends` are positions in the log's days: period i covers the days `starts[i]` to `ends[i] - 1`.
    """

    grains: tuple[Grain, ...]
    first_days: tuple[date, ...]
    last_days: tuple[date, ...]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.grains)

    def sums(self, by_day: NDArray[np.int64]) -> NDArray[np.int64]:
        """The sum over each period of what is given by day, along the first axis."""
        summed = np.concatenate([np.zeros((1, *by_day.shape[1:]), by_day.dtype), np.cumsum(by_day, axis=0)])
        sums: NDArray[np.int64] = summed[self.ends] - summed[self.starts]
        return sums

    def touched_by(self, days: Collection[date]) -> Periods:
        """Those of the periods that hold one of the days."""
        numbers = np.sort([day.toordinal() for day in days])
        firsts, lasts = (np.array([day.toordinal() for day in ends]) for ends in (self.first_days, self.last_days))
        of = np.searchsorted(numbers, lasts, side="right") > np.searchsorted(numbers, firsts, side="left")
        kept = np.flatnonzero(of).tolist()
        return Periods(
            tuple(self.grains[i] for i in kept),
            tuple(self.first_days[i] for i in kept),
            tuple(self.last_days[i] for i in kept),
            self.starts[kept],
            self.ends[kept],
        )

    def of(self, grain: Grain) -> NDArray[np.intp]:
        """The positions of the periods of one grain, the oldest first."""
        return np.flatnonzero([own == grain for own in self.grains])


def periods_of(days: Sequence[date]) -> Periods:
    """Every period with at least one of the days in it. `days` are those with decisions, ascending, each once.

    A period ends on its own last day, also when the log does not reach it yet.
    """
    numbers = np.array([day.toordinal() for day in days], dtype=np.int64)
    spans = [(grain, *span) for grain in GRAINS for span in _spans(grain, days)]
    firsts = np.array([first.toordinal() for _, first, _ in spans], dtype=np.int64)
    lasts = np.array([last.toordinal() for _, _, last in spans], dtype=np.int64)
    return Periods(
        grains=tuple(grain for grain, _, _ in spans),
        first_days=tuple(first for _, first, _ in spans),
        last_days=tuple(last for _, _, last in spans),
        starts=np.searchsorted(numbers, firsts, side="left"),
        ends=np.searchsorted(numbers, lasts, side="right"),
    )


def reach_of(days: Collection[date]) -> tuple[date, date]:
    """The first and the last day of all periods that hold one of the days, of which there is at least one."""
    first, last = min(days), max(days)
    around = timedelta(CURRENT_DAYS - 1)
    starts = [span_of(grain, first)[0] for grain in GRAINS]
    ends = [span_of(grain, last)[1] for grain in GRAINS]
    return min(starts), max(*ends, last + around)


def _spans(grain: Grain, days: Sequence[date]) -> list[tuple[date, date]]:
    return list(dict.fromkeys(span_of(grain, day) for day in days))


def span_of(grain: Grain, day: date) -> tuple[date, date]:
    """The first and the last day of the period of that grain which holds the day (or ends with it: `last_7_days`)."""
    if grain == "week":
        monday = day - timedelta(day.weekday())
        return monday, monday + timedelta(6)
    if grain == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(31)).replace(day=1) - timedelta(1)
    return (day - timedelta(CURRENT_DAYS - 1), day) if grain == "last_7_days" else (day, day)
