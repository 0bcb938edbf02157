"""Groups beside each other: the metrics, their intervals, the ratio to the best group, the four-fifths line.

The values themselves are Fairlearn's (`jobs.fairness`). What each metric means and where the definitions come from
stands in docs/statistics.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.laws import NORMAL_95, wilson
from watchroom.domain.vocabulary import Task

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]

FOUR_FIFTHS = 0.8
"""The line of the EEOC's Uniform Guidelines of 1978, 29 CFR 1607.4(D): a rate below four fifths of the highest."""

LINED: frozenset[str] = frozenset({"selection_rate"})
"""What the line judges: the Guidelines speak of how often people are selected, and of no other rate or amount."""

MIN_DECISIONS = 30
"""Decisions below which nothing is said of a group: as many outcomes as a light of performance needs."""

MetricName = Literal[
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "error_rate",
    "calibration_gap",
    "mean_error",
    "mae",
]

METRICS_OF: Mapping[Task, tuple[MetricName, ...]] = {
    "binary": ("selection_rate", "true_positive_rate", "false_positive_rate", "error_rate", "calibration_gap"),
    "multiclass": ("error_rate",),
    "regression": ("mae", "mean_error"),
}
"""The metrics of each task, the one that a page shows first in front."""

BEST: Mapping[MetricName, Literal["highest", "lowest"] | None] = {
    "selection_rate": "highest",
    "true_positive_rate": "highest",
    "false_positive_rate": "lowest",
    "error_rate": "lowest",
    "calibration_gap": None,
    "mean_error": None,
    "mae": "lowest",
}
"""Which value is the best one, that the others are compared with. None: good is 0, with either sign, and a ratio of
two such values says nothing. The selection rate is the rate of the favourable answer (`selected`): the highest."""

RATES: frozenset[MetricName] = frozenset({"selection_rate", "true_positive_rate", "false_positive_rate", "error_rate"})
"""The metrics that are shares of decisions; the others are means."""


def selected(favourable: str | None) -> Literal["0", "1"]:
    """The prediction whose rate is the selection rate: the favourable one of a model's file, 1 where it says nothing.

    The four-fifths rule compares how often the good answer is given. The ratio of the other answer's rates is another
    number: of 2 % and 4 % stopped it is a half, of 98 % and 96 % let through 0.98.
    """
    return "0" if favourable == "0" else "1"


Status = Literal["above", "below", "unclear", "small", "none"]


