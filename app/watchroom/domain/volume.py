"""How many decisions a day a version makes, and whether that is enough: one rule for light, alert and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from watchroom.domain.lights import Light
from watchroom.domain.periods import CURRENT_DAYS

SILENT_DAYS = 3
"""Days without a decision, up to the refresh, after which a log with a minimum is failing: a long weekend."""


@dataclass(frozen=True)
class Volume:
    """The newest seven days of a version: mean decisions a day, and days of silence since the last one.

    `since` is the first day of the run of seven-day means below the minimum, or of the silence; None when enough.
    """

    per_day: float
    silent_days: int
    light: Light
    limit: float | None
    since: date | None

    @property
    def is_silent(self) -> bool:
        """Whether the log has fallen silent; then the mean is of the days before that."""
        return self.silent_days > SILENT_DAYS


def volume_of(decisions: Mapping[date, int], minimum: int | None, today: date) -> Volume | None:
    """The volume of a version from its decisions by UTC day, up to `today`; None when it made none by then.

    A version that has served fewer than seven days is measured by these.
    """
    days = {day: n for day, n in decisions.items() if day <= today}
    if not days:
        return None
    first, last = min(days), max(days)
    mean, silent = _mean(days, first, last), (today - last).days
    if not minimum:
        return Volume(mean, silent, "no data", None, None)
    if silent > SILENT_DAYS:
        return Volume(mean, silent, "failing", float(minimum), last + timedelta(1))
    if mean >= minimum:
        return Volume(mean, silent, "stable", None, None)
    failing = mean < minimum / 2
    limit = minimum / 2 if failing else float(minimum)
    return Volume(mean, silent, "failing" if failing else "watch", limit, _since(days, first, last, minimum))


def _mean(days: Mapping[date, int], first: date, last: date) -> float:
    served = min((last - first).days + 1, CURRENT_DAYS)
    return sum(days.get(last - timedelta(i), 0) for i in range(served)) / served


def _since(days: Mapping[date, int], first: date, last: date, minimum: int) -> date:
    day = last
    while day > first and _mean(days, first, day - timedelta(1)) < minimum:
        day -= timedelta(1)
    return day
