"""How a model's performance changes with its age: a line through the weeks, when it meets the limit, what to do.

The line is a description of what was seen; nothing says that it goes on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from watchroom.domain.lines import MIN_POINTS, SLOPE_DAYS, Line, crossing, day_of, fit
from watchroom.domain.vocabulary import METRICS

MIN_WEEKS = MIN_POINTS


@dataclass(frozen=True)
class Decay:
    """A line through the weeks. The slope is a change in `SLOPE_DAYS`, with its 95 % interval; None with too few weeks.

    `crosses_on` is when the line meets `limit`: the last week when it is beyond it already, None when it does not
    within `HORIZON_DAYS`. `crosses_early` and `crosses_late` are the same for the ends of the slope's interval.
    `level` is the line's value in the last week, `last_week` its day.
    """

    metric: str
    weeks: int
    last_week: date | None
    level: float | None
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    limit: float | None
    crosses_on: date | None
    crosses_early: date | None
    crosses_late: date | None

    @property
    def past_limit(self) -> bool:
        """Whether the line is at the limit or beyond it in the last week already."""
        return self.crosses_on is not None and self.crosses_on == self.last_week

    @property
    def surely_worse(self) -> bool:
        """Whether all of the slope's interval goes the way in which the metric gets worse."""
        if self.slope_low is None or self.slope_high is None or self.level is None:
            return False
        better = METRICS[self.metric].better
        falls = better == "higher" or (better == "near zero" and self.level < 0)
        return self.slope_high < 0 if falls else self.slope_low > 0


def decay(metric: str, weeks: Sequence[date], values: ArrayLike, n_labelled: ArrayLike, limit: float | None) -> Decay:
    """The line through a metric by week: least squares, each week weighted by its outcomes.

    `weeks` are a day of each week, say its last; weeks without a value or outcomes are left out. The interval is
    Student's with weeks - 2 degrees of freedom. `limit` is the failing limit in the metric's unit.
    """
    y, weight = np.asarray(values, np.float64), np.asarray(n_labelled, np.float64)
    of = np.isfinite(y) & (weight > 0)
    days = np.array([day.toordinal() for day in weeks], np.float64)[of]
    last = date.fromordinal(int(days.max())) if days.size else None
    if days.size < MIN_WEEKS or np.ptp(days) == 0:
        return Decay(metric, int(days.size), last, None, None, None, None, limit, None, None, None)
    line = fit(days, y[of], weight[of])
    slopes = line.slopes
    crossings = [_crossing(metric, line, slope, float(days.max()), limit) for slope in slopes]
    return Decay(
        metric=metric,
        weeks=int(days.size),
        last_week=last,
        level=line.at(float(days.max()), line.slope),
        slope=slopes[0] * SLOPE_DAYS,
        slope_low=slopes[1] * SLOPE_DAYS,
        slope_high=slopes[2] * SLOPE_DAYS,
        limit=limit,
        crosses_on=day_of(crossings[0]),
        crosses_early=day_of(min(crossings)),
        crosses_late=day_of(max(crossings)),
    )


def _crossing(metric: str, line: Line, slope: float, last: float, limit: float | None) -> float:
    """The day on which the line with this slope is at the limit; `last` when it is past it then, infinity for never."""
    if limit is None:
        return math.inf
    better, now = METRICS[metric].better, line.at(last, slope)
    if better == "near zero":  # the limit holds on both sides: the one that the line is on its way to
        limit = math.copysign(limit, now if abs(now) >= abs(limit) else slope)
    falls = better == "higher" or (better == "near zero" and limit < 0)
    return crossing(line, slope, last, limit, falls=falls)


AdviceName = Literal["keep", "plan retraining", "retrain now", "ask for outcomes"]

SOON_DAYS = 45
"""A line that surely falls and meets its limit within so many days leaves no time to plan: a retraining takes weeks."""

OLD_OUTCOMES_DAYS = 60
"""When the newest judged week lies so far before the last decision, nobody knows how the model does now."""


@dataclass(frozen=True)
class Advice:
    """What to do, and why, in sentences."""

    advice: AdviceName
    reasons: tuple[str, ...]


def advice(found: Decay, status: str, *, last_decision: date | None, age_days: float | None = None) -> Advice:
    """What to do about the age of a model, from its line and the status of its newest judged performance.

    `status` is `stable`, `watch`, `failing` or `no data`; `last_decision` is the day of the newest decision. Age alone
    is never a reason to retrain; it is said beside the others.
    """
    name: AdviceName
    name, reasons = _retraining(found, status) or _outcomes(found, status, last_decision) or ("keep", _no_reason(found))
    age = [] if age_days is None else [f"The version is {age_days:,.0f} days old."]
    return Advice(name, (*reasons, *age))


def _retraining(found: Decay, status: str) -> tuple[AdviceName, list[str]] | None:
    reasons = _trend(found)
    if status == "failing":
        return "retrain now", ["Performance is beyond its failing limit.", *reasons]
    if found.past_limit:
        return "retrain now", ["The line through the weeks lies beyond the failing limit.", *reasons]
    if found.surely_worse and found.crosses_on and found.last_week:
        soon = found.crosses_on <= found.last_week + timedelta(SOON_DAYS)
        when = f"The line meets the failing limit on {found.crosses_on:%-d %B %Y}."
        return "retrain now" if soon else "plan retraining", [*reasons, when]
    if status == "watch":
        return "plan retraining", ["Performance is beyond its watch limit.", *reasons]
    return None


def _outcomes(found: Decay, status: str, last_decision: date | None) -> tuple[AdviceName, list[str]] | None:
    if found.last_week is None:
        return "ask for outcomes", ["No week has enough outcomes to judge performance."]
    silent = (last_decision - found.last_week).days if last_decision else 0
    if silent > OLD_OUTCOMES_DAYS:
        return "ask for outcomes", [
            f"The newest week with enough outcomes is {silent} days older than the last decision."
        ]
    if status == "no data":
        return "ask for outcomes", ["The newest period has too few outcomes to judge performance."]
    return None


def _no_reason(found: Decay) -> list[str]:
    reasons = _trend(found) or [
        f"{_weeks(found.weeks)} with enough outcomes are too few for a trend; it takes {MIN_WEEKS}."
    ]
    limit = "No failing limit is set, so nothing is crossed." if found.limit is None else ""
    return [part for part in (*reasons, limit) if part]


def _trend(found: Decay) -> list[str]:
    if found.slope is None or found.slope_low is None or found.slope_high is None:
        return []
    interval = f"{found.slope:+.3g} in {SLOPE_DAYS} days (95 %: {found.slope_low:+.3g} to {found.slope_high:+.3g})"
    over = f"over {_weeks(found.weeks)}"
    if found.surely_worse:
        return [f"{found.metric} gets worse: {interval} {over}."]
    if found.slope_low <= 0 <= found.slope_high:
        return [f"No trend beyond chance: {found.metric} changes by {interval} {over}."]
    return [f"{found.metric} gets better: {interval} {over}."]


def _weeks(count: int) -> str:
    return "1 week" if count == 1 else f"{count} weeks"