def interval(metric: MetricName, value: Floats, n: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The 95 % interval of each value: Wilson's (1927) of a rate, the normal one of a mean; NaN where there is none.

    `variance` is that of a single decision, which a rate does not need.
    """
    if metric in RATES:
        return wilson(value, n)
    half = NORMAL_95 * np.sqrt(variance / np.where(n > 1, n, np.nan))
    low = value - half
    return (np.maximum(low, 0.0) if metric == "mae" else low), value + half


@dataclass(frozen=True)
class Together:
    """Several periods of each group as one: value, decisions, and the variance of a single decision."""

    value: Floats
    n: Floats
    variance: Floats


def together(unit: NDArray[np.int64], value: Floats, high: Floats, n: Floats) -> Together:
    """The rows of each unit added up: a unit is a group, its rows are its periods, with no decision in two of them.

    Rates and means of all the decisions follow exactly. The variance of a mean comes from the periods' intervals, so
    how the mean moves between the periods is not in it. `unit` counts from 0; NaN where no decision tells a value.
    """
    size = int(unit.max()) + 1 if unit.size else 0
    known = np.where(np.isfinite(value), n, 0.0)
    total, summed, squares = (
        np.bincount(unit, weights=part, minlength=size).astype(np.float64)
        for part in (known, known * np.nan_to_num(value), known**2 * np.nan_to_num((high - value) / NORMAL_95) ** 2)
    )
    some = np.where(total > 0, total, np.nan)
    return Together(summed / some, total, squares / some)


@dataclass(frozen=True)
class Compared:
    """Each group against the best of its block; NaN, and no place, where a ratio says nothing.

    `low` and `high` are the ends of the 95 % interval, which holds for all the judged groups of the block at once.
    `best` is the place of the best group among the rows, -1 for none.
    """

    ratio: Floats
    low: Floats
    high: Floats
    best: NDArray[np.int64]
    status: Texts


def compare(metric: MetricName, block: NDArray[np.int64], value: Floats, n: Floats, variance: Floats) -> Compared:
    """The ratio of each group to the best one of its block, 0 to 1, with its 95 % interval and its side of the line.

    The intervals of a block hold all at once in 95 % of cases (`_wide`). Only metrics of `LINED` have a side.

    A block is a column of groups in one period; its rows stand in the order of the groups, and of equal ones the first
    is the best. Only groups with `MIN_DECISIONS` can be the best, and only where two groups have as many is there
    anything to compare. Where the best rate is the lowest, the ratio is the best one divided by the group's. A group
    without enough decisions may do better than the best: its ratio is 1. Where the highest rate is 0 there is no ratio.
    """
    enough = np.isfinite(value) & (n >= MIN_DECISIONS)
    best = _best(metric, block, value, enough)
    known = (best >= 0) & np.isfinite(value)
    against = np.where(known, best, 0)
    if not block.size or BEST[metric] is None:
        nothing = np.full(block.shape, np.nan)
        return Compared(nothing, nothing, nothing, np.full(block.shape, -1), _status(nothing, nothing, enough, metric))
    ratio = _ratio(metric, value, value[against])
    spread = _spread_of_log(metric, value, n, variance)
    middle = _log_ratio(metric, value, n, against)
    half = _widths(block, enough) * np.sqrt(spread + spread[against])
    low, high = np.exp(middle - half), np.exp(middle + half)
    itself = known & (best == np.arange(block.size))
    known &= np.isfinite(ratio)
    ratio, low, high = (np.where(itself, 1.0, part) for part in (ratio, low, high))
    low, high = np.minimum(low, ratio), np.minimum(np.maximum(high, ratio), 1.0)
    ratio, low, high = (np.where(known, part, np.nan) for part in (ratio, low, high))
    return Compared(ratio, low, high, np.where(known, best, -1), _status(low, high, enough, metric))


def _widths(block: NDArray[np.int64], enough: NDArray[np.bool_]) -> Floats:
    """For each row the standard errors on either side of its ratio."""
    judged = np.bincount(block, weights=enough)
    return np.array([_wide(int(groups)) for groups in judged])[block]


@cache
def _wide(groups: int) -> float:
    """Standard errors on either side of each ratio, so that all ratios among so many groups hold in 95 % of cases.

    Bonferroni over the pairs: which group is the best is seen in the same data, so any two may be the ones compared.
    """
    pairs = max(groups * (groups - 1) // 2, 1)
    return NormalDist().inv_cdf(1 - 0.05 / (2 * pairs))


def _best(metric: MetricName, block: NDArray[np.int64], value: Floats, enough: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each row the place of the best row of its block; -1 with fewer than two groups to choose from."""
    if not block.size or BEST[metric] is None:
        return np.full(block.shape, -1)
    key = np.where(enough, -value if BEST[metric] == "highest" else value, np.inf)
    order = np.lexsort((np.arange(block.size), key, block))
    first = np.full(int(block.max()) + 1, -1)
    first[block[order[::-1]]] = order[::-1]
    choices = np.bincount(block[enough], minlength=first.size)
    reached = value[first] > 0 if BEST[metric] == "highest" else np.ones(first.size, np.bool_)
    return np.where((choices >= 2) & reached, first, -1)[block]


def _ratio(metric: MetricName, own: Floats, best: Floats) -> Floats:
    part, whole = (own, best) if BEST[metric] == "highest" else (best, own)
    return np.where(whole > 0, np.minimum(part / np.where(whole > 0, whole, 1.0), 1.0), 1.0)


def _log_ratio(metric: MetricName, value: Floats, n: Floats, against: NDArray[np.int64]) -> Floats:
    """The middle of the interval; of rates with half a case added to each side, so that a rate of 0 has one too."""
    share = (value * n + 0.5) / (n + 0.5)
    size: Floats = np.log(share if metric in RATES else np.where(value > 0, value, np.nan))
    apart: Floats = size - size[against]
    return apart if BEST[metric] == "highest" else -apart


def _spread_of_log(metric: MetricName, value: Floats, n: Floats, variance: Floats) -> Floats:
    """The variance of the logarithm by the delta method: Katz et al. 1978, of a rate as Walter 1975 and Pettigrew 1986.

    Of a mean it is its squared relative standard error.
    """
    if metric in RATES:
        return np.asarray(1 / (value * n + 0.5) - 1 / (n + 0.5))
    return np.asarray(variance / np.where(n > 1, n, np.nan) / np.where(value > 0, value, np.nan) ** 2)


def _status(low: Floats, high: Floats, enough: NDArray[np.bool_], metric: MetricName) -> Texts:
    found: NDArray[Any] = np.full(low.shape, "unclear", dtype=object)
    found[low >= FOUR_FIFTHS] = "above"
    found[high < FOUR_FIFTHS] = "below"
    found[np.isnan(low) & np.isnan(high)] = "none"
    found[~enough] = "small"
    if metric not in LINED:
        found[enough] = "none"
    return found
