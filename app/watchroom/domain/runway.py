"""Until when a model pays: a line through what its decisions brought by week, and the metric at which it breaks even.

Both say what was seen. A line that ends somewhere says nothing of what will happen until then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.lines import HORIZON_DAYS, MIN_POINTS, SLOPE_DAYS, Line, crossing, day_of, fit
from watchroom.domain.periods import MEAN_MONTH_DAYS
from watchroom.domain.vocabulary import METRIC_NAMES, METRICS

Floats = NDArray[np.float64]

MONTHS_IN_SLOPE_DAYS = SLOPE_DAYS / MEAN_MONTH_DAYS
"""Thirty days have so much of a month's running cost: a month has 30.44 days on average."""


@dataclass(frozen=True)
class Weeks:
    """The weeks of the version in service with enough outcomes, the oldest first.

    `ends` are their last days, `benefit` what a decision with an outcome brought on average, `weight` how many of these
    there were, `metric` the realized value of the metric, NaN where it cannot be told.
    """

    ends: tuple[date, ...]
    benefit: Floats
    weight: Floats
    metric: Floats


@dataclass(frozen=True)
class Runway:
    """As the table `runway` has it, without model and version; None is unknown."""

    weeks: int
    net_per_month: float | None = None
    net_slope: float | None = None
    net_slope_low: float | None = None
    net_slope_high: float | None = None
    ends_on: date | None = None
    ends_early: date | None = None
    ends_late: date | None = None
    metric: str | None = None
    metric_now: float | None = None
    break_even: float | None = None
    break_even_low: float | None = None
    break_even_high: float | None = None
    reason: str | None = None


NOT_NOW = "By the line it does not pay now."
NO_TREND = "The net of the weeks shows no trend beyond chance."
"""Parts of a `reason` that an answer in words says too, and by which it tells them from the others."""


def runway(weeks: Weeks, decisions: float, run_cost_per_month: float | None, metric: str | None) -> Runway:
    """Until when the model pays.

    `decisions` are those of the last thirty days, which the line takes to go on. Without a running cost there is none.
    """
    known = np.isfinite(weeks.metric)
    found = Runway(len(weeks.ends), metric=metric, metric_now=float(weeks.metric[known][-1]) if known.any() else None)
    said = ["The file gives no `run_cost_per_month`: none is counted."] if run_cost_per_month is None else []
    cost = (run_cost_per_month or 0.0) * MONTHS_IN_SLOPE_DAYS
    if len(weeks.ends) < MIN_POINTS or decisions <= 0:
        return replace(found, reason=_text([*said, _too_few(len(weeks.ends))]))
    found, over_time = _over_time(found, weeks, decisions, cost)
    found, of_metric = _break_even(found, weeks, cost / decisions)
    return replace(found, reason=_text([*said, over_time, of_metric]))


def _text(sentences: list[str]) -> str | None:
    return " ".join(one for one in sentences if one) or None


def _too_few(weeks: int) -> str:
    one = "1 week" if weeks == 1 else f"{weeks} weeks"
    return f"{one} with enough outcomes are too few for a trend: it takes {MIN_POINTS}."


def _over_time(found: Runway, weeks: Weeks, decisions: float, cost: float) -> tuple[Runway, str]:
    """The line through the net of thirty days by week, and when it is at nothing."""
    days = np.array([day.toordinal() for day in weeks.ends], np.float64)
    line, last = fit(days, weeks.benefit * decisions - cost, weeks.weight), float(days[-1])
    crossings = [crossing(line, slope, last, 0.0, falls=True) for slope in line.slopes]
    slope, low, high = (one * SLOPE_DAYS for one in line.slopes)
    found = replace(
        found,
        net_per_month=line.at(last),
        net_slope=slope,
        net_slope_low=low,
        net_slope_high=high,
        ends_on=day_of(crossings[0]),
        ends_early=day_of(min(crossings)),
        ends_late=day_of(max(crossings)),
    )
    return found, _of_trend(found, weeks.ends[-1])


def _of_trend(found: Runway, last: date) -> str:
    if found.ends_on == last:
        return NOT_NOW
    low, high = found.net_slope_low or 0.0, found.net_slope_high or 0.0
    if low <= 0 <= high:
        return NO_TREND
    if found.ends_on is None and high < 0:
        return f"The net falls, but does not come to nothing within {HORIZON_DAYS // 365} years."
    return ""


def _break_even(found: Runway, weeks: Weeks, cost_per_decision: float) -> tuple[Runway, str]:
    """The metric at which the benefit of a decision covers its running cost, when the weeks tell."""
    name, of = found.metric, np.isfinite(weeks.metric)
    if name is None or METRICS[name].better == "near zero":
        return found, ""
    called = METRIC_NAMES.get(name, name)
    if of.sum() < MIN_POINTS or np.ptp(weeks.metric[of]) == 0:
        return found, f"Too few weeks have a value of {called} for its break-even."
    line = fit(weeks.metric[of], weeks.benefit[of], weeks.weight[of])
    where = line.where(cost_per_decision)
    if where is None or not _right_way(line, name):
        return found, f"The weeks do not tell how the benefit goes with {called}, so no break-even can be told."
    lowest, highest = _range_of(name)
    if not lowest <= where[0] <= highest:
        return found, f"By the weeks it would break even where {called} cannot be."
    value, low, high = where
    found = replace(found, break_even=value, break_even_low=max(low, lowest), break_even_high=min(high, highest))
    return found, _beyond(value, weeks.metric[of], called)


def _right_way(line: Line, metric: str) -> bool:
    return line.slope > 0 if METRICS[metric].better == "higher" else line.slope < 0


def _range_of(metric: str) -> tuple[float, float]:
    """Between which values the metric can lie."""
    if METRICS[metric].better == "lower":
        return 0.0, np.inf
    return (-np.inf if metric == "r2" else 0.0), 1.0


def _beyond(value: float, seen: Floats, called: str) -> str:
    """A word of caution when the break-even lies further from all that was seen than the weeks lie apart."""
    low, high = float(seen.min()), float(seen.max())
    if low - (high - low) <= value <= high + (high - low):
        return ""
    return f"No week came near the break-even: {called} lay between {low:.3g} and {high:.3g}."
